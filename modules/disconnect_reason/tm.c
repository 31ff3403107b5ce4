/**
 * @file tm.c  What the module uses of tm and reads in its cells
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <dlfcn.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/pt.h"
#include "../../core/sr_module.h"
#include "../../modules/tm/h_table.h"

#include "tm.h"

struct tm_binds dr_tm;

/** tm's failure_reply_mode, and its function to overrule it for a call */
static int *reply_mode;
/** tm's reply_408_code, new in Kamailio 6.0: the code of its own timeouts */
static int *timeout_code;
static cmd_function drop_replies;

/** What tm, or the script, did with a request (tm's kill reason); not in its
 * API */
static enum kill_reason (*get_kill_reason)(void);
static void (*reset_kill_reason)(void);
static void (*set_kill_reason)(enum kill_reason);

/**
 * Bind tm. Call once, before forking.
 *
 * @return 0, or -1 after a log line that says what was expected
 */
int dr_tm_init(void)
{
	struct sr_module *module = find_module_by_name("tm");
	modparam_t type;

	if(module == NULL || load_tm_api(&dr_tm) < 0) {
		LM_ERR("the module tm is not loaded: expected it before this one\n");
		return -1;
	}
	reply_mode =
			find_param_export(module, "failure_reply_mode", PARAM_INT, &type);
	timeout_code =
			find_param_export(module, "reply_408_code", PARAM_INT, &type);
	drop_replies = find_export("t_drop_replies", 1, 0);
	*(void **)&get_kill_reason = dlsym(module->handle, "get_kr");
	*(void **)&reset_kill_reason = dlsym(module->handle, "reset_kr");
	*(void **)&set_kill_reason = dlsym(module->handle, "set_kr");
	if(drop_replies && get_kill_reason && reset_kill_reason && set_kill_reason)
		return 0;
	LM_ERR("tm lacks t_drop_replies, get_kr(), reset_kr() or set_kr(): expected"
		   " the tm of Kamailio 5.6 or later\n");
	return -1;
}

/**
 * @return the transaction that this process works on, or NULL
 */
struct cell *dr_tm_here(void)
{
	struct cell *t = dr_tm.t_gett();

	return t == T_UNDEFINED ? NULL : t;
}

/**
 * Take tm's reply lock the re-entrant way tm does
 *
 * @param t  transaction; may be locked by this process already
 */
void dr_tm_lock(struct cell *t)
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
 * Take tm's reply lock if nobody else has it
 *
 * @param t  transaction; may be locked by this process already
 *
 * @return whether it was taken, to be given back with dr_tm_unlock()
 */
bool dr_tm_try_lock(struct cell *t)
{
	int pid = my_pid();

	if(atomic_get(&t->reply_locker_pid) == pid) {
		t->reply_rec_lock_level++;
		return true;
	}
	if(lock_try(&t->reply_mutex) != 0)
		return false;
	atomic_set(&t->reply_locker_pid, pid);
	return true;
}

/**
 * Release tm's reply lock
 *
 * @param t  transaction that dr_tm_lock() locked
 */
void dr_tm_unlock(struct cell *t)
{
	if(t->reply_rec_lock_level > 0) {
		t->reply_rec_lock_level--;
		return;
	}
	atomic_set(&t->reply_locker_pid, 0);
	unlock(&t->reply_mutex);
}

/**
 * @param reply  reply of a branch, as tm has it
 *
 * @return whether a trunk sent it
 */
bool dr_tm_is_real(const struct sip_msg *reply)
{
	return reply != NULL && reply != FAKED_REPLY;
}

/**
 * A retransmission finds the transaction as well, and another worker may be
 * done with it while the request itself waits, for example for DNS.
 *
 * @param msg  request that the script handles
 *
 * @return whether the transaction was made for just this message
 */
bool dr_tm_is_request_of(const struct cell *t, const struct sip_msg *msg)
{
	const struct sip_msg *stored = t->uas.request;

	return stored && stored->id == msg->id && stored->pid == msg->pid;
}

