/**
 * @file history.h  What became of each attempt of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_HISTORY_H
#define DR_HISTORY_H

#include "call.h"

/** An answer that was given in a call; in shared memory */
struct dr_record
{
	struct dr_record *next;	 /**< the one after it, or NULL */
	struct dr_answer answer; /**< texts: constant, the map's, or detail */
	short profile;			 /**< of the call's map, that judged */
	short branch;			 /**< of the attempt, or DR_NONE */
	bool attempt;			 /**< a branch failed; else nobody was asked */
	bool answers;			 /**< it is why the call failed */
	char detail[];			 /**< what the script said; DR_DETAIL_MAX bytes */
};

struct dr_record *dr_history_add(struct dr_call *call,
		const struct dr_answer *answer, int profile, int branch, bool attempt);
struct dr_record *dr_history_script(
		struct dr_call *call, const struct dr_answer *answer);
struct dr_record *dr_history_of(const struct dr_call *call, int branch);
void dr_history_answer_with(struct dr_call *call, struct dr_record *record);
const struct dr_record *dr_history_answer(const struct dr_call *call);
void dr_history_free(struct dr_call *call);
size_t dr_history_print(char *buf, size_t size, const struct dr_call *call);

#endif
