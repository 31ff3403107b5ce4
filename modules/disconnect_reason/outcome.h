/**
 * @file outcome.h  Judges what tm holds of a call and says it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_OUTCOME_H
#define DR_OUTCOME_H

#include "call.h"

int dr_is_cancelled(const struct cell *t);
int dr_last_attempt(const struct cell *t);

void dr_judge_branch(const struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code);
void dr_judge_without_reply(
		struct dr_call *call, enum dr_source source, int code);
void dr_judge_unresolved(const struct cell *t, struct dr_call *call);

void dr_tell_request(const struct dr_call *call, struct sip_msg *request);
void dr_tell_stored(struct cell *t, struct dr_call *call);
void dr_tell_replies(
		const struct cell *t, const struct dr_call *call, int picked);
void dr_tell_script(struct cell *t, enum dr_reason reason);

#endif
