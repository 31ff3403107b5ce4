/**
 * @file outcome.c  Publishes the answer of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * An answer goes into the header of every reply to the caller, the AVP and the
 * XAVP: they are written under tm's reply lock. An outcome is counted, and its
 * event runs, when the final failure reply has been sent to the caller: by tm,
 * or by sl when the script said why it refuses a call.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/kemi.h"
#include "../../core/mem/mem.h"
#include "../../core/msg_translator.h"
#include "../../core/receive.h"
#include "../../core/route.h"
#include "../../core/usr_avp.h"
#include "../../core/xavp.h"
#include "../../modules/sl/sl.h"
#include "../../modules/tm/h_table.h"

#include "attempt.h"
#include "map_shm.h"
#include "params.h"
#include "reply.h"
#include "request.h"
#include "stats.h"
#include "outcome.h"

/**
 * Put the answer into every reply that is built from a request
 *
 * @param call     call with an answer
 * @param request  the request that tm fakes
 */
void dr_outcome_fill_request(
		const struct dr_call *call, struct sip_msg *request)
{
	str lines = dr_call_header_text(call);

	dr_request_fill_lump(request, &lines);
}

/** The request that tm stores has no lump of ours: link one, and have tm report
 * its end */
static void link_lump(struct cell *t, struct dr_call *call)
{
	struct dr_own *own = dr_call_own(call);

	if(own == NULL)
		return;
	if(!call->linked)
		call->linked = dr_call_register(call, t, TMCB_DESTROY);
	if(call->linked)
		dr_request_link_lump(t->uas.request, &own->lump);
}

/** There is no lump of ours in the stored request before tm forwards, or when the
 * script applied its changes to the message */
static void need_lump(struct cell *t, struct dr_call *call)
{
	if(dr_request_lump(t->uas.request))
		return;
	link_lump(t, call);
	if(!dr_request_lump(t->uas.request))
		dr_call_log_oom_once(call, "the header of a reply");
}

/**
 * Make sure that the request that tm stores has a lump of ours: tm builds
 * replies from it as long as the call lasts
 *
 * @param t     transaction, its lock not needed
 */
void dr_outcome_keep_lump(struct cell *t, struct dr_call *call)
{
	if(t->uas.status >= 200 || t->uas.request == NULL
			|| dr_request_lump(t->uas.request))
		return;
	dr_tm_lock(t);
	need_lump(t, call);
	if(call->decided)
		dr_outcome_fill_request(call, t->uas.request);
	dr_tm_unlock(t);
}

/**
 * Put the answer into every reply that tm builds from its stored request
 *
 * @param call  call, with an answer
 */
void dr_outcome_fill_stored(struct cell *t, struct dr_call *call)
{
	if(t->uas.request == NULL)
		return;
	need_lump(t, call);
	dr_outcome_fill_request(call, t->uas.request);
}

/** The header text of a call that fails here, without a detail header: the detail
 * is not known yet. It belongs to the map or to the parameters. */
static str local_text(
		const struct cell *t, const struct dr_call *call, enum dr_source source)
{
	struct dr_answer answer;
	str text;

	dr_attempt_classify_local(t, call, source, 0, &answer);
	dr_params_header_text(call->map, call->bridge, &answer, NULL, &text);
	return text;
}

/**
 * Put into every reply that is built from a request, in advance, the reason
 * that applies if tm or the script replies from here on: no callback comes
 * before. The detail header is left out, since the detail is not known yet.
 *
 * @param t        transaction, its lock not needed
 * @param call     its call, not decided
 * @param request  request that a script handles, or that tm stores
 * @param source   as dr_attempt_classify_local() takes it
 */
void dr_outcome_preset(struct cell *t, struct dr_call *call,
		struct sip_msg *request, enum dr_source source)
{
	str text = local_text(t, call, source);

	dr_tm_lock(t);
	if(!call->decided && !call->cancelled && t->uas.request) {
		dr_request_fill_lump(t->uas.request, &text);
		dr_request_fill_lump(request, &text);
	}
	dr_tm_unlock(t);
}

/**
 * Put the reason of a caller who cancelled beforehand into every reply that is
 * built from the stored request, unless another process handles a reply right now:
 * a failure of the last branch may cross the CANCEL.
 *
 * @param t     transaction, its lock not needed
 * @param call  its call, cancelled
 */
