/**
 * @file call.c  What a transaction remembers of a watched call, and its attempts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The call hangs on its transaction as the parameter of the module's tm
 * callback; tm frees both together. Its history has a record of each attempt that
 * failed; records live as long as their call.
 */

#include <stdio.h>
#include <string.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/globals.h"
#include "../../core/kemi.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/parser/parse_to.h"
#include "../../core/pt.h"
#include "../../core/route.h"
#include "../../core/xavp.h"
#include "../../modules/tm/h_table.h"

#include "map_shm.h"
#include "params.h"
#include "request.h"
#include "call.h"

/** What tm calls a watched call's callback for */
#define EVENTS                                              \
	(TMCB_RESPONSE_IN | TMCB_ON_FAILURE | TMCB_E2ECANCEL_IN \
			| TMCB_REQUEST_FWDED | TMCB_REQUEST_OUT | TMCB_RESPONSE_OUT)

static transaction_cb *on_event;

static str call_name = str_init("_disconnect_reason_call");

/** A native script, or a parameter of a module such as acc, reads $dr() */
static bool find_in_callbacks;

/**
 * Call it once, before forking
 *
 * @param event  tm's callback of each watched call; its parameter is the struct
 *               dr_call
 */
void dr_call_init(transaction_cb *event)
{
	on_event = event;
}

/**
 * $dr() is read: calls must be found from tm's callbacks, too. Call it before
 * forking.
 */
void dr_call_find_in_callbacks(void)
{
	find_in_callbacks = true;
}

/**
 * @param map  map, or NULL
 *
 * @return not 0 when it has trunks
 */
int dr_call_has_trunks(const struct dr_map *map)
{
	return map && dr_map_trunk_count(map) > 0;
}

/**
 * @param ip  address as Kamailio has it
 *
 * @return the address as a map has it
 */
struct dr_address dr_call_address(const struct ip_addr *ip)
{
	struct dr_address address = {.len = ip->len};

	memcpy(address.bytes, ip->u.addr, ip->len);
	return address;
}

/**
 * @param map   map, or NULL
 * @param name  name of a trunk
 *
 * @return its number in the map, DR_NONE when the map does not have it
 */
int dr_call_trunk_number(const struct dr_map *map, struct dr_text name)
{
	return dr_call_has_trunks(map) ? dr_map_find_trunk(map, name) : DR_NONE;
}

static void set_name(
		struct dr_named_trunk *named, int number, struct dr_text name)
{
	named->number = (short)number;
	named->len = name.len;
	memcpy(named->name, name.s, name.len);
}

/**
 * Give the next branches a trunk, in place of one that they were given before
 *
 * @param from    number of the first of these branches
 * @param number  trunk of the call's map, or DR_NONE
 * @param name    its name, at most DR_NAME_MAX bytes, copied
 *
 * @return 0, or -1 without memory
 */
int dr_call_name_trunk(
		struct dr_call *call, int from, int number, struct dr_text name)
{
	struct dr_named_trunk *named = call->named;

	if(named && named->from == from) {
		set_name(named, number, name);
		return 0;
	}
	named = shm_malloc(sizeof(*named));
	if(named == NULL)
		return -1;
	named->before = call->named;
	named->from = (short)from;
	set_name(named, number, name);
	membar_write();
	call->named = named;
	return 0;
}

static void free_records(struct dr_call *call)
{
	struct dr_record *record;

	while((record = call->records)) {
		call->records = record->next;
		shm_free(record);
	}
}

static void free_names(struct dr_call *call)
{
	struct dr_named_trunk *named;

	while((named = call->named)) {
		call->named = named->before;
		shm_free(named);
	}
}

static void release(void *param)
{
	struct dr_call *call = param;

	if(call->own)
		shm_free(call->own);
	free_records(call);
	free_names(call);
	dr_map_unref(call->map);
	shm_free(call);
}

/**
 * @param request  request as received
 *
 * @return whether it is an initial INVITE: one without To-tag
 */
