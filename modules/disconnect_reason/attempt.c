/**
 * @file attempt.c  One branch: its trunk, how it ended, and its answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The script may name the trunk. Otherwise the map finds it, by the name of the
 * next hop, which is known when tm prepares the branch, or by the address.
 *
 * What gives a call an answer, or a record, runs under tm's reply lock.
 */

#include <string.h>

#include "../../core/globals.h"
#include "../../core/parser/parse_uri.h"
#include "../../modules/tm/h_table.h"

#include "params.h"
#include "reply.h"
#include "stats.h"
#include "attempt.h"

/** Does the call keep the trunk of that branch? */
static int has_room(const struct dr_call *call, int branch)
{
	return dr_call_has_trunks(call->map) && branch < (int)sr_dst_max_branches;
}

/** t_relay_to() sends elsewhere than the request says: tm has that address
 * before it prepares the branch */
static bool is_sent_elsewhere(const struct ua_client *uac)
{
	return uac->request.dst.to.s.sa_family != 0;
}

/** A failover of tm's own to the next address of a name: the request may say any
 * next hop */
static bool is_dns_failover(const struct ua_client *uac)
{
#ifdef USE_DNS_FAILOVER
	return uac->dns_h.a != NULL || uac->dns_h.srv != NULL;
#else
	return uac == NULL;
#endif
}

/**
 * Remember the trunk of a new branch by the host of its next hop
 *
 * @param branch   0 to DR_BRANCHES_MAX - 1
 * @param request  the request as tm prepares it for the branch
 */
void dr_attempt_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request)
{
	const struct ua_client *uac = &t->uac[branch];
	str next_hop = *GET_NEXT_HOP(request);
	struct sip_uri uri;

	if(!has_room(call, branch) || is_dns_failover(uac))
		return;
	call->trunks[branch] = DR_NONE;
	if(is_sent_elsewhere(uac) || parse_uri(next_hop.s, next_hop.len, &uri) < 0
			|| uri.host.len <= 0)
		return;
	call->trunks[branch] =
			(short)dr_map_trunk_of_host(call->map, dr_text_of(&uri.host));
}

/** A failover of tm's own keeps the URI of the previous branch */
static int prepared_as(const struct dr_call *call, const struct cell *t, int b)
{
	const str *uri = &t->uac[b].uri;
	int before;

	for(before = b; before >= 0; before--)
		if(call->trunks[before] != DR_NOT_PREPARED
				&& t->uac[before].uri.len == uri->len
				&& memcmp(t->uac[before].uri.s, uri->s, uri->len) == 0)
			return call->trunks[before];
	return DR_NONE;
}

/** By the name of the next hop, else by the address */
static int sent_to(const struct dr_call *call, const struct cell *t, int branch)
{
	struct dr_address address;
	struct ip_addr ip;
	int trunk;

	if(!has_room(call, branch))
		return DR_NONE;
	trunk = prepared_as(call, t, branch);
	if(trunk != DR_NONE)
		return trunk;
	su2ip_addr(&ip, (union sockaddr_union *)&t->uac[branch].request.dst.to);
	if(ip.len > sizeof(address.bytes))
		return DR_NONE;
	address = dr_call_address(&ip);
	return dr_map_trunk_of_address(call->map, &address);
}

static const struct dr_named_trunk *named_for(
		const struct dr_call *call, int branch)
{
	const struct dr_named_trunk *named = call->named;

	while(named && named->from > branch)
		named = named->before;
	return named;
}

/** The trunk with that number, under the name that the script gave it */
static void get_trunk(const struct dr_call *call, int number,
		const struct dr_named_trunk *named, struct dr_trunk *trunk)
{
	memset(trunk, 0, sizeof(*trunk));
	trunk->profile = call->profile;
	if(number != DR_NONE)
		dr_map_get_trunk(call->map, number, trunk);
	if(named)
		trunk->name = (struct dr_text){named->name, named->len};
}

/**
 * Find the trunk that a branch was sent to
 *
 * @param branch  branch of the transaction
 * @param trunk   set: the one that the script named, else that of the map by
 *                the name of the next hop, else by the address; without a name
 *                when none is known
 */
