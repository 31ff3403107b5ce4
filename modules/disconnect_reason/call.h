/**
 * @file call.h  What a transaction remembers of a watched call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CALL_H
#define DR_CALL_H

#include "../../modules/tm/tm_load.h"

#include "classify.h"
#include "map.h"

struct dr_record;
struct dr_notes;
struct dr_named_trunk;

/** Most branches of a transaction; tm's own limit is not higher */
#define DR_BRANCHES_MAX 32

/** A call in flight; in shared memory, one for each watched transaction */
struct dr_call
{
	const struct dr_map *map; /**< the one it began with, or NULL */
	short bridge;			  /**< it came from, or DR_NONE */
	short profile;			  /**< for trunks that the map does not know */

	volatile int trying;  /**< bit b: branch b sent 100 to 179 */
	volatile int ringing; /**< bit b: branch b sent 180 to 199 */

	/* all below is read and written under tm's reply lock */
	unsigned counted;			  /**< bit b: branch b was counted */
	str lines;					  /**< header lines that answer the call */
	struct lump_rpl *early;		  /**< lump of an early CANCEL, or NULL */
	struct dr_record *records;	  /**< newest first; see history.h */
	struct dr_named_trunk *named; /**< newest first */
	short send;					  /**< code for the bridge; 0: as it is */
	signed char judged;			  /**< branches when last judged */
	unsigned char reason;		  /**< enum dr_reason; valid when decided */
	unsigned decided : 1;		  /**< there is an answer */
	unsigned final : 1;			  /**< tm does not change the answer any more */
	unsigned scripted : 1;		  /**< the script gave the answer */
	unsigned hears : 1;			  /**< tm tells the call of prepared branches */
	unsigned owns_lines : 1;	  /**< lines are shared memory of the call */
	unsigned ignored : 1;		  /**< the script wants nothing done */
	unsigned listens : 1;  /**< tm tells the call what the caller is sent */
	unsigned answered : 1; /**< the caller gets a 2xx */

	/* these are written where no lock is held, so they share no byte with
	 * others */
	unsigned char tried;   /**< a branch was prepared since last judged */
	unsigned char told;	   /**< the caller has the outcome */
	unsigned char lacking; /**< something got no memory; the log has it */

	/* each branch's trunk as far as its next hop's name tells, or
	 * DR_NOT_PREPARED; sr_dst_max_branches of them, and only when the map has
	 * trunks */
	short trunks[];
};

extern struct tm_binds dr_tm;

void dr_call_watch(
		struct cell *t, struct sip_msg *request, const struct dr_notes *notes);
int dr_call_bridge(
		const struct dr_map *map, const struct sip_msg *request, short *bridge);
struct dr_call *dr_call_of(const struct cell *t);
void dr_call_lock(struct cell *t);
void dr_call_unlock(struct cell *t);
void dr_call_provisional(struct dr_call *call, int branch, int code);
enum dr_after dr_call_after(const struct dr_call *call, int branch);
void dr_call_listen(struct cell *t, struct dr_call *call);
void dr_call_lacks(struct dr_call *call, const char *what);
void dr_call_translate(struct dr_call *call, int code);
void dr_call_answer(
		struct dr_call *call, const struct dr_answer *answer, int code);

#endif