bool dr_call_is_initial_invite(const struct sip_msg *request)
{
	return request->REQ_METHOD == METHOD_INVITE && request->to
		   && request->to->parsed && get_to(request)->tag_value.len == 0;
}

/**
 * Does the script, or the parameter auto, want a request to be watched?
 *
 * @param request  request as received
 * @param notes    what the script said about it, or NULL
 *
 * @return whether it is to be watched, unless the map has bridges and it comes
 *         from none
 */
bool dr_call_is_wanted(
		const struct sip_msg *request, const struct dr_request *notes)
{
	if(!dr_call_is_initial_invite(request))
		return false;
	if(notes == NULL)
		return dr_params.auto_watch;
	return !notes->ignore && (notes->watch || dr_params.auto_watch);
}

/** The script answered for the request before it had a transaction */
static void adopt_answer(struct dr_call *call, const struct dr_request *notes)
{
	struct dr_answer answer;

	dr_request_answer(notes, &answer);
	dr_call_answer(call, &answer, 0);
	call->unwritten = 0;
	call->final = 1;
	call->scripted = 1;
	dr_history_answer_with(call, dr_history_script(call, &answer));
}

/** What the script said about the request applies to its call; returns 0, or -1
 * without memory */
static int adopt_request(struct dr_call *call, const struct dr_request *notes)
{
	struct dr_text trunk = dr_request_trunk(notes);

	call->profile = (short)dr_request_profile(notes, call->map);
	if(trunk.len > 0
			&& dr_call_name_trunk(
					   call, 0, dr_call_trunk_number(call->map, trunk), trunk)
					   < 0)
		return -1;
	if(notes && notes->decided)
		adopt_answer(call, notes);
	return 0;
}

/** The lump may be there already, when the script set a reason earlier and has
 * not applied its changes to the message since */
static bool has_lump(struct sip_msg *request, const struct dr_call *call)
{
	str text = dr_call_header_text(call);

	return dr_request_lump(request)
		   || dr_request_add_lump(request, text.len > 0 ? &text : NULL);
}

/**
 * Find the bridge that a request came from
 *
 * @param map      map, or NULL
 * @param request  request as received
 * @param bridge   set to the bridge, or to DR_NONE
 *
 * @return 0, or -1 when the map has bridges and this is none: then the call is
 *         not to be watched
 */
int dr_call_bridge(
		const struct dr_map *map, const struct sip_msg *request, short *bridge)
{
	struct dr_address address;

	*bridge = DR_NONE;
	if(map == NULL || dr_map_bridge_count(map) == 0)
		return 0;
	address = dr_call_address(&request->rcv.src_ip);
	*bridge = (short)dr_map_bridge_of_address(map, &address);
	return *bridge == DR_NONE ? -1 : 0;
}

/** A new call that owns a reference to its map */
static struct dr_call *new_call(const struct dr_map *map, short bridge)
{
	size_t trunks = dr_call_has_trunks(map) ? sr_dst_max_branches : 0, b;
	struct dr_call *call;

	call = shm_mallocxz(sizeof(*call) + trunks * sizeof(call->trunks[0]));
	if(call == NULL)
		return NULL;
	call->map = map;
	call->bridge = bridge;
	call->script =
			is_route_type(REQUEST_ROUTE) ? DR_SCRIPT_RUNS : DR_SCRIPT_OVER;
	for(b = 0; b < trunks; b++)
		call->trunks[b] = DR_NOT_PREPARED;
	return call;
}

/** tm knows the transaction of a route, but not always that of a callback,
 * where acc writes its rows. But there it has put the transaction's XAVPs in
 * use: so one of them points at the call. Both end together. */
static void remember_in_lists(struct dr_call *call)
{
	sr_xval_t value = {.type = SR_XTYPE_VPTR};

	if(xavp_get(&call_name, NULL))
		return;
	value.v.vptr = call;
	if(xavp_add_value(&call_name, &value, NULL) == NULL)
		dr_call_log_oom_once(call, "$dr() in callbacks");
}

