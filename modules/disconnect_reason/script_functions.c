/**
 * @file script_functions.c  The functions of the routing script: what they do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A request that has no transaction yet keeps what is said of it in its notes.
 */

#include "../../core/dprint.h"
#include "../../core/route.h"
#include "../../modules/tm/h_table.h"

#include "call_trunk.h"
#include "core/sip_header.h"
#include "history.h"
#include "judge.h"
#include "lumps.h"
#include "map_share.h"
#include "notes.h"
#include "outcome.h"
#include "core/reason_header.h"
#include "script_functions.h"


static struct dr_text as_text(const str *s)
{
	return (struct dr_text){s->s, s->len > 0 ? (size_t)s->len : 0};
}


static struct dr_call *call_of(const struct cell *t)
{
	return t ? dr_call_of(t) : NULL;
}


/** Is there a profile, or a trunk, of that name in the map in force? */
static bool map_has(
		int (*find)(const struct dr_map *, struct dr_text), const str *name)
{
	const struct dr_map *map = dr_map_take();
	bool found = map && find(map, as_text(name)) != DR_NONE;

	dr_map_drop(map);
	return found;
}


static bool map_has_trunks(void)
{
	const struct dr_map *map = dr_map_take();
	bool found = dr_call_has_trunks(map);

	dr_map_drop(map);
	return found;
}


/**
 * @param profile  name of a profile, empty for the default one
 *
 * @return 0, or -1 after a log line: there is no such profile
 */
int dr_script_check_profile(const str *profile)
{
	if(profile->len == 0
			|| dr_text_alike(
					as_text(profile), (struct dr_text)DR_TEXT("default"))
			|| map_has(dr_map_find_profile, profile))
		return 0;
	LM_ERR("disconnect_reason_watch: \"%.*s\" is no profile: expected one of"
		   " the map, or \"default\"\n",
			profile->len, profile->s);
	return -1;
}


/**
 * @param reason  name of a reason
 *
 * @return 0, or -1 after a log line
 */
int dr_script_check_reason(const str *reason)
{
	enum dr_reason parsed;

	if(dr_reason_parse(as_text(reason), &parsed) == 0)
		return 0;
	LM_ERR("disconnect_reason_set: \"%.*s\" is no reason: expected a name"
		   " of LiveKit's DisconnectReason, such as SIP_TRUNK_FAILURE\n",
			reason->len, reason->s);
	return -1;
}


/**
 * @param detail  detail token
 *
 * @return 0, or -1 after a log line
 */
int dr_script_check_detail(const str *detail)
{
	if(dr_detail_check(as_text(detail)) == 0)
		return 0;
	LM_ERR("disconnect_reason_set: \"%.*s\" is no detail: expected 1 to %d"
		   " bytes of a-z, 0-9 and -\n",
			detail->len, detail->s, DR_DETAIL_MAX);
	return -1;
}


/**
 * @param name  name of a trunk
 *
 * @return 0, or -1 after a log line: it is no token, or the map has trunks and
 *         this is none of them
 */
int dr_script_check_trunk(const str *name)
{
	if(name->len == 0 || name->len > DR_NAME_MAX
			|| !dr_token_check(as_text(name))) {
		LM_ERR("disconnect_reason_trunk: \"%.*s\" is no name: expected a token"
			   " of 1 to %d bytes\n",
				name->len, name->s, DR_NAME_MAX);
		return -1;
	}
	if(!map_has_trunks() || map_has(dr_map_find_trunk, name))
		return 0;
	LM_ERR("disconnect_reason_trunk: \"%.*s\" is no trunk of the map\n",
			name->len, name->s);
	return -1;
}


/** KEMI, and a route that another one calls, get here from anywhere */
static int check_place(
		struct sip_msg *msg, const struct cell *t, const char *function)
{
	if(!is_route_type(REQUEST_ROUTE) || (t && t->nr_of_outgoings > 0)) {
		LM_ERR("%s: expected in the request_route, before the call is sent on"
			   "\n",
				function);
		return -1;
	}
	if(parse_headers(msg, HDR_TO_F, 0) >= 0 && dr_call_is_initial_invite(msg))
		return 0;
	LM_ERR("%s: expected an INVITE that starts a call\n", function);
	return -1;
}


/**
 * Watch a call, also when auto is 0 or it comes from no bridge
 *
 * @param msg      INVITE that starts a call; nothing was sent for it yet
 * @param profile  profile of the map for trunks that it does not know; empty:
 *                 the default one
 *
 * @return 1, or -1 after one log line
 */
int dr_script_watch(struct sip_msg *msg, str *profile)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_notes *notes;

	if(dr_script_check_profile(profile) < 0
			|| check_place(msg, t, "disconnect_reason_watch") < 0)
		return -1;
	notes = dr_notes_make(msg);
	notes->watch = true;
	notes->ignore = false;
	dr_notes_set_profile(notes, as_text(profile));
	if(call)
		call->profile = (short)dr_notes_profile(notes, call->map);
	else if(t)
		dr_call_watch(t, msg, notes);
	return 1;
}


/** Returns 0, or -1 when a CANCEL's process may be reading what would change */
static int ignore_call(
		struct cell *t, struct dr_call *call, struct sip_msg *msg)
{
	static const str nothing = {NULL, 0};
	int result = -1;

