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

void dr_call_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request);
void dr_call_trunk(const struct dr_call *call, const struct cell *t, int branch,
		struct dr_trunk *trunk);

int dr_classify_branch(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_answer *answer);
int dr_classify_unresolved(const struct cell *t, const struct dr_call *call,
		struct dr_answer *answer);
void dr_classify_local(const struct cell *t, const struct dr_call *call,
		enum dr_source source, struct dr_answer *answer);
void dr_judge_attempts(const struct cell *t, struct dr_call *call, int except);
void dr_judge_branch(struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code);
void dr_judge_without_reply(
		struct cell *t, struct dr_call *call, enum dr_source source, int code);
void dr_judge_unsent(struct cell *t, struct dr_call *call, int from);
void dr_judge_local(struct cell *t, struct dr_call *call);
void dr_judge_as_said(
		struct dr_call *call, const struct dr_answer *answer, int code);

#endif