/**
 * @return the call that the XAVPs in use lead to, owned by its transaction; NULL
 *         when there is none, or the script wants it to be ignored
 */
struct dr_call *dr_call_of_lists(void)
{
	const sr_xavp_t *xavp = xavp_get(&call_name, NULL);
	struct dr_call *call;

	if(xavp == NULL || xavp->val.type != SR_XTYPE_VPTR)
		return NULL;
	call = xavp->val.v.vptr;
	return call->ignored ? NULL : call;
}

/** Whether a KEMI script reads $dr() is not known in advance */
static int hang_on_transaction(
		struct dr_call *call, struct cell *t, struct sip_msg *request)
{
	if(dr_tm.register_tmcb(request, t, EVENTS, on_event, call, release) <= 0)
		return -1;
	if(find_in_callbacks || sr_kemi_eng_get() != NULL)
		remember_in_lists(call);
	return 0;
}

/**
 * Have tm call the callback of a call for more events than those of each call
 *
 * @param types  TMCB_ bits
 *
 * @return whether there was memory for it
 */
bool dr_call_register(struct dr_call *call, struct cell *t, int types)
{
	return dr_tm.register_tmcb(NULL, t, types, on_event, call, NULL) > 0;
}

/**
 * Watch a call. Call it when tm creates the transaction, before tm clones
 * the request.
 *
 * Without memory the call is relayed as if it were not watched, after one
 * log line.
 *
 * @param t        the new transaction
 * @param request  its request, in private memory
 * @param notes    what the script said about it, or NULL
 */
void dr_call_watch(
		struct cell *t, struct sip_msg *request, const struct dr_request *notes)
{
	const struct dr_map *map = dr_map_ref();
	struct dr_call *call;
	short bridge;

	if(dr_call_bridge(map, request, &bridge) < 0 && !(notes && notes->watch)) {
		dr_map_unref(map);
		return;
	}
	call = new_call(map, bridge);
	if(call && adopt_request(call, notes) == 0 && has_lump(request, call)
			&& hang_on_transaction(call, t, request) == 0)
		return;
	if(call == NULL || !call->oom_logged)
		LM_ERR("no memory to watch a call: it is relayed without the header\n");
	if(call)
		release(call);
	else
		dr_map_unref(map);
}

/**
 * Find the call of a transaction
 *
 * @return the call, owned by the transaction; NULL when it is not watched, or
 *         the script wants it to be ignored
 */
struct dr_call *dr_call_of(const struct cell *t)
{
	struct tm_callback *cb = (struct tm_callback *)t->tmcb_hl.first;

	for(; cb; cb = cb->next)
		if(cb->callback == on_event) {
			struct dr_call *call = cb->param;

			return call->ignored ? NULL : call;
		}
	return NULL;
}

/**
 * Log that a part of a call got no memory, in one line for each call
 *
 * @param what  what it is without
 */
void dr_call_log_oom_once(struct dr_call *call, const char *what)
{
	if(!call->oom_logged)
		LM_ERR("no memory for %s: the call goes on without it\n", what);
	call->oom_logged = 1;
}

/**
 * @return whether the caller cancelled. tm sets its flag a little later, and by
 *         a write without a lock, which can get lost.
 */
bool dr_call_is_cancelled(const struct dr_call *call, const struct cell *t)
{
	return call->cancelled || (t->flags & T_CANCELED);
}

/**
 * May this process write the AVPs and XAVPs of a call? If not, the worker that
 * runs its request_route will do what is due, as soon as that has ended.
 *
 * @return whether it may
 */
bool dr_call_may_write(struct dr_call *call, const struct cell *t)
{
	if(t->uas.request == NULL || t->uas.request->pid == my_pid())
		return true;
	return atomic_cmpxchg_int(&call->script, DR_SCRIPT_RUNS, DR_SCRIPT_OWES)
		   == DR_SCRIPT_OVER;
}

/**
 * Remember a provisional reply. No lock is needed: bits are only ever set.
 *
 * @param branch  0 to DR_BRANCHES_MAX - 1
 * @param code    100 to 199
 */
