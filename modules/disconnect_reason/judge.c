/**
 * @file judge.c  Finds out why the attempts of a call failed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Everything here but what is called dr_classify_ runs under tm's reply lock.
 */

#include "../../core/dprint.h"
#include "../../modules/tm/h_table.h"

#include "call_trunk.h"
#include "counters.h"
#include "history.h"
#include "hooks.h"
#include "judge.h"
#include "lumps.h"
#include "settings.h"


static int is_real(const struct sip_msg *reply)
{
	return reply != NULL && reply != FAKED_REPLY;
}


/** tm sent a CANCEL on the branch */
static int proxy_cancelled(const struct ua_client *uac)
{
	return (uac->request.flags & F_RB_CANCELED)
		   && uac->local_cancel.buffer_len > 0;
}


/**
 * Was the CANCEL there before the branch timed out? The timer sends one, too,
 * and a fork may pick the branch only then. Both timers tell when they began:
 * that of the CANCEL ends tm's fr_timer later.
 */
static int cancelled_before_timeout(
		const struct cell *t, const struct ua_client *uac)
{
	return proxy_cancelled(uac)
		   && (s_ticks_t)(uac->local_cancel.fr_expire - uac->request.fr_expire)
					  < (s_ticks_t)t->fr_timeout;
}


static void attempt_from_reply(struct dr_attempt *attempt,
		const struct ua_client *uac, const struct sip_msg *reply)
{
	attempt->code = (int)reply->first_line.u.reply.statuscode;
	attempt->source = attempt->code == 487 && proxy_cancelled(uac)
							  ? DR_SOURCE_SCRIPT
							  : DR_SOURCE_REMOTE;
	attempt->phrase.s = reply->first_line.u.reply.reason.s;
	attempt->phrase.len = reply->first_line.u.reply.reason.len;
	attempt->headers = dr_reply_headers(reply);
}


/** tm made the end of the branch up: a timer, a failed send, a CANCEL */
static void attempt_faked(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	/* 503 is how tm fakes a retransmission that could not be sent */
	if(uac->icode == 908 || code == 503) {
		attempt->source = DR_SOURCE_TRANSPORT;
	} else if(code == 487 || cancelled_before_timeout(t, uac)) {
		attempt->source = DR_SOURCE_SCRIPT;
		attempt->code = code;
	} else if(uac->request.flags & F_RB_TIMEOUT) {
		attempt->source = DR_SOURCE_TIMEOUT;
	} else {
		attempt->source = DR_SOURCE_TRANSPORT;
	}
}


/** tm keeps no reply of the branch: it dropped a real one, or a branch that
 * could not be sent never had one, and counts as a 408 */
static void attempt_dropped(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	if(code == 408) {
		attempt_faked(attempt, t, uac, code);
		return;
	}
	attempt->source = DR_SOURCE_REMOTE;
	attempt->code = code;
}


static void attempt_of(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, const struct sip_msg *reply, int code)
{
	if(is_real(reply))
		attempt_from_reply(attempt, uac, reply);
	else if(reply == FAKED_REPLY)
		attempt_faked(attempt, t, uac, code);
	else
		attempt_dropped(attempt, t, uac, code);
}


static int is_ended(const struct cell *t, int branch)
{
	return !(t->uac[branch].flags & TM_UAC_FLAG_BLIND)
		   && t->uac[branch].last_received >= 300;
}


/**
 * @param t  transaction
 *
 * @return not 0 when the caller gave up
 */
int dr_is_cancelled(const struct cell *t)
{
	return t->flags & T_CANCELED;
}


/**
 * Find the last branch that was really sent to a trunk and has ended. Blind
 * branches, which tm adds for a suspended transaction, are no attempts.
 *
 * @param t  transaction
 *
 * @return its index, -1 when there is none
 */
int dr_last_attempt(const struct cell *t)
{
	int b;

	for(b = t->nr_of_outgoings - 1; b >= 0; b--)
		if(is_ended(t, b))
			return b;
	return -1;
}


/** By the rules of a trunk; returns their profile */
static int classify(struct dr_attempt *attempt, const struct dr_call *call,
		const struct dr_trunk *trunk, struct dr_answer *answer)
{
	attempt->map = call->map;
	attempt->profile = trunk->profile;
	attempt->q850 = dr_settings.q850;
	dr_classify(attempt, answer);
	answer->trunk = trunk->name;
	return trunk->profile;
}


/**
 * Find out why a branch failed
 *
 * @param t       transaction
 * @param call    its call
 * @param branch  branch that has ended; no blind one
 * @param reply   reply of the branch, FAKED_REPLY, or NULL when tm dropped it
 * @param code    status code that tm stored for the branch
 * @param answer  set
 *
 * @return profile of the call's map that judged
 */
int dr_classify_branch(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_answer *answer)
{
	struct dr_attempt attempt = {.source = DR_SOURCE_CANCEL};
	struct dr_trunk trunk;

	if(branch < DR_BRANCHES_MAX)
		attempt.after = dr_call_after(call, branch);
	dr_call_trunk(call, t, branch, &trunk);
	if(!dr_is_cancelled(t))
		attempt_of(&attempt, t, &t->uac[branch], reply, code);
	return classify(&attempt, call, &trunk, answer);
}


