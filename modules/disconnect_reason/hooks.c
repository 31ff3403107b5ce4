/**
 * @file hooks.c  Where tm calls the module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * tm tells a watched call of each reply (no lock held), of each set of
 * branches that failed and of the caller's CANCEL. The module never answers in
 * tm's place.
 */

#include <sched.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/parser/parse_cseq.h"
#include "../../core/parser/parse_to.h"
#include "../../core/sr_module.h"
#include "../../modules/tm/h_table.h"

#include "after_script.h"
#include "call_trunk.h"
#include "counters.h"
#include "hooks.h"
#include "judge.h"
#include "lines.h"
#include "lumps.h"
#include "notes.h"
#include "outcome.h"
#include "outcome_event.h"
#include "settings.h"
#include "translate.h"

/** How often a CANCEL that comes before any branch lets others run */
#define YIELDS 50

struct tm_binds dr_tm;

/** tm's failure_reply_mode, and its function to overrule it for a call */
static int *reply_mode;
static cmd_function drop_replies;

/** tm's relay_100: by default no 100 reaches the caller */
static int relays_100;


/**
 * @param request  request as received
 *
 * @return not 0 for an initial INVITE: one without To-tag
 */
int dr_is_initial_invite(const struct sip_msg *request)
{
	return request->REQ_METHOD == METHOD_INVITE && request->to
		   && request->to->parsed && get_to(request)->tag_value.len == 0;
}


/**
 * Does the script, or the parameter auto, want a request to be watched?
 *
 * @param request  request as received
 * @param notes    what the script said of it, or NULL
 *
 * @return whether it is to be watched, unless the map has bridges and it comes
 *         from none
 */
bool dr_is_to_watch(const struct sip_msg *request, const struct dr_notes *notes)
{
	if(!dr_is_initial_invite(request) || dr_request_is_given_up(request))
		return false;
	if(notes == NULL)
		return dr_settings.auto_watch;
	return !notes->ignore && (notes->watch || dr_settings.auto_watch);
}


static void on_new_transaction(
		struct cell *t, int type, struct tmcb_params *params)
{
	const struct dr_notes *notes = dr_notes_find();

	(void)type;
	if(dr_is_to_watch(params->req, notes))
		dr_call_watch(t, params->req, notes);
}


static void strip(const struct dr_call *call, struct sip_msg *reply)
{
	struct dr_text room[DR_NAMES_MAX];
	const struct dr_text *names;
	int count, removed;

	names = dr_names_of(call->map, call->bridge, room, &count);
	removed = dr_reply_strip(reply, names, count);
	if(removed > 0)
		dr_count(DR_SPOOFED_REMOVED, removed);
}


/** The call is up, so nothing is why it fails. Attempts of a fork that failed
 * before are counted now: tm will not ask about them any more. */
static void on_answered(struct cell *t, struct dr_call *call)
{
	if(t->nr_of_outgoings < 2 && !call->decided)
		return;
	dr_call_lock(t);
	if(t->uas.status < 200) {
		dr_judge_attempts(t, call, DR_NONE);
		call->answered = 1;
	}
	dr_call_unlock(t);
}


static void on_reply(
		struct cell *t, struct dr_call *call, struct tmcb_params *params)
{
	struct sip_msg *reply = params->rpl;
	int branch = dr_tm.t_gett_branch();

	/* replies to tm's own CANCEL come here too */
	if(get_cseq(reply)->method_id != METHOD_INVITE)
		return;
	if(branch < 0 || branch >= DR_BRANCHES_MAX) {
		LM_WARN("branch %d is one too many: its reply passes as it is\n",
				branch);
		return;
	}
	if(params->code < 200)
		dr_call_provisional(call, branch, params->code);
	else if(params->code < 300)
		on_answered(t, call);
	if(params->code >= 300) {
		/* tm relays no second failure of a branch */
		if(t->uac[branch].last_received >= 200)
			return;
		if(dr_reply_reserve(reply) < 0)
			dr_call_lacks(call, "the header of a reply");
		dr_translate_reserve(call, reply);
	}
	if(dr_settings.strip && (params->code != 100 || relays_100))
		strip(call, reply);
}


/** tm counts the branch only when it is complete */
static void on_branch(const struct cell *t, struct dr_call *call,
		const struct tmcb_params *params)
{
	call->tried = 1;
	if(t->nr_of_outgoings < DR_BRANCHES_MAX)
		dr_call_sent(call, t->nr_of_outgoings, params->req);
}


/**
 * @return 1 when tm drops the replies of a call whose failure is handled,
 *         also when no branch is added: failure_reply_mode 1 and 2
 */
int dr_replies_are_dropped(void)
{
	return reply_mode && drop_replies && (*reply_mode == 1 || *reply_mode == 2);
}


static int others_handle_failure(const struct cell *t)
{
	struct tm_callback *cb = (struct tm_callback *)t->tmcb_hl.first;

	for(; cb; cb = cb->next)
		if((cb->types & TMCB_ON_FAILURE) && cb->callback != dr_call_event)
			return 1;
	return 0;
}


static void hear_of_branches(struct cell *t, struct dr_call *call)
{
	if(!call->hears)
		call->hears = dr_tm.register_tmcb(NULL, t, TMCB_REQUEST_FWDED,
							  dr_call_event, call, NULL)
					  > 0;
}


