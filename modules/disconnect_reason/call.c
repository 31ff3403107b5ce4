/**
 * @file call.c  What a transaction remembers of a watched call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The call hangs on its transaction as the parameter of the module's tm
 * callback; tm frees both together.
 */

#include <string.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/globals.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/pt.h"
#include "../../modules/tm/h_table.h"

#include "call.h"
#include "call_trunk.h"
#include "history.h"
#include "hooks.h"
#include "lines.h"
#include "lumps.h"
#include "map_share.h"
#include "notes.h"


static void free_lines(struct dr_call *call)
{
	if(call->owns_lines)
		shm_free(call->lines.s);
	call->owns_lines = 0;
}


static void release(void *param)
{
	struct dr_call *call = param;

	free_lines(call);
	dr_history_free(call);
	dr_call_free_names(call);
	dr_map_drop(call->map);
	shm_free(call);
}


/** The script answered for the request before it had a transaction; returns 0,
 * or -1 without memory */
static int take_answer(struct dr_call *call, const struct lump_rpl *lump,
		const struct dr_notes *notes)
{
	struct dr_answer answer;

	if(lump->text.len == 0)
		return 0;
	dr_notes_answer(notes, (enum dr_reason)dr_request_lump_mark(lump), &answer);
	call->lines.s = shm_malloc(lump->text.len);
	if(call->lines.s == NULL)
		return -1;
	call->lines.len = lump->text.len;
	memcpy(call->lines.s, lump->text.s, lump->text.len);
	call->owns_lines = 1;
	call->reason = (unsigned char)answer.reason;
	call->decided = 1;
	call->final = 1;
	call->scripted = 1;
	dr_history_answer_with(
			call, dr_history_add(call, &answer, call->profile, DR_NONE, false));
	return 0;
}


/** What the script said of the request holds for its call; returns 0, or -1
 * without memory */
static int take_over(struct dr_call *call, const struct lump_rpl *lump,
		const struct dr_notes *notes)
{
	struct dr_text trunk = dr_notes_trunk(notes);

	call->profile = (short)dr_notes_profile(notes, call->map);
	if(trunk.len > 0
			&& dr_call_name_trunk(
					   call, 0, dr_call_trunk_number(call->map, trunk), trunk)
					   < 0)
		return -1;
	return take_answer(call, lump, notes);
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
	for(b = 0; b < trunks; b++)
		call->trunks[b] = DR_NOT_PREPARED;
	return call;
}


static int hang_on_transaction(
		struct dr_call *call, struct cell *t, struct sip_msg *request)
{
	int events = DR_CALL_EVENTS;

	if(call->decided) {
		events |= TMCB_RESPONSE_OUT;
		call->listens = 1;
	}
	if(dr_call_has_trunks(call->map)) {
		events |= TMCB_REQUEST_FWDED;
		call->hears = 1;
	}
	return dr_tm.register_tmcb(request, t, events, dr_call_event, call, release)
						   > 0
				   ? 0
				   : -1;
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
 * @param notes    what the script said of it, or NULL
 */
void dr_call_watch(
		struct cell *t, struct sip_msg *request, const struct dr_notes *notes)
{
	const struct dr_map *map = dr_map_take();
	struct lump_rpl *lump;
	struct dr_call *call;
	short bridge;

	if(dr_call_bridge(map, request, &bridge) < 0 && !(notes && notes->watch)) {
		dr_map_drop(map);
		return;
	}
	lump = dr_request_lump(request);
	if(lump == NULL)
		lump = dr_request_add_lump(request, NULL, 0);
	call = lump ? new_call(map, bridge) : NULL;
	if(call && take_over(call, lump, notes) == 0
			&& hang_on_transaction(call, t, request) == 0)
		return;
	if(call == NULL || !call->lacking)
		LM_ERR("no memory to watch a call: it is relayed without header\n");
	if(call)
		release(call);
	else
		dr_map_drop(map);
}


/**
 * Find the call of a transaction
 *
 * @param t  transaction
 *
 * @return the call, owned by the transaction; NULL when it is not watched, or
 *         the script wants it to be ignored
 */
struct dr_call *dr_call_of(const struct cell *t)
{
	struct tm_callback *cb = (struct tm_callback *)t->tmcb_hl.first;

	for(; cb; cb = cb->next)
		if(cb->callback == dr_call_event) {
			struct dr_call *call = cb->param;

			return call->ignored ? NULL : call;
		}
	return NULL;
}


/**
 * Say that a part of a call got no memory, in one log line for each call
 *
 * @param call  call
 * @param what  what it is without
 */
void dr_call_lacks(struct dr_call *call, const char *what)
{
	if(!call->lacking)
		LM_ERR("no memory for %s: the call goes on without\n", what);
	call->lacking = 1;
}


/**
 * Take tm's reply lock the re-entrant way tm does
 *
 * @param t  transaction; may be locked by this process already
 */
void dr_call_lock(struct cell *t)
{
	int pid = my_pid();

	if(atomic_get(&t->reply_locker_pid) == pid) {
		t->reply_rec_lock_level++;
		return;
	}
	lock(&t->reply_mutex);
	atomic_set(&t->reply_locker_pid, pid);
}


/**
 * Give tm's reply lock back
 *
 * @param t  transaction that dr_call_lock() locked
 */
void dr_call_unlock(struct cell *t)
{
	if(t->reply_rec_lock_level > 0) {
		t->reply_rec_lock_level--;
		return;
	}
	atomic_set(&t->reply_locker_pid, 0);
	unlock(&t->reply_mutex);
}


/**
 * Remember a provisional reply. No lock is needed: bits are only ever set.
 *
 * @param call    call
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
 * @param call    call
 * @param branch  0 to DR_BRANCHES_MAX - 1
 *
 * @return how far the branch came
 */
enum dr_after dr_call_after(const struct dr_call *call, int branch)
{
	if((unsigned)call->ringing & (1U << branch))
		return DR_AFTER_RINGING;
	if((unsigned)call->trying & (1U << branch))
		return DR_AFTER_TRYING;
	return DR_AFTER_NONE;
}


/** The code that the call's bridge is sent in place of tm's, or 0 */
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
 * Give the call its answer. Call it under tm's reply lock, and fill all
 * lumps afterwards: lines of an earlier answer are freed.
 *
 * Without memory for the detail header the answer goes without it.
 *
 * @param call    call
 * @param answer  answer; its detail must be a token
 * @param code    status code that tm has for the caller, 0: not known
 */
void dr_call_answer(
		struct dr_call *call, const struct dr_answer *answer, int code)
{
	int owns;

	free_lines(call);
	call->reason = (unsigned char)answer->reason;
	call->decided = 1;
	call->send = translated(call, answer, code);
	owns = dr_lines_of(call->map, call->bridge, answer, &call->lines);
	if(owns < 0)
		dr_call_lacks(call, "the detail header");
	call->owns_lines = owns > 0;
}


/**
 * Translate the code of a call that the script answered before tm had one.
 * Call it under tm's reply lock.
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


/**
 * Ask tm to tell of what the caller is sent. Call it when there is an answer.
 *
 * @param t     transaction
 * @param call  its call
 */
void dr_call_listen(struct cell *t, struct dr_call *call)
{
	if(!call->listens)
		call->listens = dr_tm.register_tmcb(NULL, t, TMCB_RESPONSE_OUT,
								dr_call_event, call, NULL)
						> 0;
	if(!call->listens)
		dr_call_lacks(call, "the outcome");
}
