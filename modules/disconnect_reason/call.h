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

/** Most branches of a transaction; tm's own limit is not higher */
#define DR_BRANCHES_MAX 32

/** A call in flight; in shared memory, one for each watched transaction */
struct dr_call
{
	const struct dr_map *map; /**< the one it began with, or NULL */
	short bridge;			  /**< it came from, or DR_NONE */

	volatile int trying;  /**< bit b: branch b sent 100 to 179 */
	volatile int ringing; /**< bit b: branch b sent 180 to 199 */

	/* all below is read and written under tm's reply lock */
	str lines;				 /**< header lines that answer the call */
	struct lump_rpl *early;	 /**< lump of an early CANCEL, or NULL */
	short judged;			 /**< branches when last judged */
	short send;				 /**< code for the bridge; 0: as it is */
	unsigned char reason;	 /**< enum dr_reason; valid when decided */
	unsigned decided : 1;	 /**< there is an answer */
	unsigned final : 1;		 /**< tm does not change the answer any more */
	unsigned scripted : 1;	 /**< the script gave the answer */
	unsigned tried : 1;		 /**< a branch was prepared since last judged */
	unsigned hears : 1;		 /**< tm tells the call of prepared branches */
	unsigned owns_lines : 1; /**< lines are shared memory of the call */

	/* each branch's trunk as far as its next hop's name tells, or
	 * NOT_PREPARED; only there when the map has trunks */
	short trunks[];
};

extern struct tm_binds dr_tm;

void dr_call_watch(struct cell *t, struct sip_msg *request);
int dr_call_bridge(
		const struct dr_map *map, const struct sip_msg *request, short *bridge);
struct dr_call *dr_call_of(const struct cell *t);
void dr_call_lock(struct cell *t);
void dr_call_unlock(struct cell *t);
void dr_call_provisional(struct dr_call *call, int branch, int code);
enum dr_after dr_call_after(const struct dr_call *call, int branch);
void dr_call_sent(
		struct dr_call *call, int branch, const struct sip_msg *request);
int dr_call_trunk(const struct dr_call *call, const struct cell *t, int branch);
int dr_call_unresolved_trunk(const struct dr_call *call, const struct cell *t);
void dr_call_translate(struct dr_call *call, int code);
void dr_call_answer(
		struct dr_call *call, const struct dr_answer *answer, int code);

#endif