void dr_outcome_preset_cancelled(struct cell *t, const struct dr_call *call)
{
	str text;

	if(!dr_tm_try_lock(t))
		return;
	if(t->uas.status < 200 && t->uas.request && !call->final) {
		text = local_text(t, call, DR_SOURCE_CANCEL);
		dr_request_fill_lump(t->uas.request, &text);
	}
	dr_tm_unlock(t);
}

/**
 * Make the header lines of a request that has no call
 *
 * @param request  request as received
 * @param answer   what the script said about it
 *
 * @return the lines, in static memory
 */
str dr_outcome_request_text(
		const struct sip_msg *request, const struct dr_answer *answer)
{
	static char room[DR_HEADER_TEXT_MAX];
	const struct dr_map *map = dr_map_ref();
	short bridge;
	str lines;

	dr_call_bridge(map, request, &bridge);
	dr_params_header_text(map, bridge, answer,
			dr_params_header_room(map, bridge) > 0 ? room : NULL, &lines);
	if(lines.s != room)
		memcpy(room, lines.s, lines.len);
	lines.s = room;
	dr_map_unref(map);
	return lines;
}

/** Put the answer into the reply that tm relays, and into no other */
static void fill_replies(const struct cell *t, struct dr_call *call, int picked)
{
	static const str nothing = {NULL, 0};
	str lines = dr_call_header_text(call);
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(dr_tm_is_real(t->uac[b].reply)
				&& dr_reply_fill(
						   t->uac[b].reply, b == picked ? &lines : &nothing)
						   < 0)
			dr_call_log_oom_once(call, "the header of a reply");
}

/**
 * Remove the AVP and the XAVP from the lists in use
 */
void dr_outcome_remove_lists(void)
{
	destroy_avps(dr_params.avp_flags, dr_params.avp_name, 1);
	if(dr_params.xavp.len > 0)
		xavp_rm_by_name(&dr_params.xavp, 1, NULL);
}

/**
 * Write the reason's name into the AVP, and all fields into the XAVP, in place
 * of earlier ones, in the lists in use
 *
 * @param context  what to write, with an answer
 */
void dr_outcome_write_lists(const struct dr_context *context)
{
	struct dr_text name = dr_reason_name(context->answer.reason);
	int_str value = {.s = {(char *)name.s, (int)name.len}};

	destroy_avps(dr_params.avp_flags, dr_params.avp_name, 1);
	add_avp(dr_params.avp_flags | AVP_VAL_STR, dr_params.avp_name, value);
	dr_xavp_set(context);
}

/**
 * Write the answer into the AVP and the XAVP of a transaction, unless its
 * request_route still uses them: then they get it when that has ended
 *
 * @param call    call, with an answer
 * @param shared  tm itself gives the lists to the route that comes next
 */
void dr_outcome_write(struct cell *t, struct dr_call *call, bool shared)
{
	struct dr_context context;
	avp_list_t *avps;
	sr_xavp_t **xavps;

	if(!shared && !dr_call_may_write(call, t))
		return;
	call->unwritten = 0;
	dr_context_of_call(call, &context);
	avps = set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, &t->user_avps_from);
	xavps = xavp_set_list(&t->xavps_list);
	dr_outcome_write_lists(&context);
	set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, avps);
	xavp_set_list(xavps);
}

/**
 * Publish the answer of a call: in the reply that tm relays, in those that tm
 * builds from its stored request, and in the AVP and the XAVP. Call it under tm's
 * reply lock.
 *
 * @param call    call, with an answer
 * @param picked  branch whose reply tm relays, -1 for none
 * @param shared  tm itself gives the lists to the route that comes next
 */
void dr_outcome_publish(
		struct cell *t, struct dr_call *call, int picked, bool shared)
{
	if(!call->frozen)
		dr_outcome_fill_stored(t, call);
	fill_replies(t, call, picked);
	dr_outcome_write(t, call, shared);
}

#define EVENT_NAME "disconnect-reason:outcome"

static str event_name = str_init(EVENT_NAME);

/** Number of the event route, -1 when the script has none */
static int event_route = -1;

