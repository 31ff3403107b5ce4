/**
 * @file script.c  The functions of the routing script
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/error.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/mod_fix.h"
#include "../../core/route.h"
#include "../../modules/tm/h_table.h"

#include "lumps.h"
#include "map_share.h"
#include "outcome.h"
#include "reason_header.h"
#include "script.h"
#include "settings.h"


static struct dr_text as_text(const str *s)
{
	return (struct dr_text){s->s, s->len > 0 ? (size_t)s->len : 0};
}


static int parse(const str *reason, const str *detail, struct dr_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->source = DR_SOURCE_SCRIPT;
	answer->decided_by = DR_BY_SCRIPT;
	answer->cause = DR_CAUSE_NONE;
	if(dr_reason_parse(as_text(reason), &answer->reason) != 0) {
		LM_ERR("disconnect_reason_set: \"%.*s\" is no reason: expected a name"
			   " of LiveKit's DisconnectReason, such as SIP_TRUNK_FAILURE\n",
				reason->len, reason->s);
		return -1;
	}
	if(detail == NULL)
		return 0;
	answer->detail = as_text(detail);
	if(dr_detail_check(answer->detail) == 0)
		return 0;
	LM_ERR("disconnect_reason_set: \"%.*s\" is no detail: expected 1 to %d"
		   " bytes of a-z, 0-9 and -\n",
			detail->len, detail->s, DR_DETAIL_MAX);
	return -1;
}


/** A lump in shared memory is part of a message of tm's: only empty it */
static void drop_lump(struct sip_msg *msg, struct lump_rpl *lump)
{
	if(lump == NULL)
		return;
	if(lump->flags & LUMP_RPL_SHMEM) {
		lump->text.len = 0;
		return;
	}
	unlink_lump_rpl(msg, lump);
	free_lump_rpl(lump);
}


/** No watched transaction: the answer waits in the request itself */
static int set_in_request(struct sip_msg *msg, const struct dr_answer *answer)
{
	struct dr_call call = {.map = dr_map_take()};
	struct lump_rpl *lump;

	dr_call_bridge(call.map, msg, &call.bridge);
	dr_call_answer(&call, answer, 0);
	drop_lump(msg, dr_request_lump(msg));
	lump = dr_request_add_lump(msg, &call.lines, (int)answer->reason);
	if(call.owns_lines)
		shm_free(call.lines.s);
	dr_map_drop(call.map);
	if(lump == NULL)
		return -1;
	dr_tell_script(NULL, answer->reason);
	return 1;
}


/** The caller's CANCEL may be answered this very moment: then it is too late */
static int set_in_call(struct sip_msg *msg, struct cell *t,
		struct dr_call *call, const struct dr_answer *answer)
{
	int picked =
			is_route_type(FAILURE_ROUTE) ? dr_tm.t_get_picked_branch() : -1;
	int result = -1;

	dr_call_lock(t);
	if(!call->final || call->scripted) {
		dr_call_answer(call, answer,
				picked >= 0 && picked < t->nr_of_outgoings
						? t->uac[picked].last_received
						: 0);
		call->final = 1;
		call->scripted = 1;
		dr_tell_request(call, t->uas.request);
		if(msg->first_line.type == SIP_REQUEST)
			dr_tell_request(call, msg);
		dr_tell_replies(t, call, picked);
		dr_tell_script(t, call->reason);
		result = 1;
	}
	dr_call_unlock(t);
	return result;
}


/**
 * The script says why the call fails: the next local reply of the request,
 * and every later one of its transaction, carries this answer
 *
 * @param msg     the request, or in an onreply_route the reply
 * @param reason  name of LiveKit's DisconnectReason
 * @param detail  detail token, NULL for none
 *
 * @return 1, or -1 after one log line: a wrong argument, no memory, or the
 *         caller already cancelled
 */
int dr_script_set(struct sip_msg *msg, const str *reason, const str *detail)
{
	struct cell *t = dr_tm.t_gett();
	struct dr_call *call = NULL;
	struct dr_answer answer;

	if(parse(reason, detail, &answer) < 0)
		return -1;
	if(t != NULL && t != T_UNDEFINED)
		call = dr_call_of(t);
	if(call)
		return set_in_call(msg, t, call, &answer);
	if(msg->first_line.type == SIP_REQUEST)
		return set_in_request(msg, &answer);
	LM_ERR("disconnect_reason_set: the call of this reply is not watched\n");
	return -1;
}


/**
 * disconnect_reason_set(reason[, detail]) of the native script
 *
 * @param msg     message
 * @param reason  gparam_t of a string
 * @param detail  gparam_t of a string, or NULL
 *
 * @return as dr_script_set()
 */
int dr_w_set(struct sip_msg *msg, char *reason, char *detail)
{
	str reason_text, detail_text;

	if(fixup_get_svalue(msg, (gparam_t *)reason, &reason_text) < 0
			|| (detail
					&& fixup_get_svalue(msg, (gparam_t *)detail, &detail_text)
							   < 0)) {
		LM_ERR("disconnect_reason_set: an argument has no value\n");
		return -1;
	}
	return dr_script_set(msg, &reason_text, detail ? &detail_text : NULL);
}


/**
 * Check the arguments of disconnect_reason_set() at start, as far as they are
 * constant
 *
 * @param param   argument, replaced by a gparam_t
 * @param number  1 for the reason, 2 for the detail
 *
 * @return 0, or E_CFG after one log line
 */
int dr_fixup_set(void **param, int number)
{
	static str any_reason = str_init("UNKNOWN_REASON");
	str text = {*param, (int)strlen(*param)};
	struct dr_answer answer;

	if(memchr(text.s, '$', text.len) == NULL
			&& parse(number == 1 ? &text : &any_reason,
					   number == 2 ? &text : NULL, &answer)
					   < 0)
		return E_CFG;
	return fixup_spve_null(param, 1);
}


/**
 * Free what dr_fixup_set() made
 *
 * @param param   argument
 * @param number  1 for the reason, 2 for the detail
 *
 * @return as fixup_free_spve_null()
 */
int dr_fixup_free_set(void **param, int number)
{
	(void)number;
	return fixup_free_spve_null(param, 1);
}
