/**
 * @file hooks.h  Where tm calls the module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_HOOKS_H
#define DR_HOOKS_H

#include <stdbool.h>

#include "../../modules/tm/tm_load.h"

#include "notes.h"

/** What a watched call is told by tm */
#define DR_CALL_EVENTS (TMCB_RESPONSE_IN | TMCB_ON_FAILURE | TMCB_E2ECANCEL_IN)

int dr_hooks_init(void);
int dr_is_initial_invite(const struct sip_msg *request);
bool dr_is_to_watch(
		const struct sip_msg *request, const struct dr_notes *notes);
int dr_replies_are_dropped(void);
void dr_call_event(struct cell *t, int type, struct tmcb_params *params);

#endif
