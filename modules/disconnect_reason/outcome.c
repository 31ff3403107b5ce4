/**
 * @file outcome.c  Judges what tm holds of a call and says it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Everything here runs under tm's reply lock.
 */

#include "../../core/usr_avp.h"
#include "../../modules/tm/h_table.h"

#include "hooks.h"
#include "lumps.h"
#include "outcome.h"
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
	attempt->headers.s = reply->buf + reply->first_line.len;
	attempt->headers.len = reply->len - reply->first_line.len;
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
		if(!(t->uac[b].flags & TM_UAC_FLAG_BLIND)
				&& t->uac[b].last_received >= 300)
			return b;
	return -1;
}


/** Judge by the rules of a trunk, or by the default ones for DR_NONE; code is
 * what tm has for the caller */
static void judge(
		struct dr_call *call, struct dr_attempt *attempt, int number, int code)
{
	struct dr_trunk trunk = {.profile = DR_PROFILE_DEFAULT};
	struct dr_answer answer;

	if(number != DR_NONE)
		dr_map_get_trunk(call->map, number, &trunk);
	attempt->map = call->map;
	attempt->profile = trunk.profile;
	dr_classify(attempt, &answer);
	answer.trunk = trunk.name;
	dr_call_answer(call, &answer, code);
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
void dr_judge_branch(const struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code)
{
	struct dr_attempt attempt = {.q850 = dr_settings.q850};
	int trunk = DR_NONE;

	if(t->uac[branch].flags & TM_UAC_FLAG_BLIND) {
		/* suspended after an attempt failed: that one is why */
		if(call->decided)
			return;
		branch = dr_last_attempt(t);
		if(branch < 0) {
			dr_judge_without_reply(call,
					code == 408 ? DR_SOURCE_TIMEOUT : DR_SOURCE_SCRIPT, code);
			return;
		}
		reply = t->uac[branch].reply;
		code = t->uac[branch].last_received;
	}
	if(branch < DR_BRANCHES_MAX) {
		attempt.after = dr_call_after(call, branch);
		trunk = dr_call_trunk(call, t, branch);
	}
	if(is_real(reply))
		attempt_from_reply(&attempt, &t->uac[branch], reply);
	else if(reply == FAKED_REPLY)
		attempt_faked(&attempt, t, &t->uac[branch], code);
	else
		attempt_dropped(&attempt, t, &t->uac[branch], code);
	judge(call, &attempt, trunk, is_real(reply) ? attempt.code : code);
}


/**
 * Judge a call that no trunk answered
 *
 * @param call    call, not final
 * @param source  who ended it
 * @param code    status code that tm answers with; used for source script
 */
void dr_judge_without_reply(
		struct dr_call *call, enum dr_source source, int code)
{
	struct dr_attempt attempt = {.source = source};

	if(source == DR_SOURCE_SCRIPT)
		attempt.code = code;
	judge(call, &attempt, DR_NONE, code);
}


/**
 * Judge a call whose last branch could not be resolved
 *
 * @param t     transaction
 * @param call  its call, not final
 */
void dr_judge_unresolved(const struct cell *t, struct dr_call *call)
{
	struct dr_attempt attempt = {
			.source = DR_SOURCE_TRANSPORT, .unresolved = true};

	judge(call, &attempt, dr_call_unresolved_trunk(call, t), 0);
}


/**
 * Say the answer in every reply that is built from a request
 *
 * @param call     call with an answer
 * @param request  the request that tm stores or fakes; NULL: nothing to do
 */
void dr_tell_request(const struct dr_call *call, struct sip_msg *request)
{
	if(request)
		dr_request_fill(request, &call->lines);
}


/**
 * Say the answer in every reply that tm builds from its stored request. Before
 * tm forwards there is no lump in it; then one is added, and the call must
 * hear of its end to clean up.
 *
 * @param t     transaction
 * @param call  its call, with an answer
 */
void dr_tell_stored(struct cell *t, struct dr_call *call)
{
	if(t->nr_of_outgoings == 0 && !dr_request_lump(t->uas.request)
			&& dr_tm.register_tmcb(
					   NULL, t, TMCB_DESTROY, dr_call_event, call, NULL)
					   > 0)
		call->early = dr_request_early_lump(t->uas.request, &call->lines);
	/* also when tm saved its lumps meanwhile */
	dr_tell_request(call, t->uas.request);
}


/**
 * Say the answer in the reply that tm relays, and in no other
 *
 * @param t       transaction
 * @param call    call with an answer
 * @param picked  branch whose reply is relayed, -1 for none
 */
void dr_tell_replies(
		const struct cell *t, const struct dr_call *call, int picked)
{
	static const str nothing = {NULL, 0};
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(is_real(t->uac[b].reply))
			dr_reply_fill(
					t->uac[b].reply, b == picked ? &call->lines : &nothing);
}


/**
 * Write the reason's name into the AVP, in place of an earlier one
 *
 * @param t       transaction that the AVP belongs to; NULL: the request that
 *                is being processed has none yet
 * @param reason  the answer
 */
void dr_tell_script(struct cell *t, enum dr_reason reason)
{
	struct dr_text name = dr_reason_name(reason);
	int_str value = {.s = {(char *)name.s, (int)name.len}};
	avp_list_t *backup = NULL;

	if(t)
		backup = set_avp_list(
				AVP_TRACK_FROM | AVP_CLASS_USER, &t->user_avps_from);
	destroy_avps(dr_settings.avp_flags, dr_settings.avp_name, 1);
	add_avp(dr_settings.avp_flags | AVP_VAL_STR, dr_settings.avp_name, value);
	if(t)
		set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, backup);
}