void dr_call_provisional(struct dr_call *call, int branch, int code)
{
	if(dr_after_of(code) == DR_AFTER_RINGING)
		atomic_or_int(&call->ringing, (int)(1U << branch));
	else
		atomic_or_int(&call->trying, (int)(1U << branch));
}

/**
 * @param branch  0 to DR_BRANCHES_MAX - 1
 *
 * @return how far the branch got
 */
enum dr_after dr_call_after(const struct dr_call *call, int branch)
{
	if((unsigned)call->ringing & (1U << branch))
		return DR_AFTER_RINGING;
	if((unsigned)call->trying & (1U << branch))
		return DR_AFTER_TRYING;
	return DR_AFTER_NONE;
}

/** The code to send to the call's bridge in place of tm's, or 0 */
static short translated(
		const struct dr_call *call, const struct dr_answer *answer, int code)
{
	int send;

	if(call->bridge == DR_NONE)
		return 0;
	send = dr_map_bridge_send(call->map, call->bridge, code, answer);
	return (short)(send == code ? 0 : send);
}

/**
 * @return what the call has of its own, with room for the text of any answer;
 *         NULL without memory
 */
struct dr_own *dr_call_own(struct dr_call *call)
{
	size_t room = dr_params_header_room(call->map, call->bridge);

	if(call->own == NULL)
		call->own = shm_mallocxz(sizeof(*call->own) + room);
	return call->own;
}

/**
 * @return the header text of the answer, which lives as long as the call; empty
 *         without one
 */
str dr_call_header_text(const struct dr_call *call)
{
	struct dr_answer answer = {.reason = call->reason};
	str text = STR_NULL;

	if(call->own_text_len > 0)
		text = (str){call->own->text, call->own_text_len};
	else if(call->decided)
		dr_params_header_text(call->map, call->bridge, &answer, NULL, &text);
	return text;
}

/** Print header text of the call's own, if there is a detail header. What a
 * CANCEL's process may read stays as it is. */
static void print_own_text(struct dr_call *call, const struct dr_answer *answer)
{
	struct dr_own *own;
	str text;

	call->own_text_len = 0;
	if(call->frozen || dr_params_header_room(call->map, call->bridge) == 0)
		return;
	own = dr_call_own(call);
	if(own == NULL) {
		dr_call_log_oom_once(call, "the detail header");
		return;
	}
	dr_params_header_text(call->map, call->bridge, answer, own->text, &text);
	call->own_text_len = (unsigned short)text.len;
}

/**
 * Give the call its answer. Call it under tm's reply lock, and fill all lumps
 * afterwards.
 *
 * Without memory for the detail header the answer goes without it.
 *
 * @param answer  answer; its detail must be a token
 * @param code    status code that tm has for the caller, 0: not known
 */
void dr_call_answer(
		struct dr_call *call, const struct dr_answer *answer, int code)
{
	call->reason = (unsigned char)answer->reason;
	call->decided = 1;
	call->unwritten = 1;
	call->send = translated(call, answer, code);
	print_own_text(call, answer);
}

/**
 * Translate the code of a call whose reason the script set before tm had a
 * code. Call it under tm's reply lock.
 *
 * @param call  call whose answer is the script's
 * @param code  status code that tm has for the caller
 */
void dr_call_translate(struct dr_call *call, int code)
{
	struct dr_answer answer = {
			.reason = call->reason, .source = DR_SOURCE_SCRIPT};

	call->send = translated(call, &answer, code);
}

/** Readers without a lock see a valid list at any time: a record is complete
 * before it is linked */
static void append(struct dr_call *call, struct dr_record *record)
{
	struct dr_record **last = &call->records;

	while(*last)
		last = &(*last)->next;
	membar_write();
	*last = record;
}

/**
 * Keep an answer. Call it under tm's reply lock.
 *
 * @param answer   answer of the tables or of the map
 * @param profile  profile of the call's map that classified it
 * @param branch   branch of the attempt, or DR_NONE
 * @param attempt  true: a branch, or a name that was not resolved, failed
 *
 * @return the record, owned by the call; NULL without memory, after a log line
 */