	dr_tm_lock(t);
	if(!call->cancelled) {
		call->ignored = 1;
		dr_request_fill(t->uas.request, &nothing);
		dr_request_fill(msg, &nothing);
		dr_untell_script();
		result = 0;
	}
	dr_tm_unlock(t);
	return result;
}


/**
 * Let a call pass as if the module were not there
 *
 * @param msg  INVITE that starts a call; nothing was sent for it yet
 *
 * @return 1; -1 after one log line; -1 without one when the caller already
 *         cancelled
 */
int dr_script_ignore(struct sip_msg *msg)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_notes *notes;

	if(check_place(msg, t, "disconnect_reason_ignore") < 0)
		return -1;
	if(call)
		return ignore_call(t, call, msg) == 0 ? 1 : -1;
	notes = dr_notes_make(msg);
	notes->watch = false;
	notes->ignore = true;
	return 1;
}


/** What the script says is told and counted, so the call must be watched; too
 * late for one that has been sent on */
static void watch_what_is_said(
		struct sip_msg *msg, struct cell *t, struct dr_notes *notes)
{
	if(notes->ignore || !is_route_type(REQUEST_ROUTE))
		return;
	notes->watch = true;
	if(t && t->nr_of_outgoings == 0 && dr_call_is_initial_invite(msg))
		dr_call_watch(t, msg, notes);
}


/** No watched transaction: the answer waits in the request itself */
static int set_in_request(
		struct sip_msg *msg, struct cell *t, const struct dr_answer *answer)
{
	struct dr_notes *notes = dr_notes_make(msg);
	str lines = dr_request_lines(msg, answer);
	struct dr_view view;

	if(!dr_request_set_lump(msg, &lines)) {
		LM_ERR("disconnect_reason_set: no memory: there is no header\n");
		notes->ignore = true; /* any other answer would be wrong */
		return -1;
	}
	dr_notes_set_answer(notes, answer->reason, answer->detail);
	dr_view_of_request(msg, &view);
	dr_tell_lists(&view);
	watch_what_is_said(msg, t, notes);
	return 1;
}


/** The caller's CANCEL may be answered this very moment: then it is too late */
static int set_in_call(struct sip_msg *msg, struct cell *t,
		struct dr_call *call, const struct dr_answer *answer)
{
	int picked =
			is_route_type(FAILURE_ROUTE) ? dr_tm.t_get_picked_branch() : -1;
	int result = -1;
	str lines;

	dr_tm_lock(t);
	if(!call->cancelled && (!call->final || call->scripted)) {
		/* t_relay() could not send them, and nobody will ask why */
		if(is_route_type(REQUEST_ROUTE))
			dr_judge_attempts(t, call, DR_NONE);
		dr_judge_as_said(call, answer,
				picked >= 0 && picked < t->nr_of_outgoings
						? t->uac[picked].last_received
						: 0);
		call->final = 1;
		call->scripted = 1;
		if(t->nr_of_outgoings > 0)
			dr_see_to_stored(t, call);
		dr_tell_request(call, t->uas.request);
		lines = dr_call_lines(call);
		if(msg->first_line.type == SIP_REQUEST
				&& !dr_request_set_lump(msg, &lines))
			dr_call_lacks(call, "the header of a reply");
		dr_tell_replies(t, call, picked);
		dr_tell_script(t, call, true);
		result = 1;
	}
	dr_tm_unlock(t);
	return result;
}


/**
 * The script says why the call fails: the next local reply of the request,
 * and every later one of its transaction, carries this answer
 *
 * @param msg     the request, or in an onreply_route the reply
 * @param reason  name of LiveKit's DisconnectReason
 * @param detail  detail token, empty for none
 *
 * @return 1, or -1 after one log line: a wrong argument, no memory, or the
 *         caller already cancelled
 */
int dr_script_set(struct sip_msg *msg, str *reason, str *detail)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_answer answer;
	enum dr_reason parsed;

	if(dr_script_check_reason(reason) < 0
			|| (detail->len > 0 && dr_script_check_detail(detail) < 0))
		return -1;
	dr_reason_parse(as_text(reason), &parsed);
	dr_notes_answer(NULL, &answer);
	answer.reason = parsed;
	answer.detail = as_text(detail);
	if(call)
		return set_in_call(msg, t, call, &answer);
	if(msg->first_line.type == SIP_REQUEST)
		return set_in_request(msg, t, &answer);
	LM_ERR("disconnect_reason_set: the call of this reply is not watched\n");
	return -1;
}


/**
 * Name the trunk of the branches created next
 *
 * @param msg   the call's INVITE
 * @param name  token; when the map has trunks, one of them
 *
 * @return 1, or -1 after one log line
 */
int dr_script_trunk(struct sip_msg *msg, str *name)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);

	if(dr_script_check_trunk(name) < 0)
		return -1;
	if(msg->first_line.type != SIP_REQUEST) {
		LM_ERR("disconnect_reason_trunk: expected a request\n");
		return -1;
	}
	if(call) {
		if(dr_call_name_trunk(call, t->nr_of_outgoings,
				   dr_call_trunk_number(call->map, as_text(name)),
				   as_text(name))
				== 0)
			return 1;
		LM_ERR("disconnect_reason_trunk: no memory: there is no header\n");
		ignore_call(t, call, msg); /* any other trunk would be wrong */
		return -1;
	}
	dr_notes_set_trunk(dr_notes_make(msg), as_text(name));
	return 1;
}
