/**
 * @file hooks.c  Where tm and the core call the module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * tm has callbacks for each branch that it prepares and sends, each reply (no
 * lock held), each set of branches that failed, the caller's CANCEL and what
 * the caller is sent. The module never replies in tm's place.
 *
 * When the script ends and leaves a call without a reply, tm replies, without a
 * callback before that. Two script callbacks look for such calls.
 */

#include <sched.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/parser/parse_cseq.h"
#include "../../core/script_cb.h"
#include "../../modules/tm/h_table.h"

#include "attempt.h"
#include "call.h"
#include "outcome.h"
#include "reply.h"
#include "request.h"
#include "stats.h"
#include "hooks.h"

/** How often a CANCEL's worker lets others run before it replies */
#define YIELDS 100

static void on_new_transaction(
		struct cell *t, int type, struct tmcb_params *params)
{
	const struct dr_request *notes = dr_request_find(params->req);

	(void)type;
	if(dr_call_is_wanted(params->req, notes))
		dr_call_watch(t, params->req, notes);
}

/** The call is answered, so it has no reason. Attempts of a fork that failed
 * before are counted now: tm runs no more callbacks for them. */
static void on_answered(struct cell *t, struct dr_call *call)
{
	if(t->nr_of_outgoings < 2 && !call->decided)
		return;
	dr_tm_lock(t);
	if(t->uas.status < 200) {
		dr_attempt_classify_ended(t, call, DR_NONE);
		call->answered = 1;
	}
	dr_tm_unlock(t);
}

/** An onreply_route comes next, which may reply to the call: from tm's stored
 * request, before any other callback */
static void before_route(struct cell *t, struct dr_call *call, int branch,
		const struct tmcb_params *params)
{
	if(!t->uac[branch].on_reply)
		return;
	dr_tm_lock(t);
	if(t->uas.status < 200 && !call->final && !call->cancelled) {
		dr_attempt_decide(t, call, branch, params->rpl, params->code);
		dr_outcome_fill_stored(t, call);
	}
	dr_tm_unlock(t);
}

/** tm stores a reply of a fork without a callback, unless one is registered for
 * each branch that failed. It is needed where a route may change the reply
 * first. */
static void ask_for_branches(struct cell *t, struct dr_call *call, int branch)
{
	if(t->nr_of_outgoings < 2 || !t->uac[branch].on_reply)
		return;
	if(!dr_call_register(call, t, TMCB_ON_BRANCH_FAILURE))
		dr_call_log_oom_once(call, "the header of a reply");
}

static void on_reply(
		struct cell *t, struct dr_call *call, struct tmcb_params *params)
{
	int branch = dr_tm.t_gett_branch();
	struct dr_trunk trunk;

	/* replies to tm's own CANCEL come here, too */
	if(get_cseq(params->rpl)->method_id != METHOD_INVITE)
		return;
	if(branch < 0 || branch >= DR_BRANCHES_MAX) {
		LM_WARN("branch %d is one too many: its reply is relayed as it is\n",
				branch);
		return;
	}
	if(params->code < 200)
		dr_call_provisional(call, branch, params->code);
	else if(params->code < 300)
		on_answered(t, call);
	if(params->code < 300) {
		dr_reply_strip_names(call, params->rpl);
		return;
	}
	/* tm relays no second failure of a branch */
	if(t->uac[branch].last_received >= 200 || dr_reply_is_current(params->rpl))
		return;
	dr_attempt_trunk(call, t, branch, &trunk);
	dr_reply_remember(call, params->rpl, trunk.trust);
	dr_reply_prepare(call, params->rpl);
	dr_outcome_keep_lump(t, call);
	ask_for_branches(t, call, branch);
	before_route(t, call, branch, params);
}

/** Is it the first branch of a request_route, in its own worker? */
static bool is_first_try(const struct cell *t, const struct dr_call *call,
		const struct sip_msg *request)
{
	return call->sending != DR_SENDING_DONE && request != t->uas.request
		   && dr_tm_is_request_of(t, request);
}

/**
 * tm prepares a branch, and counts it only when it is complete. From here on
 * t_relay() may fail without a callback, and the script, or tm, reply: the
 * reply then says why.
 */