/** The event is running in this process: nothing done in it runs another one */
static bool running;

static int has_event_route(void)
{
	return event_route >= 0 || dr_params.event_callback.len > 0;
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
	if(dr_params.event_callback.len > 0) {
		init_run_actions_ctx(&ctx);
		if(engine
				&& sr_kemi_ctx_route(engine, &ctx, msg, EVENT_ROUTE,
						   &dr_params.event_callback, &event_name)
						   < 0)
			LM_ERR("the KEMI function %s failed\n", dr_params.event_callback.s);
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
 * Run the event with a copy of the request that tm stores. tm's functions would
 * look up its transaction again: what they find is released, and tm's own place
 * restored. Returns 0, or -1 without memory.
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

/** Make the first failure that the caller was sent the outcome; returns whether
 * it is this one, with its context */
static bool is_outcome(
		struct cell *t, struct dr_call *call, struct dr_context *context)
{
	bool first = false;

	dr_tm_lock(t);
	if(!call->decided)
		dr_attempt_decide_here(t, call);
	if(call->decided && !call->published) {
		if(call->unwritten)
			dr_outcome_write(t, call, true);
		call->published = 1;
		first = true;
		dr_context_of_call(call, context);
	}
	dr_tm_unlock(t);
	return first;
}

/**
 * The caller has been sent a final failure: count the outcome and run the
 * event, once for a call. While the request_route runs in another process, that
 * one does it, after its end: AVPs and XAVPs are in use there.
 *
 * @param t     transaction; its AVPs and XAVPs are in use
 */
void dr_outcome_failed(struct cell *t, struct dr_call *call)
{
	struct dr_context context;

	call->failed = 1;
	if(!dr_call_may_write(call, t) || !is_outcome(t, call, &context)
			|| !dr_stats_count_answer(DR_OUTCOMES, &context.answer)
			|| !has_event_route() || t->uas.request == NULL)
		return;
	if(run_event_for(t) < 0)
		dr_call_log_oom_once(call, "the event of its outcome");
}

/** Is a request watched that has no transaction? */
static bool is_watched(
		const struct sip_msg *request, const struct dr_request *notes)
{
	const struct dr_map *map;
	short bridge;
	bool known;

	if(!dr_call_is_wanted(request, notes))
		return false;
	map = dr_map_ref();
	known = dr_call_bridge(map, request, &bridge) == 0;
	dr_map_unref(map);
	return known || (notes && notes->watch);
}

/** A script that applies its changes to the message removes our lump, like all
 * others: put the lines right after the status line of what sl has built */
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

/** A request without a transaction: only the script knows why it fails. The
 * caller sends it again until it has the reply, and is refused again. */
static void refused(struct sip_msg *request, str *reply)
{
	struct dr_context context;
	str lines;

	dr_context_of_request(request, &context);
	if(!context.decided)
		return;
	if(!dr_request_lump(request)) {
		lines = dr_outcome_request_text(request, &context.answer);
		put_lines(reply, &lines);
	}
	if(!is_watched(request, dr_request_find(request))
			|| dr_request_was_refused(request))
		return;
	if(dr_stats_count_answer(DR_OUTCOMES, &context.answer) && has_event_route())
		run_event(request);
}

/** sl replies to a request, maybe one that has a transaction */
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

static int register_sl(void)
{
	sl_cbelem_t callback = {
			.type = SLCB_REPLY_READY, .cbf = on_stateless_reply};
	sl_api_t sl;

	if(!module_loaded("sl"))
		return 0;
	if(sl_load_api(&sl) == 0 && sl.register_cb(&callback) >= 0)
		return 0;
	LM_ERR("failed to register sl's callback for replies\n");
	return -1;
}

/**
 * Find the event route. Call once, before forking.
 *
 * @return 0, or -1 after a log line
 */
int dr_outcome_init(void)
{
	int number = route_lookup(&event_rt, EVENT_NAME);

	if(number >= 0 && event_rt.rlist[number])
		event_route = number;
	if(dr_params.event_callback.len > 0 && sr_kemi_eng_get() == NULL) {
		LM_ERR("parameter event_callback is \"%s\": expected a script in a"
			   " KEMI language\n",
				dr_params.event_callback.s);
		return -1;
	}
	return register_sl();
}
