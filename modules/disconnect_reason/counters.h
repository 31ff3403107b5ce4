/**
 * @file counters.h  The module's statistics, group disconnect_reason
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_COUNTERS_H
#define DR_COUNTERS_H

#include "core/classify.h"

/** What is counted for each reason */
enum dr_per_reason
{
	DR_ATTEMPTS, /**< branches that failed */
	DR_OUTCOMES, /**< what callers were told */
	DR_PER_REASON_COUNT
};

/** What is counted once */
enum dr_counter
{
	DR_UNCLASSIFIED,	/**< attempts whose code no table and no rule has */
	DR_SPOOFED_REMOVED, /**< headers of ours that a trunk sent */
	DR_RELOADS_OK,
	DR_RELOADS_FAILED,
	DR_COUNTER_COUNT
};

int dr_counters_init(void);
void dr_count(enum dr_counter counter, int times);
bool dr_count_answer(enum dr_per_reason what, const struct dr_answer *answer);
const char *dr_per_reason_name(enum dr_per_reason what);
const char *dr_counter_name(enum dr_counter counter);
long dr_counted(enum dr_counter counter);
long dr_counted_answers(enum dr_per_reason what, enum dr_reason reason);

#endif