static void on_branch(
		struct cell *t, struct dr_call *call, const struct tmcb_params *params)
{
	if(is_local(t)) /* t_replicate() */
		return;
	call->tried = 1;
	if(t->nr_of_outgoings < DR_BRANCHES_MAX)
		dr_attempt_sent(call, t, t->nr_of_outgoings, params->req);
	if(call->decided)
		return;
	if(is_first_try(t, call, params->req)) {
		call->sending = DR_SENDING_BRANCH;
		dr_outcome_preset(t, call, params->req, DR_SOURCE_TRANSPORT);
	} else if(call->sending == DR_SENDING_NOTHING) {
		call->sending = DR_SENDING_DONE;
		dr_outcome_preset(t, call, params->req, DR_SOURCE_SCRIPT);
	}
}

/** The call was sent to a trunk. A script that replies now without any failure
 * does not say why. */
static void on_branch_sent(
		struct cell *t, struct dr_call *call, const struct tmcb_params *params)
{
	if(call->sending != DR_SENDING_BRANCH || params->req == NULL
			|| params->req->REQ_METHOD != METHOD_INVITE)
		return;
	call->sending = DR_SENDING_DONE;
	if(!call->decided)
		dr_outcome_preset(t, call, params->req, DR_SOURCE_SCRIPT);
}

static bool others_have_failure_cb(
		const struct cell *t, const struct dr_call *call)
{
	struct tm_callback *cb = (struct tm_callback *)t->tmcb_hl.first;

	for(; cb; cb = cb->next)
		if((cb->types & TMCB_ON_FAILURE) && cb->param != call)
			return true;
	return false;
}

/** In modes 1 and 2 tm drops the replies of a call as soon as a callback
 * handles its failure. Without the module there would be none: keep them. */
static void keep_replies(const struct cell *t, const struct dr_call *call,
		int picked, struct sip_msg *request)
{
	if(dr_tm_drops_replies() && !t->uac[picked].on_failure
			&& !others_have_failure_cb(t, call))
		dr_tm_drop_replies(request, "n");
}

/** An onreply_route may have rebuilt the message of a reply since it came */
static void prepare_again(struct dr_call *call, struct sip_msg *reply)
{
	if(dr_tm_is_real(reply) && !(reply->msg_flags & FL_SHM_CLONE))
		dr_reply_prepare(call, reply);
}

static void on_failure(
		struct cell *t, struct dr_call *call, struct tmcb_params *params)
{
	int picked = dr_tm.t_get_picked_branch();
	bool cancelled = dr_call_is_cancelled(call, t);

	/* t_replicate() makes a transaction local only after it was created */
	if(is_local(t) || picked < 0 || picked >= t->nr_of_outgoings)
		return;
	/* the CANCEL came, and tm may have found no branch to cancel: then it
	 * replies from the stored request, without the lock, at this very moment */
	call->frozen = call->cancelled && !call->final && !dr_tm_cancels(t);
	prepare_again(call, params->rpl);
	dr_attempt_classify_ended(
			t, call, call->final || cancelled ? DR_NONE : picked);
	if(!call->final) {
		if(cancelled)
			dr_attempt_decide_local(t, call, DR_SOURCE_CANCEL, 0);
		else
			dr_attempt_decide(t, call, picked, params->rpl, params->code);
	}
	if(call->scripted)
		dr_call_translate(call, params->code);
	call->classified = (signed char)t->nr_of_outgoings;
	call->tried = 0;
	dr_outcome_fill_request(call, params->req);
	dr_outcome_publish(t, call, picked, t->uac[picked].on_failure != 0);
	keep_replies(t, call, picked, params->req);
	if(!t->uac[picked].on_failure)
		dr_reply_translate(t, call, params->req, picked);
}

/** The branches that failed by themselves, before the caller cancelled */
static unsigned ended_branches(const struct cell *t)
{
	unsigned bits = 0;
	int b;

	for(b = 0; b < t->nr_of_outgoings && b < DR_BRANCHES_MAX; b++)
		if(dr_tm_has_ended(t, b))
			bits |= 1U << b;
	return bits;
}

