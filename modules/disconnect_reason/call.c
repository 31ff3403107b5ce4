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
#include "../../core/mem/shm_mem.h"
#include "../../core/pt.h"
#include "../../core/parser/parse_to.h"
#include "../../modules/tm/h_table.h"

#include "call.h"
#include "hooks.h"
#include "lumps.h"
#include "settings.h"


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
	shm_free(call);
}


/** The script answered for the request before it had a transaction */
static void take_over(struct dr_call *call, const struct lump_rpl *lump)
{
	if(lump->text.len == 0)
		return;
	call->reason = (unsigned char)dr_request_lump_mark(lump);
	call->lines.s = shm_malloc(lump->text.len);
	if(call->lines.s == NULL) {
		SHM_MEM_ERROR;
		return;
	}
	call->lines.len = lump->text.len;
	memcpy(call->lines.s, lump->text.s, lump->text.len);
	call->owns_lines = 1;
	call->decided = 1;
	call->final = 1;
	call->scripted = 1;
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
 */
void dr_call_watch(struct cell *t, struct sip_msg *request)
{
	struct lump_rpl *lump = dr_request_lump(request);
	struct dr_call *call;

	if(lump == NULL)
		lump = dr_request_add_lump(request, NULL, 0);
	call = lump ? shm_mallocxz(sizeof(*call)) : NULL;
	if(call == NULL) {
		LM_ERR("no memory to watch a call: it is relayed without header\n");
		return;
	}
	take_over(call, lump);
	if(dr_tm.register_tmcb(
			   request, t, DR_CALL_EVENTS, dr_call_event, call, release)
			> 0)
		return;
	LM_ERR("tm refused to watch a call: it is relayed without header\n");
	release(call);
}


/**
 * Find the call of a transaction
 *
 * @param t  transaction
 *
 * @return the call, owned by the transaction; NULL when it is not watched
 */
struct dr_call *dr_call_of(const struct cell *t)
{
	struct tm_callback *cb = (struct tm_callback *)t->tmcb_hl.first;

	for(; cb; cb = cb->next)
		if(cb->callback == dr_call_event)
			return cb->param;
	return NULL;
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


/** Header lines with the detail header behind, in new shared memory */
static int detailed_lines(const struct dr_answer *answer, str *lines)
{
	const str *reason = &dr_settings.lines[answer->reason];
	const str *name = &dr_settings.detail_header;
	char value[DR_DETAIL_HEADER_MAX + 1];
	size_t len = dr_detail_print(value, sizeof(value), answer);
	char *p;

	lines->len = reason->len + name->len + (int)len + 4;
	lines->s = p = shm_malloc(lines->len);
	if(p == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memcpy(p, reason->s, reason->len);
	p += reason->len;
	memcpy(p, name->s, name->len);
	p += name->len;
	memcpy(p, ": ", 2);
	memcpy(p + 2, value, len);
	memcpy(p + 2 + len, "\r\n", 2);
	return 0;
}


/**
 * Give the call its answer. Call it under tm's reply lock, and fill all
 * lumps afterwards: lines of an earlier answer are freed.
 *
 * Without memory for the detail header the answer goes without it.
 *
 * @param call    call
 * @param answer  answer; its detail must be a token
 */
void dr_call_answer(struct dr_call *call, const struct dr_answer *answer)
{
	str lines;

	free_lines(call);
	call->reason = (unsigned char)answer->reason;
	call->decided = 1;
	call->lines = dr_settings.lines[answer->reason];
	if(dr_settings.detail_header.len == 0)
		return;
	if(detailed_lines(answer, &lines) < 0)
		return;
	call->lines = lines;
	call->owns_lines = 1;
}