/**
 * Find out why a branch failed that got no further than its name
 *
 * @param t       transaction, which does not count the branch
 * @param call    its call
 * @param answer  set
 *
 * @return profile of the call's map that judged
 */
int dr_classify_unresolved(const struct cell *t, const struct dr_call *call,
		struct dr_answer *answer)
{
	struct dr_attempt attempt = {
			.source = DR_SOURCE_TRANSPORT, .unresolved = true};
	struct dr_trunk trunk;

	dr_call_unresolved_trunk(call, t, &trunk);
	return classify(&attempt, call, &trunk, answer);
}


/** Give the call an answer, and keep it: as the attempt's own, or as one that
 * nobody was asked for; code is what tm has for the caller */
static void answer_call(struct cell *t, struct dr_call *call,
		const struct dr_answer *answer, struct dr_record *record, int code)
{
	dr_call_answer(call, answer, code);
	dr_history_answer_with(call, record);
	dr_call_listen(t, call);
}


/** Judge an attempt once: what was said of it then holds, unless there was no
 * memory to keep it */
static struct dr_record *judge_attempt(const struct cell *t,
		struct dr_call *call, int branch, struct sip_msg *reply, int code,
		struct dr_answer *answer)
{
	struct dr_record *record = dr_history_of(call, branch);
	unsigned bit = branch < DR_BRANCHES_MAX ? 1U << branch : 0;
	int profile;

	if(record) {
		*answer = record->answer;
		return record;
	}
	profile = dr_classify_branch(t, call, branch, reply, code, answer);
	if(call->counted & bit)
		return NULL;
	call->counted |= bit;
	dr_count_answer(DR_ATTEMPTS, answer);
	return dr_history_add(call, answer, profile, branch, true);
}


/**
 * Judge every attempt that has ended, but one
 *
 * @param t       transaction
 * @param call    its call
 * @param except  branch to leave out, or DR_NONE
 */
void dr_judge_attempts(const struct cell *t, struct dr_call *call, int except)
{
	struct dr_answer answer;
	int b;

	for(b = 0; b < t->nr_of_outgoings && b < DR_BRANCHES_MAX; b++)
		if(b != except && is_ended(t, b) && !(call->counted & (1U << b)))
			judge_attempt(t, call, b, t->uac[b].reply, t->uac[b].last_received,
					&answer);
}


/**
 * Judge a branch that tm answers the caller with
 *
 * @param t       transaction
 * @param call    its call, not final
 * @param branch  branch that tm picked; for a blind one the last answer stays,
 *                or the last real attempt is judged
 * @param reply   reply of the branch, FAKED_REPLY, or NULL when tm dropped it
 * @param code    status code that tm stored for the branch
 */
void dr_judge_branch(struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code)
{
	struct dr_record *record;
	struct dr_answer answer;

	if(t->uac[branch].flags & TM_UAC_FLAG_BLIND) {
		/* suspended after an attempt failed: that one is why */
		if(call->decided)
			return;
		branch = dr_last_attempt(t);
		if(branch < 0) {
			dr_judge_without_reply(t, call,
					code == 408 ? DR_SOURCE_TIMEOUT : DR_SOURCE_SCRIPT, code);
			return;
		}
		reply = t->uac[branch].reply;
		code = t->uac[branch].last_received;
	}
	record = judge_attempt(t, call, branch, reply, code, &answer);
	answer_call(t, call, &answer, record,
			is_real(reply) ? (int)reply->first_line.u.reply.statuscode : code);
}


/**
 * Judge a call that no trunk answered
 *
 * @param t       transaction
 * @param call    its call, not final
 * @param source  who ended it
 * @param code    status code that tm answers with; used for source script
 */
void dr_judge_without_reply(
		struct cell *t, struct dr_call *call, enum dr_source source, int code)
{
	struct dr_trunk trunk = {.profile = call->profile};
	struct dr_attempt attempt = {.source = source};
	struct dr_answer answer;

	if(source == DR_SOURCE_SCRIPT)
		attempt.code = code;
	classify(&attempt, call, &trunk, &answer);
	answer_call(t, call, &answer,
			dr_history_add(call, &answer, trunk.profile, DR_NONE, false), code);
}


/**
 * Judge a call whose last branch could not be resolved
 *
 * @param t     transaction
 * @param call  its call, not final
 */
void dr_judge_unresolved(struct cell *t, struct dr_call *call)
{
	struct dr_answer answer;
	int profile = dr_classify_unresolved(t, call, &answer);

	dr_count_answer(DR_ATTEMPTS, &answer);
	answer_call(t, call, &answer,
			dr_history_add(call, &answer, profile, DR_NONE, true), 0);
}


/**
 * The script gives the answer
 *
 * @param t       transaction
 * @param call    its call
 * @param answer  answer of source script
 * @param code    status code that tm has for the caller, 0: not known
 */
void dr_judge_as_said(struct cell *t, struct dr_call *call,
		const struct dr_answer *answer, int code)
{
	answer_call(t, call, answer,
			dr_history_add(call, answer, call->profile, DR_NONE, false), code);
}
