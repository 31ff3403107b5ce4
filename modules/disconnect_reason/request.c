/**
 * @file request.c  What hangs on a request before tm has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Notes: what the script said about the request. The worker that handles a
 * request handles no other one until its script ends, so they are kept in a
 * static variable, with the number of their message, as tm keeps its own place.
 * The script cannot lose them, whatever it does to the message.
 *
 * Lump: a request holds one reply lump, which tm and sl print into every reply that
 * they build themselves. tm copies it into the request that it stores, where it is
 * filled under tm's reply lock.
 *
 * Refused: nothing is left of a call that was refused without a transaction,
 * and its caller repeats the INVITE until the reply arrives. A small table has
 * the last ones, each for as long as an INVITE may be repeated. One that is
 * replaced early counts twice.
 */

#include <string.h>

#include "../../core/atomic_ops.h"
#include "../../core/hash_func.h"
#include "../../core/locking.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/parser/parse_via.h"
#include "../../core/timer.h"

#include "request.h"

/** The notes of the message with that number in that process */
static struct
{
	unsigned int id;
	int pid;
	struct dr_request notes;
} place;

/**
 * @param request  request that a script handles
 *
 * @return its notes, in static memory; NULL when there are none
 */
struct dr_request *dr_request_find(const struct sip_msg *request)
{
	bool found = place.pid != 0 && place.id == request->id
				 && place.pid == request->pid;

	return found ? &place.notes : NULL;
}

/**
 * Find the notes, or make new ones
 *
 * @param request  request that a script handles
 *
 * @return the notes, in static memory
 */
struct dr_request *dr_request_make(const struct sip_msg *request)
{
	if(dr_request_find(request) == NULL) {
		memset(&place.notes, 0, sizeof(place.notes));
		place.id = request->id;
		place.pid = request->pid;
	}
	return &place.notes;
}

static unsigned char keep(char *to, size_t size, struct dr_text text)
{
	size_t len = text.len < size ? text.len : size;

	if(len > 0)
		memcpy(to, text.s, len);
	return (unsigned char)len;
}

/**
 * @param profile  name of a profile
 */
void dr_request_set_profile(struct dr_request *notes, struct dr_text profile)
{
	notes->profile_len = keep(notes->profile, sizeof(notes->profile), profile);
}

/**
 * @param trunk  name of a trunk
 */
void dr_request_set_trunk(struct dr_request *notes, struct dr_text trunk)
{
	notes->trunk_len = keep(notes->trunk, sizeof(notes->trunk), trunk);
}

/**
 * @param reason  why the script lets the call fail
 * @param detail  detail token; empty: none
 */
void dr_request_set_answer(
		struct dr_request *notes, enum dr_reason reason, struct dr_text detail)
{
	notes->decided = true;
	notes->reason = reason;
	notes->detail_len = keep(notes->detail, sizeof(notes->detail), detail);
}

/**
 * Find the profile of the notes. A reload since they were made may have removed
 * it.
 *
 * @param notes  notes, or NULL
 * @param map    map of the call, or NULL
 *
 * @return profile of the map, the default one when there is no other
 */
int dr_request_profile(const struct dr_request *notes, const struct dr_map *map)
{
	int profile;

	if(notes == NULL || notes->profile_len == 0 || map == NULL)
		return DR_PROFILE_DEFAULT;
	profile = dr_map_find_profile(
			map, (struct dr_text){notes->profile, notes->profile_len});
	return profile == DR_NONE ? DR_PROFILE_DEFAULT : profile;
}

/**
 * @param notes  notes, or NULL
 *
 * @return the trunk's name, which belongs to the notes; empty: none
 */
struct dr_text dr_request_trunk(const struct dr_request *notes)
{
	if(notes == NULL)
		return (struct dr_text){NULL, 0};
	return (struct dr_text){notes->trunk, notes->trunk_len};
}

/**
 * Make the answer that the script gave
 *
 * @param notes   notes, or NULL; the answer's detail belongs to them
 * @param answer  set; UNKNOWN_REASON when the script gave none
 */
void dr_request_answer(const struct dr_request *notes, struct dr_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->source = DR_SOURCE_SCRIPT;
	answer->decided_by = DR_BY_SCRIPT;
	answer->cause = DR_CAUSE_NONE;
	answer->rule = DR_NONE;
	if(notes == NULL || !notes->decided)
		return;
	answer->reason = notes->reason;
	answer->detail = (struct dr_text){notes->detail, notes->detail_len};
}

