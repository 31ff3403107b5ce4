/**
 * @file reason_header.h  The Reason header field (RFC 3326, RFC 9366)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REASON_HEADER_H
#define DR_REASON_HEADER_H

#include "text.h"

/** No cause, or one that is no number from 0 to 999 */
#define DR_CAUSE_NONE (-1)

/** The least and the greatest Q.850 cause */
#define DR_CAUSE_MIN 1
#define DR_CAUSE_MAX 127

/** One value of a Reason header field */
struct dr_reason_value
{
	struct dr_text protocol; /**< as written, e.g. Q.850 or sip */
	int cause;				 /**< 0 to 999, or DR_CAUSE_NONE */
	struct dr_text text;	 /**< inside its quotes, escapes not undone */
};

/** A walk over the Q.850 causes of a reply; begin with {headers, {NULL, 0}}, or
 * with {{NULL, 0}, body} for those of one Reason header field */
struct dr_q850_walk
{
	struct dr_text headers; /**< header fields that are left */
	struct dr_text body;	/**< rest of the Reason header field */
};

/** The name of the header field */
extern const struct dr_text dr_reason_field;

bool dr_reason_value_next(struct dr_text *body, struct dr_reason_value *value);
int dr_q850_next(struct dr_q850_walk *walk);

#endif
