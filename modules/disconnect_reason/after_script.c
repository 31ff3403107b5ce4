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

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/script_cb.h"
#include "../../modules/tm/h_table.h"

#include "after_script.h"
#include "call.h"
#include "judge.h"
#include "outcome.h"
#include "outcome_event.h"
#include "translate.h"


static struct cell *current_call(const struct sip_msg *msg)
{
	if(msg->first_line.type != SIP_REQUEST || msg->REQ_METHOD != METHOD_INVITE)
		return NULL;
	return dr_tm_here();
}


/**
 * t_relay() failed and nobody answered: tm answers 477 or 478 behind the script,
 * without the lock, so what is filled now must not change any more. A CANCEL
 * that came while tm forwarded left a branch that was never sent, and tm answers
 * 487.
 */
static void before_tm_answers(struct cell *t, struct dr_call *call)
{
	dr_tm_lock(t);
	if(dr_tm_will_answer(t)) {
		dr_judge_attempts(t, call, DR_NONE);
		if(!call->final && dr_call_is_cancelled(call, t))
			dr_judge_without_reply(t, call, DR_SOURCE_CANCEL, 0);
		else if(!call->decided)
			dr_judge_unsent(t, call, 0);
		call->final = 1;
		dr_tell_stored(t, call);
		dr_tell_script(t, call, true);
	}
	dr_tm_unlock(t);
}


/** From now on everybody may write the call's AVPs and XAVPs, under tm's reply
 * lock; what was decided meanwhile is written here */
static void hand_over(struct cell *t, struct dr_call *call)
{
	if(atomic_get_and_set_int(&call->script, DR_SCRIPT_OVER) != DR_SCRIPT_OWES)
		return;
	dr_tm_lock(t);
	if(call->untold && call->decided)
		dr_tell_script(t, call, true);
	dr_tm_unlock(t);
	if(call->failed)
		dr_outcome_failed(t, call);
}


/** The request's script is over */
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
		dr_see_to_stored(t, call);
	hand_over(t, call);
	return 1;
}


/** The failure_route called a trunk whose name could not be resolved, and tm
 * answers 478: it keeps no reply to relay */
static int tried_in_vain(const struct dr_call *call)
{
	return call->tried && dr_tm_drops_replies();
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

	(void)flags;
	(void)param;
	if(t == NULL || !dr_tm_is_stuck(t))
		return 1;
	call = dr_call_of(t);
	if(call == NULL)
		return 1;
	if(call->judged == t->nr_of_outgoings && !tried_in_vain(call)) {
		if(!dr_tm_drops_replies())
			dr_translate(t, call, msg, dr_tm.t_get_picked_branch());
		return 1;
	}
	dr_judge_attempts(t, call, DR_NONE);
	if(call->final)
		return 1;
	if(dr_tm_last_attempt(t) >= call->judged || tried_in_vain(call))
		dr_judge_unsent(t, call, call->judged);
	else if(!call->decided)
		dr_judge_without_reply(t, call, DR_SOURCE_SCRIPT, 500);
	else
		return 1;
	dr_tell_stored(t, call);
	dr_tell_replies(t, call, dr_tm.t_get_picked_branch());
	dr_tell_script(t, call, true);
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