/** Flag bit of our lump; tm keeps it when it clones */
#define OUR_LUMP (1 << 20)

/**
 * Find our reply lump in a request
 *
 * @param request  any request, also one that tm stores or fakes
 *
 * @return the lump, which belongs to the request; NULL when there is none
 */
struct lump_rpl *dr_request_lump(const struct sip_msg *request)
{
	struct lump_rpl *lump;

	for(lump = request->reply_lump; lump; lump = lump->next)
		if(lump->flags & OUR_LUMP)
			return lump;
	return NULL;
}

/**
 * Add our reply lump to a request in private memory
 *
 * @param request  request as received, without a lump of ours
 * @param text     header lines, copied; NULL for an empty lump
 *
 * @return the lump, which belongs to the request; NULL without memory
 */
struct lump_rpl *dr_request_add_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump;

	lump = add_lump_rpl(
			request, text ? text->s : "-", text ? text->len : 1, LUMP_RPL_HDR);
	if(lump == NULL)
		return NULL;
	if(text == NULL)
		lump->text.len = 0;
	lump->flags |= OUR_LUMP;
	return lump;
}

/**
 * Give a request header lines of its own, in place of others. One that tm fakes
 * is pointed at them.
 *
 * @param request  request that a script handles
 * @param text     header lines that outlive the call; copied where tm does not
 *                 fake the request
 *
 * @return whether there was memory for them
 */
bool dr_request_set_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump = dr_request_lump(request);

	if(lump && (lump->flags & LUMP_RPL_SHMEM)) {
		lump->text = *text;
		return true;
	}
	if(lump) {
		unlink_lump_rpl(request, lump);
		free_lump_rpl(lump);
	}
	return dr_request_add_lump(request, text) != NULL;
}

/**
 * Give the request that tm stores an empty lump, when tm saved none of ours: a
 * CANCEL came before it did, or the script applied its changes to the message,
 * which removes all lumps.
 *
 * It is linked as the last one, in one store, so that a reader without tm's
 * lock sees a valid list. Call it under tm's reply lock, and not from within
 * tm's faked environment, which restores the earlier list.
 *
 * @param request  the request that tm stores, without a lump of ours
 * @param lump     lump in shared memory, owned by the caller unless
 *                 dr_request_frees_lump(); set
 */
void dr_request_link_lump(struct sip_msg *request, struct lump_rpl *lump)
{
	struct lump_rpl **last = &request->reply_lump;

	*lump = (struct lump_rpl){
			.flags = LUMP_RPL_HDR | LUMP_RPL_SHMEM | OUR_LUMP};
	while(*last)
		last = &(*last)->next;
	membar_write();
	*last = lump;
}

/**
 * tm frees the lumps that it saved as one block, by the first of them
 *
 * @param request  the request that tm stores
 * @param lump     lump that was linked into it
 *
 * @return whether tm takes this one for that block
 */
bool dr_request_frees_lump(
		const struct sip_msg *request, const struct lump_rpl *lump)
{
	return request->add_rm == NULL && request->body_lumps == NULL
		   && request->reply_lump == lump;
}

/**
 * Point our reply lump of a request at header lines
 *
 * For a request that tm stores, call it under tm's reply lock: tm clones the
 * request under that lock in two passes, length first.
 *
 * @param request  any request; one without our lump stays as it is
 * @param text     header lines that outlive the request
 */
void dr_request_fill_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump = dr_request_lump(request);

	if(lump)
		lump->text = *text;
}

/** Calls that the table holds; a power of two */
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
int dr_request_init(void)
{
	table = shm_mallocxz(sizeof(*table));
	if(table && lock_init(&table->lock))
		return 0;
	SHM_MEM_ERROR;
	return -1;
}

/** A repeated INVITE has the same Call-ID and topmost branch (RFC 3261 section
 * 17.2.3) */
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
 * Has this INVITE been refused before? Remembers that it has been now.
 *
 * @param request  INVITE that is refused without a transaction
 *
 * @return whether it is one that its caller repeats
 */
bool dr_request_was_refused(struct sip_msg *request)
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
