/**
 * @file trunk_totals.h  Attempts and outcomes of each trunk, by reason
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_TRUNK_TOTALS_H
#define DR_TRUNK_TOTALS_H

#include "counters.h"
#include "core/map.h"

/** What is known of a trunk since the start */
struct dr_trunk_total
{
	struct dr_trunk_total *next; /**< in the same bucket */
	unsigned long counts[DR_PER_REASON_COUNT][DR_REASON_COUNT];
	size_t len;
	char name[DR_NAME_MAX];
};

/** Takes one trunk's totals; not 0 to hear of no more */
typedef int (*dr_total_f)(void *param, const struct dr_trunk_total *total);

int dr_totals_init(void);
void dr_totals_count(
		struct dr_text trunk, enum dr_per_reason what, enum dr_reason reason);
int dr_totals_each(dr_total_f take, void *param);

#endif