void dr_attempt_trunk(const struct dr_call *call, const struct cell *t,
		int branch, struct dr_trunk *trunk)
{
	const struct dr_named_trunk *named = named_for(call, branch);

	get_trunk(call, named ? named->number : sent_to(call, t, branch), named,
			trunk);
}

/** The trunk of a branch that got no further than its name: tm does not count
 * it */
static void unresolved_trunk(const struct dr_call *call, const struct cell *t,
		struct dr_trunk *trunk)
{
	int branch = t->nr_of_outgoings, number = DR_NONE;
	const struct dr_named_trunk *named = named_for(call, branch);

	if(named)
		number = named->number;
	else if(has_room(call, branch) && call->trunks[branch] != DR_NOT_PREPARED)
		number = call->trunks[branch];
	get_trunk(call, number, named, trunk);
}

/** tm sent a CANCEL on the branch */
static int proxy_cancelled(const struct ua_client *uac)
{
	return (uac->request.flags & F_RB_CANCELED)
		   && uac->local_cancel.buffer_len > 0;
}

/**
 * Was the CANCEL sent before the branch timed out? The timer sends one, too,
 * and a fork may pick the branch only then. The timers show when they began:
 * that of the CANCEL ends tm's fr_timer later.
 */
static int cancelled_before_timeout(
		const struct cell *t, const struct ua_client *uac)
{
	return proxy_cancelled(uac)
		   && (s_ticks_t)(uac->local_cancel.fr_expire - uac->request.fr_expire)
					  < (s_ticks_t)t->fr_timeout;
}

static void attempt_from_reply(struct dr_attempt *attempt,
		const struct ua_client *uac, const struct sip_msg *reply)
{
	struct dr_received received;

	dr_reply_received(reply, &received);
	attempt->code = received.code;
	attempt->reported = received.reported;
	attempt->report = received.report;
	attempt->source = attempt->code == 487 && proxy_cancelled(uac)
							  ? DR_SOURCE_SCRIPT
							  : DR_SOURCE_REMOTE;
	attempt->phrase.s = reply->first_line.u.reply.reason.s;
	attempt->phrase.len = reply->first_line.u.reply.reason.len;
	attempt->headers = dr_reply_headers(reply);
}

/** tm made up the end of the branch: a failed send, a timer, a CANCEL. The code
 * does not show a timer: reply_408_code may be any. */
static void attempt_faked(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	bool timeout = uac->request.flags & F_RB_TIMEOUT;

	/* 503 is how tm fakes a retransmission that could not be sent */
	if(uac->icode == 908 || (code == 503 && !timeout)) {
		attempt->source = DR_SOURCE_TRANSPORT;
	} else if((code == 487 && !timeout) || cancelled_before_timeout(t, uac)) {
		attempt->source = DR_SOURCE_SCRIPT;
		attempt->code = code;
	} else {
		attempt->source = timeout ? DR_SOURCE_TIMEOUT : DR_SOURCE_TRANSPORT;
	}
}

/** tm keeps no reply of the branch: it dropped a real one, or a branch that
 * could not be sent never had one, and counts as a timeout */
static void attempt_dropped(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, int code)
{
	if(uac->icode == 908 || (uac->request.flags & F_RB_TIMEOUT)
			|| (code == dr_tm_timeout_code()
					&& !(uac->request.flags & F_RB_REPLIED))) {
		attempt_faked(attempt, t, uac, code);
		return;
	}
	attempt->source = DR_SOURCE_REMOTE;
	attempt->code = code;
}

static void attempt_of(struct dr_attempt *attempt, const struct cell *t,
		const struct ua_client *uac, const struct sip_msg *reply, int code)
{
	if(dr_tm_is_real(reply))
		attempt_from_reply(attempt, uac, reply);
	else if(reply == FAKED_REPLY)
		attempt_faked(attempt, t, uac, code);
	else
		attempt_dropped(attempt, t, uac, code);
}

/** By the rules of a trunk; returns their profile */
static int classify(struct dr_attempt *attempt, const struct dr_call *call,
		const struct dr_trunk *trunk, struct dr_answer *answer)
{
	attempt->map = call->map;
	attempt->profile = trunk->profile;
	attempt->q850 = dr_params.q850;
	dr_classify(attempt, answer);
	answer->trunk = trunk->name;
	return trunk->profile;
}

