/**
 * @file stats.h  What is counted: for Kamailio's statistics, and for each trunk
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_STATS_H
#define DR_STATS_H

#include "core/classify.h"
#include "core/map.h"

/** What is counted for each reason */
enum dr_per_reason
{
	DR_ATTEMPTS, /**< branches that failed */
	DR_OUTCOMES, /**< failures that callers got */
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

int dr_stats_init(void);
void dr_stats_count(enum dr_counter counter, int times);
bool dr_stats_count_answer(
		enum dr_per_reason what, const struct dr_answer *answer);
const char *dr_stats_per_reason_name(enum dr_per_reason what);
const char *dr_stats_name(enum dr_counter counter);
long dr_stats_value(enum dr_counter counter);
long dr_stats_answers(enum dr_per_reason what, enum dr_reason reason);

/** Totals of a trunk since the start */
struct dr_trunk_stats
{
	struct dr_trunk_stats *next; /**< in the same bucket */
	unsigned long counts[DR_PER_REASON_COUNT][DR_REASON_COUNT];
	size_t len;
	char name[DR_NAME_MAX];
};

/** Gets one trunk's totals; returns 0 to go on */
typedef int (*dr_trunk_stats_f)(
		void *param, const struct dr_trunk_stats *total);

int dr_stats_each_trunk(dr_trunk_stats_f take, void *param);

#endif
