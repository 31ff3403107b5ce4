/**
 * @file q850.h  The Q.850 causes of a reply
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_Q850_H
#define DR_Q850_H

#include "text.h"

/** The least and the greatest Q.850 cause */
#define DR_CAUSE_MIN 1
#define DR_CAUSE_MAX 127

/** A walk over the causes of a reply; begin with {headers, {NULL, 0}} */
struct dr_q850_walk
{
	struct dr_text headers; /**< header fields that are left */
	struct dr_text body;	/**< rest of the Reason header field */
};

int dr_q850_next(struct dr_q850_walk *walk);

#endif