/** The caller cancelled before the branch failed by itself */
static bool is_cancelled_attempt(
		const struct cell *t, const struct dr_call *call, int branch)
{
	return dr_call_is_cancelled(call, t)
		   && !(branch < DR_BRANCHES_MAX && (call->ended & (1U << branch)));
}

/**
 * Find out why a branch failed
 *
 * @param branch  branch that has ended; no blind one
 * @param reply   reply of the branch, FAKED_REPLY, or NULL when tm dropped it
 * @param code    status code that tm stored for the branch
 * @param answer  set
 *
 * @return profile of the call's map that classified it
 */
int dr_attempt_classify(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_answer *answer)
{
	struct dr_attempt attempt = {.source = DR_SOURCE_CANCEL};
	struct dr_trunk trunk;

	if(branch < DR_BRANCHES_MAX)
		attempt.after = dr_call_after(call, branch);
	dr_attempt_trunk(call, t, branch, &trunk);
	if(!is_cancelled_attempt(t, call, branch))
		attempt_of(&attempt, t, &t->uac[branch], reply, code);
	classify(&attempt, call, &trunk, answer);
	answer->authorized =
			t->uas.request && (t->uas.request->msg_flags & FL_UAC_AUTH);
	return trunk.profile;
}

/**
 * Find out why a call fails here: nothing was sent, or no trunk decided it
 *
 * @param t       transaction; it does not count a branch that was not sent
 * @param source  DR_SOURCE_TRANSPORT: the next hop could not be reached by its
 *                name; else who ended the call
 * @param code    status code that tm replies with; used for source script
 * @param answer  set
 *
 * @return profile of the call's map that classified it
 */
int dr_attempt_classify_local(const struct cell *t, const struct dr_call *call,
		enum dr_source source, int code, struct dr_answer *answer)
{
	struct dr_trunk trunk = {.profile = call->profile};
	struct dr_attempt attempt = {.source = source};

	if(source == DR_SOURCE_SCRIPT)
		attempt.code = code;
	if(source == DR_SOURCE_TRANSPORT) {
		attempt.unresolved = true;
		unresolved_trunk(call, t, &trunk);
	}
	return classify(&attempt, call, &trunk, answer);
}

/** Give the call an answer, and the record that has it, or NULL; code is what
 * tm has for the caller */
static void answer_call(struct dr_call *call, const struct dr_answer *answer,
		struct dr_record *record, int code)
{
	dr_call_answer(call, answer, code);
	dr_history_answer_with(call, record);
}

static bool has_6xx(const struct cell *t)
{
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].last_received >= 600 && t->uac[b].last_received < 700)
			return true;
	return false;
}

/** tm itself cancelled the leg, because of a 6xx on another one. It sends no
 * CANCEL to a silent one, which its timer ends. */
static bool is_cancelled_leg(const struct cell *t, const struct ua_client *uac,
		const struct dr_answer *answer)
{
	bool silent = answer->source == DR_SOURCE_TIMEOUT
				  && (uac->request.flags & F_RB_CANCELED)
				  && uac->local_cancel.buffer_len == 0;

	return (silent || answer->source == DR_SOURCE_SCRIPT)
		   && !(t->flags & T_DISABLE_6xx) && has_6xx(t);
}

/** Classify an attempt once: the first result stays, unless there was no memory
 * to keep it */
static struct dr_record *classify_once(const struct cell *t,
		struct dr_call *call, int branch, struct sip_msg *reply, int code,
		struct dr_answer *answer)
{
	struct dr_record *record = dr_history_of(call, branch);
	unsigned bit = branch < DR_BRANCHES_MAX ? 1U << branch : 0;
	int profile;

	if(record) {
		*answer = record->answer;
		return record;
	}
	profile = dr_attempt_classify(t, call, branch, reply, code, answer);
	if(call->counted & bit)
		return NULL;
	call->counted |= bit;
	if(is_cancelled_leg(t, &t->uac[branch], answer))
		return NULL;
	dr_stats_count_answer(DR_ATTEMPTS, answer);
	return dr_history_add(call, answer, profile, branch, true);
}

/**
 * Classify every attempt that has ended, except one
 *
 * @param except  branch to leave out, or DR_NONE
 */