/**
 * Before tm forwards, it checks whether the call is cancelled, and if not saves
 * the lumps a few hundred instructions later, over the one that is linked for
 * the CANCEL: between the two passes in which tm builds the 487, that one would
 * be lost, and as many foreign bytes sent. So set the flag now, as tm is about
 * to, and let a worker that has already checked get that far.
 */
static void let_tm_save_lumps(struct cell *t)
{
	int i;

	t->flags |= T_CANCELED;
	membar();
	for(i = 0; i < YIELDS && !dr_request_lump(t->uas.request); i++)
		sched_yield();
}

/**
 * The caller's CANCEL. With a live branch tm replies when that ends, and
 * on_failure() checks whether the caller cancelled: waiting for the lock would
 * be waiting for an onreply_route. Without one tm sends 487 right after this
 * callback, from the stored request and without the lock: what is filled now
 * must not change any more.
 */
static void on_cancel(struct cell *t, struct dr_call *call)
{
	if(!call->cancelled)
		call->ended = ended_branches(t);
	call->cancelled = 1;
	/* a branch that ends meanwhile is seen here, or its end sees this */
	membar();
	if(dr_tm_has_live_branch(t)) {
		dr_outcome_preset_cancelled(t, call);
		return;
	}
	if(t->nr_of_outgoings == 0)
		let_tm_save_lumps(t);
	dr_tm_lock(t);
	if(t->uas.status < 200 && !call->final) {
		dr_attempt_classify_ended(t, call, DR_NONE);
		dr_attempt_decide_local(t, call, DR_SOURCE_CANCEL, 0);
		call->final = 1;
		dr_outcome_publish(t, call, -1, false);
	} else if(t->uas.status < 200) {
		dr_outcome_fill_stored(t, call);
	}
	dr_tm_unlock(t);
}

/** The caller has been sent a reply, under tm's reply lock or after it; the
 * first failure is the outcome */
static void on_sent(
		struct cell *t, struct dr_call *call, const struct tmcb_params *params)
{
	if(params->code >= 300 && !is_local(t))
		dr_outcome_failed(t, call);
}

/** tm frees a lump of the call's own with its request, when it takes that lump
 * for one that tm itself saved */
static void on_destroy(const struct cell *t, struct dr_call *call)
{
	if(call->own && t->uas.request
			&& dr_request_frees_lump(t->uas.request, &call->own->lump))
		call->own = NULL;
}

/** tm's callback of a watched call */
static void on_event(struct cell *t, int type, struct tmcb_params *params)
{
	struct dr_call *call = *params->param;

	if(type & TMCB_DESTROY)
		on_destroy(t, call);
	else if(call->ignored)
		return;
	else if(type & TMCB_RESPONSE_IN)
		on_reply(t, call, params);
	else if(type & TMCB_ON_FAILURE)
		on_failure(t, call, params);
	else if(type & TMCB_ON_BRANCH_FAILURE)
		prepare_again(call, params->rpl);
	else if(type & TMCB_E2ECANCEL_IN)
		on_cancel(t, call);
	else if(type & TMCB_REQUEST_FWDED)
		on_branch(t, call, params);
	else if(type & TMCB_REQUEST_OUT)
		on_branch_sent(t, call, params);
	else if(type & TMCB_RESPONSE_OUT)
		on_sent(t, call, params);
}

static struct cell *current_call(const struct sip_msg *msg)
{
	if(msg->first_line.type != SIP_REQUEST || msg->REQ_METHOD != METHOD_INVITE)
		return NULL;
	return dr_tm_here();
}

/**
 * t_relay() failed and the script sent no reply: tm sends 477 or 478 after the
 * script, without the lock, so what is filled now must not change any more. A
 * CANCEL that came while tm forwarded left a branch that was never sent, and tm
 * sends 487.
 */
static void before_tm_answers(struct cell *t, struct dr_call *call)
{
	dr_tm_lock(t);
	if(dr_tm_will_answer(t)) {
		dr_attempt_classify_ended(t, call, DR_NONE);
		if(!call->final && dr_call_is_cancelled(call, t))
			dr_attempt_decide_local(t, call, DR_SOURCE_CANCEL, 0);
		else if(!call->decided)
			dr_attempt_decide_unsent(t, call, 0);
		call->final = 1;
		dr_outcome_publish(t, call, -1, true);
	}
	dr_tm_unlock(t);
}

