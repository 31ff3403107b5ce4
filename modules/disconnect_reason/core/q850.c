/**
 * @file q850.c  The Q.850 causes of a reply
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "header.h"
#include "q850.h"
#include "reason_header.h"

static const struct dr_text reason_name = DR_TEXT("Reason");
static const struct dr_text q850_name = DR_TEXT("Q.850");


/* The Q.850 cause of a value, or DR_CAUSE_NONE */
static int q850_cause(const struct dr_reason_value *value)
{
	if(value->cause < DR_CAUSE_MIN || value->cause > DR_CAUSE_MAX
			|| !dr_text_alike(value->protocol, q850_name))
		return DR_CAUSE_NONE;

	return value->cause;
}


/**
 * Take the next Q.850 cause off a reply's header fields: from all its Reason
 * header fields and all their values (RFC 3326, RFC 9366)
 *
 * @param walk The walk; moved behind the cause
 *
 * @return The cause, 1 to 127; DR_CAUSE_NONE at the end
 */
int dr_q850_next(struct dr_q850_walk *walk)
{
	struct dr_reason_value value;
	struct dr_header header;

	for(;;) {
		while(dr_reason_value_next(&walk->body, &value)) {
			int cause = q850_cause(&value);

			if(cause != DR_CAUSE_NONE)
				return cause;
		}
		if(!dr_header_find(&walk->headers, &reason_name, 1, &header))
			return DR_CAUSE_NONE;
		walk->body = header.value;
	}
}
