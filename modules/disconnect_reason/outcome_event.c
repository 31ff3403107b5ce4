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
#include "judge.h"
#include "lumps.h"
#include "map_share.h"
#include "notes.h"
#include "outcome.h"
#include "outcome_event.h"
#include "refused.h"
#include "settings.h"
#include "view.h"

#define EVENT_NAME "disconnect-reason:outcome"

static str event_name = str_init(EVENT_NAME);

/** Number of the event route, -1 when the script has none */
static int event_route = -1;

/** The event is running in this process: what it does itself runs none */
static bool running;


static int somebody_listens(void)
{
	return event_route >= 0 || dr_settings.event_callback.len > 0;
}


static void run_event(struct sip_msg *msg)
{
	sr_kemi_eng_t *engine = sr_kemi_eng_get();
	int backup = get_route_type();
	struct run_act_ctx ctx;

	if(running)
		return;
	running = true;
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
	running = false;
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
	struct dr_tm_place place;
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
		dr_tm_leave(&place);
		run_event(&msg);
		dr_tm_return(&place);
	}
	free_sip_msg(&msg);
	pkg_free(text);
	return result;
}


/** Let the first failure that the caller was sent be the outcome; returns whether
 * it is this one, with a view of it */
static bool is_outcome(
		struct cell *t, struct dr_call *call, struct dr_view *view)
{
	bool first = false;

	dr_tm_lock(t);
	if(!call->decided)
		dr_judge_local(t, call);
	if(call->decided && !call->told) {
		if(call->untold)
			dr_tell_script(t, call, true);
		call->told = 1;
		first = true;
		dr_view_of_call(call, view);
	}
	dr_tm_unlock(t);
	return first;
}


/**
 * The caller has been sent a final failure: count the outcome and run the event,
 * once for a call. While the request_route runs in another process that one does
 * it, behind its end: AVPs and XAVPs are in use there.
 *
 * @param t     transaction; its AVPs and XAVPs are in use
 * @param call  its call
 */
void dr_outcome_failed(struct cell *t, struct dr_call *call)
{
	struct dr_view view;

	call->failed = 1;
	if(!dr_call_may_write(call, t) || !is_outcome(t, call, &view)
			|| !dr_count_answer(DR_OUTCOMES, &view.answer)
			|| !somebody_listens() || t->uas.request == NULL)
		return;
	if(run_event_for(t) < 0)
		dr_call_lacks(call, "the event of its outcome");
}


/** Is a request watched that has no transaction? */
static bool is_watched(
		const struct sip_msg *request, const struct dr_notes *notes)
{
	const struct dr_map *map;
	short bridge;
	bool known;

	if(!dr_call_is_wanted(request, notes))
		return false;
	map = dr_map_take();
	known = dr_call_bridge(map, request, &bridge) == 0;
	dr_map_drop(map);
	return known || (notes && notes->watch);
}


/** A script that applies its changes to the message takes our lump away, as all
 * others: put the lines right behind the status line of what sl has built */
static void put_lines(str *reply, const str *lines)
{
	char *headers = memchr(reply->s, '\n', reply->len), *longer, *p;

	longer = headers ? pkg_malloc(reply->len + lines->len) : NULL;
	if(longer == NULL) {
		LM_ERR("no memory for the header of a reply\n");
		return;
	}
	headers++;
	p = longer + (headers - reply->s);
	memcpy(longer, reply->s, p - longer);
	memcpy(p, lines->s, lines->len);
	memcpy(p + lines->len, headers, reply->s + reply->len - headers);
	pkg_free(reply->s);
	reply->s = longer;
	reply->len += lines->len;
}


/** A request without transaction: only the script knows why it fails. The caller
 * sends it again until it has the answer, and is refused again. */
static void refused(struct sip_msg *request, str *reply)
{
	struct dr_view view;
	str lines;

	dr_view_of_request(request, &view);
	if(!view.decided)
		return;
	if(!dr_request_lump(request)) {
		lines = dr_request_lines(request, &view.answer);
		put_lines(reply, &lines);
	}
	if(!is_watched(request, dr_notes_find(request))
			|| dr_refused_before(request))
		return;
	if(dr_count_answer(DR_OUTCOMES, &view.answer) && somebody_listens())
		run_event(request);
}


/** sl answers a request, also one that has a transaction */
static void on_stateless_reply(sl_cbp_t *params)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = t ? dr_call_of(t) : NULL;

	if(params->code < 300 || params->req->REQ_METHOD != METHOD_INVITE)
		return;
	if(t == NULL)
		refused(params->req, params->reply);
	else if(call && dr_tm_is_request_of(t, params->req))
		dr_outcome_failed(t, call);
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
