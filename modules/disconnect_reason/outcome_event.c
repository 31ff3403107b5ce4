/**
 * @file outcome_event.c  event_route[disconnect-reason:outcome]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * An outcome is told when the final failure reply has been sent to the caller:
 * by tm, or by sl where the script said why it refuses a call.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/kemi.h"
#include "../../core/mem/mem.h"
#include "../../core/msg_translator.h"
#include "../../core/receive.h"
#include "../../core/route.h"
#include "../../modules/sl/sl.h"
#include "../../modules/tm/h_table.h"

#include "counters.h"
#include "hooks.h"
#include "map_share.h"
#include "notes.h"
#include "outcome_event.h"
#include "settings.h"
#include "view.h"

#define EVENT_NAME "disconnect-reason:outcome"

static str event_name = str_init(EVENT_NAME);

/** Number of the event route, -1 when the script has none */
static int event_route = -1;


static int somebody_listens(void)
{
	return event_route >= 0 || dr_settings.event_callback.len > 0;
}


static void run_event(struct sip_msg *msg)
{
	sr_kemi_eng_t *engine = sr_kemi_eng_get();
	int backup = get_route_type();
	struct run_act_ctx ctx;

	set_route_type(EVENT_ROUTE);
	if(dr_settings.event_callback.len > 0) {
		init_run_actions_ctx(&ctx);
		if(engine
				&& sr_kemi_ctx_route(engine, &ctx, msg, EVENT_ROUTE,
						   &dr_settings.event_callback, &event_name)
						   < 0)
			LM_ERR("the function %s failed\n", dr_settings.event_callback.s);
	} else {
		run_top_route(event_rt.rlist[event_route], msg, NULL);
	}
	set_route_type(backup);
}


/** tm keeps its place by the id of the message: let the copy have the id of the
 * one that is being processed, which in a failure_route is one less */
static void take_id(struct sip_msg *msg, const struct sip_msg *stored)
{
	bool faked = is_route_type(FAILURE_ROUTE | BRANCH_FAILURE_ROUTE);

	msg->id = stored->id - (faked ? 1 : 0);
	msg->pid = stored->pid;
}


/**
 * Show the script a copy of the request that tm stores. tm's functions would
 * look for its transaction again: what they find is given back, and tm's own
 * place restored. Returns 0, or -1 without memory.
 */
static int run_event_for(struct cell *t)
{
	const struct sip_msg *stored = t->uas.request;
	int branch = dr_tm.t_gett_branch();
	struct cell *before = dr_tm.t_gett();
	char *text = pkg_malloc(stored->len + 1);
	struct sip_msg msg;
	int result;

	if(text == NULL)
		return -1;
	memcpy(text, stored->buf, stored->len);
	text[stored->len] = '\0';
	result = build_sip_msg_from_buf(&msg, text, (int)stored->len, inc_msg_no());
	if(result == 0) {
		msg.rcv = stored->rcv;
		msg.flags = stored->flags;
		take_id(&msg, stored);
		dr_tm.t_sett(T_UNDEFINED, T_BR_UNDEFINED);
		run_event(&msg);
		if(dr_tm.t_gett() != T_UNDEFINED && dr_tm.t_gett() != NULL)
			dr_tm.unref_cell(dr_tm.t_gett());
		dr_tm.t_sett(before, branch);
	}
	free_sip_msg(&msg);
	pkg_free(text);
	return result;
}


/**
 * Count an outcome and run the event, once for a call. The caller has been sent
 * the final failure reply.
 *
 * @param t     transaction; its AVPs and XAVPs are in use
 * @param call  its call, with an answer
 */
void dr_outcome_told(struct cell *t, struct dr_call *call)
{
	struct dr_view view;

	if(call->told)
		return;
	call->told = 1;
	dr_view_of_call(call, &view);
	if(!dr_count_answer(DR_OUTCOMES, &view.answer))
		return;
	if(!somebody_listens() || t->uas.request == NULL)
		return;
	dr_view_remember(call);
	if(run_event_for(t) < 0)
		dr_call_lacks(call, "the event of its outcome");
}


/** A request without transaction: only the script knows why it fails */
static void refused(struct sip_msg *request)
{
	const struct dr_notes *notes = dr_notes_find();
	const struct dr_map *map;
	struct dr_view view;
	short bridge;
	int watched;

	if(!dr_is_to_watch(request, notes))
		return;
	map = dr_map_take();
	watched = dr_call_bridge(map, request, &bridge) == 0
			  || (notes && notes->watch);
	dr_map_drop(map);
	dr_view_of_request(request, &view);
	if(watched && view.decided && dr_count_answer(DR_OUTCOMES, &view.answer)
			&& somebody_listens())
		run_event(request);
}


/** sl answers a request: it is an outcome when it is known why */
static void on_stateless_reply(sl_cbp_t *params)
{
	struct cell *t = dr_tm.t_gett();
	struct dr_call *call;

	if(params->code < 300 || params->req->REQ_METHOD != METHOD_INVITE)
		return;
	if(t == NULL || t == T_UNDEFINED) {
		refused(params->req);
		return;
	}
	call = dr_call_of(t);
	if(call && call->decided)
		dr_outcome_told(t, call);
}


static int listen_to_sl(void)
{
	sl_cbelem_t callback = {
			.type = SLCB_REPLY_READY, .cbf = on_stateless_reply};
	sl_api_t sl;

	if(!module_loaded("sl"))
		return 0;
	if(sl_load_api(&sl) == 0 && sl.register_cb(&callback) >= 0)
		return 0;
	LM_ERR("sl refused the callback for its replies\n");
	return -1;
}


/**
 * Find the event route. Call once, before forking.
 *
 * @return 0, or -1 after a log line
 */
int dr_outcome_event_init(void)
{
	int number = route_lookup(&event_rt, EVENT_NAME);

	if(number >= 0 && event_rt.rlist[number])
		event_route = number;
	if(dr_settings.event_callback.len > 0 && sr_kemi_eng_get() == NULL) {
		LM_ERR("parameter event_callback is \"%s\": expected a script in a"
			   " language of KEMI\n",
				dr_settings.event_callback.s);
		return -1;
	}
	return listen_to_sl();
}