/**
 * In modes 1 and 2 tm drops the replies of a call as soon as somebody handles
 * its failure. Without the module nobody would: keep them. With a failure_route
 * the call must hear whether that one tried another trunk in vain: a branch
 * whose name can't be resolved leaves no trace, and tm answers 478.
 */
static void mind_dropped_replies(struct cell *t, struct dr_call *call,
		int picked, struct sip_msg *request)
{
	if(!dr_replies_are_dropped())
		return;
	if(t->uac[picked].on_failure)
		hear_of_branches(t, call);
	else if(!others_handle_failure(t))
		drop_replies(request, "n", NULL);
}


static void on_failure(
		struct cell *t, struct dr_call *call, struct tmcb_params *params)
{
	int picked = dr_tm.t_get_picked_branch();

	/* t_replicate() makes a transaction local only after it was created */
	if(is_local(t) || picked < 0 || picked >= t->nr_of_outgoings)
		return;
	dr_judge_attempts(
			t, call, call->final || dr_is_cancelled(t) ? DR_NONE : picked);
	if(!call->final) {
		if(dr_is_cancelled(t))
			dr_judge_without_reply(t, call, DR_SOURCE_CANCEL, 0);
		else
			dr_judge_branch(t, call, picked, params->rpl, params->code);
		dr_tell_request(call, t->uas.request);
	}
	if(call->scripted)
		dr_call_translate(call, params->code);
	call->judged = (signed char)t->nr_of_outgoings;
	call->tried = 0;
	dr_tell_request(call, params->req);
	dr_tell_replies(t, call, picked);
	dr_tell_script(t, call);
	mind_dropped_replies(t, call, picked, params->req);
	if(!t->uac[picked].on_failure)
		dr_translate(t, call, params->req, picked);
}


/** A branch that tm will cancel, and then answer the caller from its end */
static int has_live_branch(const struct cell *t)
{
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].request.buffer && t->uac[b].last_received < 200
				&& t->uac[b].local_cancel.buffer == NULL)
			return 1;
	return 0;
}


/**
 * Before tm forwards it looks whether the call is cancelled, and if not saves
 * the lumps a few hundred instructions later. So say it now, as tm is about to,
 * and let a process that already looked come that far: what it saved later
 * would be put over ours.
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
 * The caller's CANCEL. With no live branch tm answers 487 right behind this
 * callback, from the stored request and without the lock: what is filled now
 * must not change any more.
 */
static void on_cancel(struct cell *t, struct dr_call *call)
{
	dr_call_lock(t);
	if(t->uas.status < 200 && !call->final) {
		dr_judge_attempts(t, call, DR_NONE);
		dr_judge_without_reply(t, call, DR_SOURCE_CANCEL, 0);
		call->final = 1;
		dr_tell_replies(t, call, -1);
		if(t->nr_of_outgoings == 0)
			let_tm_save_lumps(t);
		dr_tell_stored(t, call);
		if(!has_live_branch(t))
			dr_tell_script(t, call);
	}
	dr_call_unlock(t);
}


/** The caller has been sent a reply, under tm's reply lock or behind it; the
 * first failure is the outcome */
static void on_sent(
		struct cell *t, struct dr_call *call, const struct tmcb_params *params)
{
	if(params->code >= 300 && call->decided && !is_local(t))
		dr_outcome_told(t, call);
}


/** tm frees the lump of an early CANCEL with the request, unless it saved
 * lumps of its own over it */
static void on_destroy(const struct cell *t, struct dr_call *call)
{
	if(call->early && t->uas.request
			&& t->uas.request->reply_lump != call->early)
		shm_free(call->early);
	call->early = NULL;
}


/**
 * tm's callback of a watched call
 *
 * @param t       transaction
 * @param type    one of DR_CALL_EVENTS, TMCB_REQUEST_FWDED, TMCB_RESPONSE_OUT
 *                or TMCB_DESTROY
 * @param params  tm's; its param is the struct dr_call
 */
void dr_call_event(struct cell *t, int type, struct tmcb_params *params)
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
	else if(type & TMCB_E2ECANCEL_IN)
		on_cancel(t, call);
	else if(type & TMCB_REQUEST_FWDED)
		on_branch(t, call, params);
	else if(type & TMCB_RESPONSE_OUT)
		on_sent(t, call, params);
}


static void find_tm_details(void)
{
	modparam_t type;
	int *relay;

	relay = find_param_export(
			find_module_by_name("tm"), "relay_100", PARAM_INT, &type);
	relays_100 = relay == NULL || *relay;
	reply_mode = find_param_export(
			find_module_by_name("tm"), "failure_reply_mode", PARAM_INT, &type);
	drop_replies = find_export("t_drop_replies", 1, 0);
}


/**
 * Hook the module into tm. Call once, before forking.
 *
 * @return 0, or -1 after a log line that says what was expected
 */
int dr_hooks_init(void)
{
	if(load_tm_api(&dr_tm) < 0) {
		LM_ERR("the module tm is not loaded: expected it before this one\n");
		return -1;
	}
	find_tm_details();
	if(dr_translate_init() < 0)
		return -1;
	if(dr_tm.register_tmcb(
			   NULL, NULL, TMCB_REQUEST_IN, on_new_transaction, NULL, NULL)
			<= 0) {
		LM_ERR("tm refused the callback for new transactions\n");
		return -1;
	}
	if(dr_outcome_event_init() < 0)
		return -1;
	return dr_after_script_init();
}
