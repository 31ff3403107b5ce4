/**
 * @file after_script.c  Sees that tm is about to answer by itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * When the script is over and left a call without a reply, tm answers, and
 * tells nobody before. Two script callbacks look for it.
 */

#include "../../core/dprint.h"
#include "../../core/script_cb.h"
#include "../../modules/tm/h_table.h"

#include "after_script.h"
#include "hooks.h"
#include "judge.h"
#include "outcome.h"
#include "translate.h"


static int is_answered(const struct cell *t)
{
	return t->uas.status >= 200 || t->uas.request == NULL || is_local(t);
}


/**
 * @param t  transaction
 *
 * @return not 0 when every branch has ended, or there is none, and the caller
 *         has no final reply yet
 */
int dr_is_stuck(const struct cell *t)
{
	int b;

	if(is_answered(t))
		return 0;
	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].last_received < 200)
			return 0;
	return 1;
}


/**
 * A retransmission finds the transaction as well, and another worker may be
 * through with it while the request itself waits, for DNS say.
 *
 * @param t    transaction
 * @param msg  request that the script handles
 *
 * @return not 0 when the transaction was made for just this message
 */
int dr_is_request_of(const struct cell *t, const struct sip_msg *msg)
{
	const struct sip_msg *stored = t->uas.request;

	return stored && stored->id == msg->id && stored->pid == msg->pid;
}


static struct cell *current_call(const struct sip_msg *msg)
{
	struct cell *t;

	if(msg->first_line.type != SIP_REQUEST || msg->REQ_METHOD != METHOD_INVITE)
		return NULL;
	t = dr_tm.t_gett();
	return t == T_UNDEFINED ? NULL : t;
}


static void judge_unsent(struct cell *t, struct dr_call *call)
{
	int branch = dr_last_attempt(t);

	if(dr_is_cancelled(t))
		dr_judge_without_reply(t, call, DR_SOURCE_CANCEL, 0);
	else if(branch >= 0)
		dr_judge_branch(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received);
	else
		dr_judge_unresolved(t, call);
}


/** A CANCEL that comes while tm forwards leaves a branch that was never sent,
 * and tm answers 487 when the script is over */
static int is_given_up(const struct cell *t)
{
	return dr_is_stuck(t) || (dr_is_cancelled(t) && !is_answered(t));
}


/**
 * The request's script is over. When t_relay() failed and the script did not
 * answer, tm answers 477 or 478 behind this callback, without the lock: what
 * is filled now must not change any more.
 */
static int after_request(struct sip_msg *msg, unsigned int flags, void *param)
{
	struct cell *t = current_call(msg);
	struct dr_call *call;

	(void)flags;
	(void)param;
	if(t == NULL || !dr_is_request_of(t, msg) || !is_given_up(t))
		return 1;
	call = dr_call_of(t);
	if(call == NULL)
		return 1;
	dr_call_lock(t);
	if(is_given_up(t)) {
		dr_judge_attempts(t, call, DR_NONE);
		if(!call->final) {
			judge_unsent(t, call);
			call->final = 1;
			dr_tell_stored(t, call);
		}
		dr_tell_script(t, call);
	}
	dr_call_unlock(t);
	return 1;
}


/** The failure_route called a trunk whose name could not be resolved, and tm
 * answers 478: it keeps no reply to relay */
static int tried_in_vain(const struct dr_call *call)
{
	return call->tried && dr_replies_are_dropped();
}


/**
 * A failure_route, or the route of a resumed transaction, is over; tm holds
 * the reply lock. When the script's new branches could not be sent, or it
 * resumed and did nothing, tm answers behind this callback.
 */
static int after_failure(struct sip_msg *msg, unsigned int flags, void *param)
{
	struct cell *t = current_call(msg);
	struct dr_call *call;
	int branch;

	(void)flags;
	(void)param;
	if(t == NULL || !dr_is_stuck(t))
		return 1;
	call = dr_call_of(t);
	if(call == NULL)
		return 1;
	if(call->judged == t->nr_of_outgoings && !tried_in_vain(call)) {
		if(!dr_replies_are_dropped())
			dr_translate(t, call, msg, dr_tm.t_get_picked_branch());
		return 1;
	}
	dr_judge_attempts(t, call, DR_NONE);
	if(call->final)
		return 1;
	branch = dr_last_attempt(t);
	if(branch >= call->judged)
		dr_judge_branch(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received);
	else if(tried_in_vain(call))
		dr_judge_unresolved(t, call);
	else if(!call->decided)
		dr_judge_without_reply(t, call, DR_SOURCE_SCRIPT, 500);
	else
		return 1;
	dr_tell_request(call, t->uas.request);
	dr_tell_replies(t, call, dr_tm.t_get_picked_branch());
	dr_tell_script(t, call);
	return 1;
}


/**
 * Hook the module into the end of scripts. Call once, before forking, after tm
 * did: what is registered last is called first.
 *
 * @return 0, or -1 after a log line
 */
int dr_after_script_init(void)
{
	if(register_script_cb(after_request, POST_SCRIPT_CB | REQUEST_CB, NULL) == 0
			&& register_script_cb(
					   after_failure, POST_SCRIPT_CB | FAILURE_CB, NULL)
					   == 0)
		return 0;
	LM_ERR("the core refused the script callbacks\n");
	return -1;
}