/** From now on every process may write the call's AVPs and XAVPs, under tm's
 * reply lock; what was decided meanwhile is written here */
static void hand_over(struct cell *t, struct dr_call *call)
{
	if(atomic_get_and_set_int(&call->script, DR_SCRIPT_OVER) != DR_SCRIPT_OWES)
		return;
	dr_tm_lock(t);
	if(call->unwritten && call->decided)
		dr_outcome_write(t, call, true);
	dr_tm_unlock(t);
	if(call->failed)
		dr_outcome_failed(t, call);
}

/** The request's script has ended */
static int after_request(struct sip_msg *msg, unsigned int flags, void *param)
{
	struct cell *t = current_call(msg);
	struct dr_call *call;

	(void)flags;
	(void)param;
	if(t == NULL || !dr_tm_is_request_of(t, msg))
		return 1;
	call = dr_call_of(t);
	if(call == NULL)
		return 1;
	if(dr_tm_will_answer(t))
		before_tm_answers(t, call);
	else
		dr_outcome_keep_lump(t, call);
	hand_over(t, call);
	return 1;
}

/** The failure_route called a trunk whose name could not be resolved, and tm
 * sends 478: it keeps no reply to relay */
static int tried_in_vain(const struct dr_call *call)
{
	return call->tried && dr_tm_drops_replies();
}

/**
 * A failure_route, or the route of a resumed transaction, has ended; tm holds
 * the reply lock. When the script's new branches could not be sent, or it
 * resumed and did nothing, tm replies after this callback.
 */
static int after_failure(struct sip_msg *msg, unsigned int flags, void *param)
{
	struct cell *t = current_call(msg);
	struct dr_call *call;

	(void)flags;
	(void)param;
	if(t == NULL || !dr_tm_is_stuck(t))
		return 1;
	call = dr_call_of(t);
	if(call == NULL)
		return 1;
	if(call->classified == t->nr_of_outgoings && !tried_in_vain(call)) {
		if(!dr_tm_drops_replies())
			dr_reply_translate(t, call, msg, dr_tm.t_get_picked_branch());
		return 1;
	}
	dr_attempt_classify_ended(t, call, DR_NONE);
	if(call->final)
		return 1;
	if(dr_tm_last_attempt(t) >= call->classified || tried_in_vain(call))
		dr_attempt_decide_unsent(t, call, call->classified);
	else if(!call->decided)
		dr_attempt_decide_local(t, call, DR_SOURCE_SCRIPT, 500);
	else
		return 1;
	dr_outcome_publish(t, call, dr_tm.t_get_picked_branch(), true);
	return 1;
}

/** What is registered last is called first: register after tm */
static int init_script_callbacks(void)
{
	if(register_script_cb(after_request, POST_SCRIPT_CB | REQUEST_CB, NULL) == 0
			&& register_script_cb(
					   after_failure, POST_SCRIPT_CB | FAILURE_CB, NULL)
					   == 0)
		return 0;
	LM_ERR("failed to register the script callbacks\n");
	return -1;
}

/**
 * The core calls each module before it forwards a reply without a transaction;
 * tm, which was loaded before, is called later
 *
 * @param reply  reply as received
 *
 * @return 1: the core continues
 */
int dr_response_in(struct sip_msg *reply)
{
	dr_reply_strip_unknown(reply);
	return 1;
}

/**
 * Hook the module into tm. Call once, before forking, after dr_tm_init().
 *
 * @return 0, or -1 after a log line that says what was expected
 */
int dr_hooks_init(void)
{
	if(dr_tm.register_tmcb(
			   NULL, NULL, TMCB_REQUEST_IN, on_new_transaction, NULL, NULL)
			<= 0) {
		LM_ERR("failed to register tm's callback for new transactions\n");
		return -1;
	}
	dr_call_init(on_event);
	if(dr_outcome_init() < 0)
		return -1;
	return init_script_callbacks();
}
