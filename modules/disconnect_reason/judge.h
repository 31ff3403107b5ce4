/**
 * @file judge.h  Finds out why the attempts of a call failed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_JUDGE_H
#define DR_JUDGE_H

#include "call.h"

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
