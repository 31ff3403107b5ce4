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
#include "core/classify.h"
#include "counters.h"
#include "history.h"
#include "judge.h"
#include "lumps.h"
#include "settings.h"


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
	struct dr_received received;

	dr_reply_received(reply, &received);
	attempt->code = received.code;
	attempt->reported = received.reported;
	attempt->report = received.report;
	attempt->source = attempt->code == 487 && proxy_cancelled(uac)
							  ? DR_SOURCE_SCRIPT
							  : DR_SOURCE_REMOTE;
	attempt->phrase.s = reply->first_line.u.reply.reason.s;
	attempt->phrase.len = reply->first_line.u.reply.reason.len;
	attempt->headers = dr_reply_headers(reply);
}


/** tm made the end of the branch up: a failed send, a timer, a CANCEL. The code
 * says nothing of a timer: reply_408_code may be any. */
static void attempt_faked(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	bool timeout = uac->request.flags & F_RB_TIMEOUT;

	/* 503 is how tm fakes a retransmission that could not be sent */
	if(uac->icode == 908 || (code == 503 && !timeout)) {
		attempt->source = DR_SOURCE_TRANSPORT;
	} else if((code == 487 && !timeout) || cancelled_before_timeout(t, uac)) {
		attempt->source = DR_SOURCE_SCRIPT;
		attempt->code = code;
	} else {
		attempt->source = timeout ? DR_SOURCE_TIMEOUT : DR_SOURCE_TRANSPORT;
	}
}


/** tm keeps no reply of the branch: it dropped a real one, or a branch that
 * could not be sent never had one, and counts as a timeout */
static void attempt_dropped(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	if(uac->icode == 908 || (uac->request.flags & F_RB_TIMEOUT)
			|| (code == dr_tm_timeout_code()
					&& !(uac->request.flags & F_RB_REPLIED))) {
		attempt_faked(attempt, t, uac, code);
		return;
	}
	attempt->source = DR_SOURCE_REMOTE;
	attempt->code = code;
}


static void attempt_of(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, const struct sip_msg *reply, int code)
{
	if(dr_tm_is_real(reply))
		attempt_from_reply(attempt, uac, reply);
	else if(reply == FAKED_REPLY)
		attempt_faked(attempt, t, uac, code);
	else
		attempt_dropped(attempt, t, uac, code);
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


/** The caller gave up before the branch failed by itself */
static bool is_cancelled_attempt(
		const struct cell *t, const struct dr_call *call, int branch)
{
	return dr_call_is_cancelled(call, t)
		   && !(branch < DR_BRANCHES_MAX && (call->ended & (1U << branch)));
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
	if(!is_cancelled_attempt(t, call, branch))
		attempt_of(&attempt, t, &t->uac[branch], reply, code);
	classify(&attempt, call, &trunk, answer);
	answer->authorized =
			t->uas.request && (t->uas.request->msg_flags & FL_UAC_AUTH);
	return trunk.profile;
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
static void answer_call(struct dr_call *call, const struct dr_answer *answer,
		struct dr_record *record, int code)
{
	dr_call_answer(call, answer, code);
	dr_history_answer_with(call, record);
}


static bool has_6xx(const struct cell *t)
{
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].last_received >= 600 && t->uac[b].last_received < 700)
			return true;
	return false;
}


/** tm itself cancelled the leg, because another one was declined everywhere. It
 * sends no CANCEL to a silent one, which its timer ends. */
static bool is_cancelled_leg(const struct cell *t, const struct ua_client *uac,
		const struct dr_answer *answer)
{
	bool silent = answer->source == DR_SOURCE_TIMEOUT
				  && (uac->request.flags & F_RB_CANCELED)
				  && uac->local_cancel.buffer_len == 0;

	return (silent || answer->source == DR_SOURCE_SCRIPT)
		   && !(t->flags & T_DISABLE_6xx) && has_6xx(t);
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
	if(is_cancelled_leg(t, &t->uac[branch], answer))
		return NULL;
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
		if(b != except && dr_tm_has_ended(t, b) && !(call->counted & (1U << b)))
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
	bool timed_out = t->uac[branch].request.flags & F_RB_TIMEOUT;
	struct dr_record *record;
	struct dr_answer answer;

	if(t->uac[branch].flags & TM_UAC_FLAG_BLIND) {
		/* suspended after an attempt failed: that one is why */
		if(call->decided)
			return;
		branch = dr_tm_last_attempt(t);
		if(branch < 0) {
			dr_judge_without_reply(t, call,
					timed_out || code == dr_tm_timeout_code()
							? DR_SOURCE_TIMEOUT
							: DR_SOURCE_SCRIPT,
					code);
			return;
		}
		reply = t->uac[branch].reply;
		code = t->uac[branch].last_received;
	}
	record = judge_attempt(t, call, branch, reply, code, &answer);
	answer_call(call, &answer, record,
			dr_tm_is_real(reply) ? (int)reply->first_line.u.reply.statuscode
								 : code);
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
	answer_call(call, &answer,
			dr_history_add(call, &answer, trunk.profile, DR_NONE, false), code);
}


static void judge_unresolved(struct cell *t, struct dr_call *call)
{
	struct dr_answer answer;
	int profile = dr_classify_unresolved(t, call, &answer);

	dr_count_answer(DR_ATTEMPTS, &answer);
	answer_call(call, &answer,
			dr_history_add(call, &answer, profile, DR_NONE, true), 0);
}


/**
 * Judge a call whose last t_relay() failed: its branch could not be sent, or its
 * next hop's name not be resolved
 *
 * @param t     transaction
 * @param call  its call, not final
 * @param from  first branch that it may have added
 */
void dr_judge_unsent(struct cell *t, struct dr_call *call, int from)
{
	int branch = dr_tm_last_attempt(t);

	if(branch >= from)
		dr_judge_branch(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received);
	else
		judge_unresolved(t, call);
}


/**
 * Judge a call that was answered here without any failure that somebody was
 * asked about: t_relay() failed, or a script answered and did not say why. A
 * call that was never sent on stays as it is: the script refused it.
 *
 * @param t     transaction
 * @param call  its call, not decided
 */
void dr_judge_local(struct cell *t, struct dr_call *call)
{
	if(call->sending == DR_SENDING_NOTHING)
		return;
	dr_judge_attempts(t, call, DR_NONE);
	if(call->sending == DR_SENDING_BRANCH)
		dr_judge_unsent(t, call, 0);
	else
		dr_judge_without_reply(t, call, DR_SOURCE_SCRIPT, 0);
}


/**
 * The reason of a call that is answered here, as dr_judge_local() will say
 *
 * @param t       transaction
 * @param call    its call
 * @param source  DR_SOURCE_TRANSPORT: t_relay() failed; DR_SOURCE_SCRIPT
 * @param answer  set; its detail may become another one
 */
void dr_classify_local(const struct cell *t, const struct dr_call *call,
		enum dr_source source, struct dr_answer *answer)
{
	struct dr_trunk trunk = {.profile = call->profile};
	struct dr_attempt attempt = {.source = source};

	if(source == DR_SOURCE_TRANSPORT)
		dr_call_unresolved_trunk(call, t, &trunk);
	classify(&attempt, call, &trunk, answer);
}


/**
 * The script gives the answer
 *
 * @param call    call
 * @param answer  answer of source script
 * @param code    status code that tm has for the caller, 0: not known
 */
void dr_judge_as_said(
		struct dr_call *call, const struct dr_answer *answer, int code)
{
	answer_call(call, answer, dr_history_script(call, answer), code);
}
