/**
 * @file outcome.c  Says the answer of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Everything here runs under tm's reply lock.
 */

#include <string.h>

#include "../../core/usr_avp.h"
#include "../../core/xavp.h"
#include "../../modules/tm/h_table.h"

#include "judge.h"
#include "lines.h"
#include "lumps.h"
#include "map_share.h"
#include "outcome.h"
#include "pv.h"
#include "settings.h"


/**
 * Say the answer in every reply that is built from a request
 *
 * @param call     call with an answer
 * @param request  the request that tm fakes
 */
void dr_tell_request(const struct dr_call *call, struct sip_msg *request)
{
	str lines = dr_call_lines(call);

	dr_request_fill(request, &lines);
}


/** The request that tm stores has no lump of ours: link one, of whose end the
 * call must hear */
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
		dr_call_lacks(call, "the header of a reply");
}


/**
 * See that the request that tm stores has a lump of ours: tm builds replies from
 * it as long as the call lasts
 *
 * @param t     transaction, its lock not needed
 * @param call  its call
 */
void dr_see_to_stored(struct cell *t, struct dr_call *call)
{
	if(t->uas.status >= 200 || t->uas.request == NULL
			|| dr_request_lump(t->uas.request))
		return;
	dr_tm_lock(t);
	need_lump(t, call);
	if(call->decided)
		dr_tell_request(call, t->uas.request);
	dr_tm_unlock(t);
}


/**
 * Say the answer in every reply that tm builds from its stored request
 *
 * @param t     transaction
 * @param call  its call, with an answer
 */
void dr_tell_stored(struct cell *t, struct dr_call *call)
{
	if(t->uas.request == NULL)
		return;
	need_lump(t, call);
	dr_tell_request(call, t->uas.request);
}


/**
 * Say beforehand, in every reply that is built from a request, what the reason
 * will be when somebody answers from here on: nobody is asked before. The detail
 * header is left out, since the detail is not known yet.
 *
 * @param t        transaction, its lock not needed
 * @param call     its call, not decided
 * @param request  request that a script handles, or that tm stores
 * @param source   as dr_classify_local() takes it
 */
void dr_say_beforehand(struct cell *t, struct dr_call *call,
		struct sip_msg *request, enum dr_source source)
{
	struct dr_answer answer;
	str lines;

	dr_classify_local(t, call, source, &answer);
	dr_lines_of(call->map, call->bridge, &answer, NULL, &lines);
	dr_tm_lock(t);
	if(!call->decided && !call->cancelled && t->uas.request) {
		dr_request_fill(t->uas.request, &lines);
		dr_request_fill(request, &lines);
	}
	dr_tm_unlock(t);
}


/**
 * Make the header lines of a request that has no call
 *
 * @param request  request as received
 * @param answer   what the script said of it
 *
 * @return the lines, in static memory
 */
str dr_request_lines(
		const struct sip_msg *request, const struct dr_answer *answer)
{
	static char room[DR_LINES_MAX];
	const struct dr_map *map = dr_map_take();
	short bridge;
	str lines;

	dr_call_bridge(map, request, &bridge);
	dr_lines_of(map, bridge, answer,
			dr_lines_room(map, bridge) > 0 ? room : NULL, &lines);
	if(lines.s != room)
		memcpy(room, lines.s, lines.len);
	lines.s = room;
	dr_map_drop(map);
	return lines;
}


/**
 * Say the answer in the reply that tm relays, and in no other
 *
 * @param t       transaction
 * @param call    call with an answer
 * @param picked  branch whose reply is relayed, -1 for none
 */
void dr_tell_replies(const struct cell *t, struct dr_call *call, int picked)
{
	static const str nothing = {NULL, 0};
	str lines = dr_call_lines(call);
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(dr_tm_is_real(t->uac[b].reply)
				&& dr_reply_fill(
						   t->uac[b].reply, b == picked ? &lines : &nothing)
						   < 0)
			dr_call_lacks(call, "the header of a reply");
}


/**
 * Take the AVP and the XAVP that are in use away
 */
void dr_untell_script(void)
{
	destroy_avps(dr_settings.avp_flags, dr_settings.avp_name, 1);
	if(dr_settings.xavp.len > 0)
		xavp_rm_by_name(&dr_settings.xavp, 1, NULL);
}


/**
 * Write the reason's name into the AVP, and all fields into the XAVP, in place
 * of earlier ones: into those that are in use
 *
 * @param view  what to write, with an answer
 */
void dr_tell_lists(const struct dr_view *view)
{
	struct dr_text name = dr_reason_name(view->answer.reason);
	int_str value = {.s = {(char *)name.s, (int)name.len}};

	destroy_avps(dr_settings.avp_flags, dr_settings.avp_name, 1);
	add_avp(dr_settings.avp_flags | AVP_VAL_STR, dr_settings.avp_name, value);
	dr_xavp_set(view);
}


/**
 * Write the answer into the AVP and the XAVP of a transaction, unless its
 * request_route still uses them: then they get it when that is over
 *
 * @param t       transaction
 * @param call    its call, with an answer
 * @param shared  tm itself gives the lists to the route that comes next
 */
void dr_tell_script(struct cell *t, struct dr_call *call, bool shared)
{
	struct dr_view view;
	avp_list_t *avps;
	sr_xavp_t **xavps;

	if(!shared && !dr_call_may_write(call, t))
		return;
	call->untold = 0;
	dr_view_of_call(call, &view);
	avps = set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, &t->user_avps_from);
	xavps = xavp_set_list(&t->xavps_list);
	dr_tell_lists(&view);
	set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, avps);
	xavp_set_list(xavps);
}
