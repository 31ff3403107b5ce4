/**
 * @file refused.c  Calls that were refused without a transaction
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Nothing is left of such a call, and its caller repeats the INVITE until the
 * answer has reached him. A small table knows the last ones, each for as long as
 * an INVITE may be repeated. One that is pushed out early counts twice.
 */

#include "../../core/hash_func.h"
#include "../../core/locking.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/parser/parse_via.h"
#include "../../core/timer.h"

#include "refused.h"

/** Calls that the table knows; a power of two */
#define SLOTS 4096
/** How long an INVITE may be repeated: timer B, 64 * T1 (RFC 3261 section
 * 17.1.1.2) */
#define REPEATED_S 32

struct slot
{
	unsigned int hash;	   /**< of the INVITE's Call-ID and branch; 0: empty */
	unsigned int other;	   /**< the same, hashed from the other end */
	unsigned int answered; /**< when, in Kamailio's ticks */
};

struct table
{
	gen_lock_t lock;
	struct slot slots[SLOTS];
};

static struct table *table;


/**
 * Make the table. Call once, before forking.
 *
 * @return 0, or -1 after a log line
 */
int dr_refused_init(void)
{
	table = shm_mallocxz(sizeof(*table));
	if(table && lock_init(&table->lock))
		return 0;
	SHM_MEM_ERROR;
	return -1;
}


/** A repeated INVITE is the same but for the hops behind the caller: its topmost
 * branch (RFC 3261 section 17.2.3) */
static bool identify(struct sip_msg *request, struct slot *slot)
{
	str *id, *branch;

	if(parse_headers(request, HDR_CALLID_F | HDR_VIA1_F, 0) < 0
			|| request->callid == NULL || request->via1 == NULL
			|| request->via1->branch == NULL)
		return false;
	id = &request->callid->body;
	branch = &request->via1->branch->value;
	slot->hash = core_hash(id, branch, 0) | 1U;
	slot->other = core_hash(branch, id, 0);
	return true;
}


/**
 * Has this INVITE been refused before? Remembers that it has now.
 *
 * @param request  INVITE that is answered without a transaction
 *
 * @return whether it is one that its caller repeats
 */
bool dr_refused_before(struct sip_msg *request)
{
	struct slot now, *slot;
	bool before;

	if(!identify(request, &now))
		return false;
	now.answered = get_ticks();
	slot = &table->slots[now.hash / 2 % SLOTS];
	lock_get(&table->lock);
	before = slot->hash == now.hash && slot->other == now.other
			 && now.answered - slot->answered <= REPEATED_S;
	if(!before)
		*slot = now;
	lock_release(&table->lock);
	return before;
}
