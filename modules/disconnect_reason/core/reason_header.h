/**
 * @file reason_header.h  The Reason header field (RFC 3326, RFC 9366)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REASON_HEADER_H
#define DR_REASON_HEADER_H

#include <stdbool.h>

#include "text.h"

/** No cause, or one that is no number from 0 to 999 */
#define DR_CAUSE_NONE (-1)

/** One value of a Reason header field */
struct dr_reason_value
{
	struct dr_text protocol; /**< as written, e.g. Q.850 or sip */
	int cause;				 /**< 0 to 999, or DR_CAUSE_NONE */
	struct dr_text text;	 /**< inside its quotes, escapes not undone */
};

bool dr_reason_value_next(struct dr_text *body, struct dr_reason_value *value);

#endif