static bool is_answered(const struct cell *t)
{
	return t->uas.status >= 200 || t->uas.request == NULL || is_local(t);
}

/**
 * @return whether every branch has ended, or there is none, and the caller has
 *         no final reply yet
 */
bool dr_tm_is_stuck(const struct cell *t)
{
	int b;

	if(is_answered(t))
		return false;
	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].last_received < 200)
			return false;
	return true;
}

/**
 * A request_route has ended. Did its t_relay() fail, so that tm replies, since
 * the script did not? That a transaction has no branch does not show it: a
 * script may keep it for later.
 *
 * @param t  transaction of this process
 *
 * @return whether tm itself will reply to the caller
 */
bool dr_tm_will_answer(const struct cell *t)
{
	return !is_answered(t) && get_kill_reason() == REQ_ERR_DELAYED;
}

/**
 * Remember where tm stands in this process, before a script runs that may make
 * it look up another transaction
 *
 * @param place  set
 */
void dr_tm_leave(struct dr_tm_place *place)
{
	place->t = dr_tm.t_gett();
	place->branch = dr_tm.t_gett_branch();
	place->kill_reason = (int)get_kill_reason();
	dr_tm.t_sett(T_UNDEFINED, T_BR_UNDEFINED);
}

/**
 * Put tm back where it stood. What it found for the script is released.
 *
 * @param place  as dr_tm_leave() set it
 */
void dr_tm_return(const struct dr_tm_place *place)
{
	struct cell *found = dr_tm_here();

	if(found)
		dr_tm.unref_cell(found);
	dr_tm.t_sett(place->t, place->branch);
	reset_kill_reason();
	set_kill_reason((enum kill_reason)place->kill_reason);
}

/**
 * @return whether there is a branch that tm will cancel for the caller's CANCEL,
 *         and whose end makes tm reply
 */
bool dr_tm_has_live_branch(const struct cell *t)
{
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(t->uac[b].request.buffer && t->uac[b].last_received < 200
				&& t->uac[b].local_cancel.buffer == NULL)
			return true;
	return false;
}

/**
 * @return whether tm has begun to cancel a branch
 */
bool dr_tm_cancels(const struct cell *t)
{
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if((t->uac[b].request.flags & F_RB_CANCELED)
				|| t->uac[b].local_cancel.buffer)
			return true;
	return false;
}

/**
 * @param branch  branch of the transaction
 *
 * @return whether it was sent to a trunk and failed. Blind branches, which tm
 *         adds for a suspended transaction, are not attempts.
 */
bool dr_tm_has_ended(const struct cell *t, int branch)
{
	return !(t->uac[branch].flags & TM_UAC_FLAG_BLIND)
		   && t->uac[branch].last_received >= 300;
}

/**
 * @return the last branch that was sent to a trunk and failed, -1 when there is
 *         none
 */
int dr_tm_last_attempt(const struct cell *t)
{
	int b;

	for(b = t->nr_of_outgoings - 1; b >= 0; b--)
		if(dr_tm_has_ended(t, b))
			return b;
	return -1;
}

/**
 * @return the code that tm gives a branch whose timer ended, or that it could not
 *         send
 */
int dr_tm_timeout_code(void)
{
	return timeout_code ? *timeout_code : 408;
}

/**
 * @return whether tm drops the replies of a call whose failure is handled, also
 *         when no branch is added: failure_reply_mode 1 and 2
 */
bool dr_tm_drops_replies(void)
{
	return reply_mode && (*reply_mode == 1 || *reply_mode == 2);
}

/**
 * Overrule failure_reply_mode for the replies that tm has for a call. Call it
 * in TMCB_ON_FAILURE, or in a failure_route.
 *
 * @param request  the request as tm fakes it
 * @param mode     as t_drop_replies() takes it: "n" keeps them, "all" drops them
 */
void dr_tm_drop_replies(struct sip_msg *request, char *mode)
{
	drop_replies(request, mode, NULL);
}