struct dr_record *dr_history_add(struct dr_call *call,
		const struct dr_answer *answer, int profile, int branch, bool attempt)
{
	struct dr_record *record = shm_mallocxz(sizeof(*record));

	if(record == NULL) {
		dr_call_log_oom_once(call, "the record of an attempt");
		return NULL;
	}
	record->answer = *answer;
	record->profile = (short)profile;
	record->branch = (short)branch;
	record->attempt = attempt;
	append(call, record);
	return record;
}

static struct dr_record *record_of_script(const struct dr_call *call)
{
	struct dr_record *record = call->records;

	while(record && record->answer.decided_by != DR_BY_SCRIPT)
		record = record->next;
	return record;
}

/**
 * Keep the reason that the script set, in place of an earlier one: it may set
 * one at each of any number of replies. Call it under tm's reply lock.
 *
 * @param answer  answer of the script; its detail is copied
 *
 * @return the record, owned by the call; NULL without memory, after a log line
 */
struct dr_record *dr_history_script(
		struct dr_call *call, const struct dr_answer *answer)
{
	struct dr_record *record = record_of_script(call);
	bool is_new = record == NULL;

	if(is_new)
		record = shm_mallocxz(sizeof(*record) + DR_DETAIL_MAX);
	if(record == NULL) {
		dr_call_log_oom_once(call, "the reason that the script set");
		return NULL;
	}
	record->answer = *answer;
	record->answer.detail.s = record->detail;
	if(answer->detail.len > 0)
		memcpy(record->detail, answer->detail.s, answer->detail.len);
	record->profile = call->profile;
	record->branch = DR_NONE;
	if(is_new)
		append(call, record);
	return record;
}

/**
 * @param branch  branch of the transaction
 *
 * @return the record of that attempt, owned by the call; NULL when there is
 *         none
 */
struct dr_record *dr_history_of(const struct dr_call *call, int branch)
{
	struct dr_record *record;

	for(record = call->records; record; record = record->next)
		if(record->branch == branch)
			return record;
	return NULL;
}

/**
 * Make a record the reason why the call failed. Call it under tm's reply lock.
 *
 * @param record  one of its records, or NULL when there was no memory for it
 */
void dr_history_answer_with(struct dr_call *call, struct dr_record *record)
{
	struct dr_record *other;

	for(other = call->records; other; other = other->next)
		other->answers = other == record;
}

/**
 * @return the record that says why it failed, owned by the call; NULL when
 *         there is none
 */
const struct dr_record *dr_history_answer(const struct dr_call *call)
{
	const struct dr_record *record = call->records;

	while(record && !record->answers)
		record = record->next;
	return record;
}

static size_t print_entry(
		char *buf, size_t size, const struct dr_answer *answer, bool first)
{
	struct dr_text name = dr_reason_name(answer->reason);
	char detail[DR_DETAIL_HEADER_MAX];
	int len;

	if(dr_detail_print(detail, sizeof(detail), answer) == 0)
		return 0;
	len = snprintf(buf, size, "%s%.*s;%s", first ? "" : ",", (int)name.len,
			name.s, detail);
	return len < 0 || (size_t)len >= size ? 0 : (size_t)len;
}

/**
 * Write the attempts of a call, the oldest first, separated by commas, each as
 * REASON;code=503;detail=unavailable;source=remote;trunk=a
 *
 * @param buf   where to write; entries that do not fit are left out
 * @param size  its size in bytes
 *
 * @return bytes written, 0 for a call without attempts
 */
size_t dr_history_print(char *buf, size_t size, const struct dr_call *call)
{
	const struct dr_record *record;
	size_t used = 0, len;

	for(record = call->records; record; record = record->next) {
		if(!record->attempt)
			continue;
		len = print_entry(buf + used, size - used, &record->answer, used == 0);
		if(len == 0)
			break;
		used += len;
	}
	return used;
}