void dr_attempt_classify_ended(
		const struct cell *t, struct dr_call *call, int except)
{
	struct dr_answer answer;
	int b;

	for(b = 0; b < t->nr_of_outgoings && b < DR_BRANCHES_MAX; b++)
		if(b != except && dr_tm_has_ended(t, b) && !(call->counted & (1U << b)))
			classify_once(t, call, b, t->uac[b].reply, t->uac[b].last_received,
					&answer);
}

/**
 * Let a branch that tm picked decide why the call failed
 *
 * @param call    call, not final
 * @param branch  branch that tm picked; for a blind one the last answer stays,
 *                or the last real attempt decides
 * @param reply   reply of the branch, FAKED_REPLY, or NULL when tm dropped it
 * @param code    status code that tm stored for the branch
 */
void dr_attempt_decide(struct cell *t, struct dr_call *call, int branch,
		struct sip_msg *reply, int code)
{
	bool timed_out = t->uac[branch].request.flags & F_RB_TIMEOUT;
	struct dr_record *record;
	struct dr_answer answer;

	if(t->uac[branch].flags & TM_UAC_FLAG_BLIND) {
		/* suspended after an attempt failed: that one is why */
		if(call->decided)
			return;
		branch = dr_tm_last_attempt(t);
		if(branch < 0) {
			dr_attempt_decide_local(t, call,
					timed_out || code == dr_tm_timeout_code()
							? DR_SOURCE_TIMEOUT
							: DR_SOURCE_SCRIPT,
					code);
			return;
		}
		reply = t->uac[branch].reply;
		code = t->uac[branch].last_received;
	}
	record = classify_once(t, call, branch, reply, code, &answer);
	answer_call(call, &answer, record,
			dr_tm_is_real(reply) ? (int)reply->first_line.u.reply.statuscode
								 : code);
}

/**
 * Decide why a call failed to which no trunk replied
 *
 * @param call    call, not final
 * @param source  who ended it
 * @param code    status code that tm replies with; used for source script
 */
void dr_attempt_decide_local(
		struct cell *t, struct dr_call *call, enum dr_source source, int code)
{
	struct dr_answer answer;
	int profile = dr_attempt_classify_local(t, call, source, code, &answer);

	answer_call(call, &answer,
			dr_history_add(call, &answer, profile, DR_NONE, false), code);
}

static void decide_unresolved(struct cell *t, struct dr_call *call)
{
	struct dr_answer answer;
	int profile =
			dr_attempt_classify_local(t, call, DR_SOURCE_TRANSPORT, 0, &answer);

	dr_stats_count_answer(DR_ATTEMPTS, &answer);
	answer_call(call, &answer,
			dr_history_add(call, &answer, profile, DR_NONE, true), 0);
}

/**
 * Decide why a call failed whose last t_relay() failed: its branch could not be
 * sent, or the name of its next hop could not be resolved
 *
 * @param call  call, not final
 * @param from  first branch that it may have added
 */
void dr_attempt_decide_unsent(struct cell *t, struct dr_call *call, int from)
{
	int branch = dr_tm_last_attempt(t);

	if(branch >= from)
		dr_attempt_decide(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received);
	else
		decide_unresolved(t, call);
}

/**
 * Decide why a call failed to which tm or the script replied without any failed
 * branch: t_relay() failed, or a script did not say why. A call that was never
 * sent on stays as it is: the script refused it.
 *
 * @param call  call, not decided
 */
void dr_attempt_decide_here(struct cell *t, struct dr_call *call)
{
	if(call->sending == DR_SENDING_NOTHING)
		return;
	dr_attempt_classify_ended(t, call, DR_NONE);
	if(dr_call_is_cancelled(call, t))
		dr_attempt_decide_local(t, call, DR_SOURCE_CANCEL, 0);
	else if(call->sending == DR_SENDING_BRANCH)
		dr_attempt_decide_unsent(t, call, 0);
	else
		dr_attempt_decide_local(t, call, DR_SOURCE_SCRIPT, 0);
}

/**
 * The script gives the answer
 *
 * @param answer  answer of source script
 * @param code    status code that tm has for the caller, 0: not known
 */
void dr_attempt_decide_script(
		struct dr_call *call, const struct dr_answer *answer, int code)
{
	answer_call(call, answer, dr_history_script(call, answer), code);
}
