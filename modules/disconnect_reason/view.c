/**
 * @file view.c  Finds the answer that a script can see where it runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "../../core/route.h"
#include "../../modules/tm/h_table.h"

#include "call_trunk.h"
#include "history.h"
#include "judge.h"
#include "notes.h"
#include "view.h"

/** Did the attempt ring, or any one when nobody was asked for the answer? */
static bool rang(const struct dr_call *call, int branch)
{
	if(branch == DR_NONE || branch >= DR_BRANCHES_MAX)
		return call->ringing != 0;
	return dr_call_after(call, branch) == DR_AFTER_RINGING;
}


/**
 * See the answer that the caller gets
 *
 * @param call  call
 * @param view  set
 */
void dr_view_of_call(const struct dr_call *call, struct dr_view *view)
{
	const struct dr_record *record = dr_history_answer(call);

	memset(view, 0, sizeof(*view));
	view->call = call;
	view->answer.rule = DR_NONE;
	view->answer.cause = DR_CAUSE_NONE;
	view->answer.reason = call->reason;
	view->decided = call->decided && !call->answered;
	view->rang = rang(call, record ? record->branch : DR_NONE);
	if(record == NULL || call->answered)
		return;
	view->answer = record->answer;
	view->judged = record->answer.decided_by != DR_BY_SCRIPT;
	view->profile = record->profile;
}


/**
 * See the answer that the script gave for a request without transaction
 *
 * @param request  request
 * @param view     set
 */
void dr_view_of_request(const struct sip_msg *request, struct dr_view *view)
{
	const struct dr_notes *notes = dr_notes_find(request);

	memset(view, 0, sizeof(*view));
	view->decided = notes && notes->decided;
	dr_notes_answer(notes, &view->answer);
	view->answer.trunk = dr_notes_trunk(notes);
}


/** See one branch, in a route that runs for it: its failure, or as far as it
 * came */
static void view_of_branch(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_view *view)
{
	struct dr_trunk trunk;

	memset(view, 0, sizeof(*view));
	view->call = call;
	view->judged = true;
	view->rang = rang(call, branch);
	view->decided = code >= 300;
	if(view->decided) {
		view->profile =
				dr_classify_branch(t, call, branch, reply, code, &view->answer);
		return;
	}
	dr_call_trunk(call, t, branch, &trunk);
	view->answer.trunk = trunk.name;
	view->profile = trunk.profile;
}


/** The route of a reply, or of a branch that failed; returns its branch */
static int branch_of_route(const struct cell *t, const struct sip_msg *msg)
{
	int routes = msg->first_line.type == SIP_REPLY
						 ? CORE_ONREPLY_ROUTE | TM_ONREPLY_ROUTE
						 : BRANCH_FAILURE_ROUTE;
	int branch = is_route_type(routes) ? dr_tm.t_gett_branch() : DR_NONE;

	return branch >= 0 && branch < t->nr_of_outgoings ? branch : DR_NONE;
}


/** In the request_route, t_relay() could not send */
static bool is_unsent(const struct cell *t, const struct dr_call *call,
		const struct sip_msg *msg)
{
	return is_route_type(REQUEST_ROUTE) && !call->decided
		   && call->sending == DR_SENDING_BRANCH && dr_tm_is_request_of(t, msg)
		   && dr_tm_is_stuck(t);
}


/** See why it could not; nobody has been told yet, so nothing is kept */
static void view_of_unsent(
		const struct cell *t, const struct dr_call *call, struct dr_view *view)
{
	int branch = dr_tm_last_attempt(t);

	memset(view, 0, sizeof(*view));
	view->call = call;
	view->judged = true;
	view->decided = true;
	view->profile =
			branch < 0
					? dr_classify_unresolved(t, call, &view->answer)
					: dr_classify_branch(t, call, branch, t->uac[branch].reply,
							  t->uac[branch].last_received, &view->answer);
}


static bool is_ignored(const struct sip_msg *request)
{
	const struct dr_notes *notes = dr_notes_find(request);

	return notes && notes->ignore;
}


/**
 * See what is known of the call whose script runs
 *
 * @param msg   message that the script handles
 * @param view  set
 *
 * @return 0, or -1 when there is no call, or it is ignored
 */
int dr_view_here(struct sip_msg *msg, struct dr_view *view)
{
	struct cell *t = dr_tm_here();
	const struct dr_call *call = t ? dr_call_of(t) : NULL;
	int branch;

	branch = call ? branch_of_route(t, msg) : DR_NONE;
	if(branch != DR_NONE && msg->first_line.type == SIP_REPLY) {
		view_of_branch(t, call, branch, msg,
				(int)msg->first_line.u.reply.statuscode, view);
		return 0;
	}
	if(branch != DR_NONE) {
		view_of_branch(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received, view);
		return 0;
	}
	if(call && is_unsent(t, call, msg)) {
		view_of_unsent(t, call, view);
		return 0;
	}
	if(call == NULL)
		call = dr_call_of_lists();
	if(call) {
		dr_view_of_call(call, view);
		return 0;
	}
	if(msg->first_line.type != SIP_REQUEST || is_ignored(msg))
		return -1;
	dr_view_of_request(msg, view);
	return 0;
}
