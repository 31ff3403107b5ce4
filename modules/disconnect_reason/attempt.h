/**
 * @file attempt.h  One branch: its trunk, how it ended, and its answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_ATTEMPT_H
#define DR_ATTEMPT_H

#include "call.h"

void dr_attempt_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request);
void dr_attempt_trunk(const struct dr_call *call, const struct cell *t,
		int branch, struct dr_trunk *trunk);

int dr_attempt_classify(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_answer *answer);
int dr_attempt_classify_local(const struct cell *t, const struct dr_call *call,
		enum dr_source source, int code, struct dr_answer *answer);
void dr_attempt_classify_ended(
		const struct cell *t, struct dr_call *call, int except);
void dr_attempt_decide(struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code);
void dr_attempt_decide_local(
		struct cell *t, struct dr_call *call, enum dr_source source, int code);
void dr_attempt_decide_unsent(struct cell *t, struct dr_call *call, int from);
void dr_attempt_decide_here(struct cell *t, struct dr_call *call);
void dr_attempt_decide_script(
		struct dr_call *call, const struct dr_answer *answer, int code);

#endif
