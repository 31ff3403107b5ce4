/**
 * @file hooks.h  Where tm calls the module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_HOOKS_H
#define DR_HOOKS_H

#include "tm.h"

/** What a watched call is told by tm */
#define DR_CALL_EVENTS                                      \
	(TMCB_RESPONSE_IN | TMCB_ON_FAILURE | TMCB_E2ECANCEL_IN \
			| TMCB_REQUEST_FWDED | TMCB_REQUEST_OUT | TMCB_RESPONSE_OUT)

int dr_hooks_init(void);
void dr_call_event(struct cell *t, int type, struct tmcb_params *params);
int dr_response_in(struct sip_msg *reply);

#endif
