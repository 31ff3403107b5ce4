/**
 * @file outcome.h  Says the answer of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_OUTCOME_H
#define DR_OUTCOME_H

#include "call.h"

void dr_tell_request(const struct dr_call *call, struct sip_msg *request);
void dr_tell_stored(struct cell *t, struct dr_call *call);
void dr_tell_replies(const struct cell *t, struct dr_call *call, int picked);
void dr_untell_script(void);
void dr_tell_script(struct cell *t, struct dr_call *call);

#endif
