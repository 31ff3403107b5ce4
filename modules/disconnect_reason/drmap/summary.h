/**
 * @file summary.h  How many INVITEs of a capture change their answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_SUMMARY_H
#define DRMAP_SUMMARY_H

#include "replay.h"

/** One way in which answers change */
struct change
{
	enum dr_reason old_reason;
	enum dr_reason new_reason;
	struct dr_text old_detail;
	struct dr_text new_detail;
	size_t count;
};

/** A summary; all zero at first. Its texts belong to the maps. */
struct summary
{
	size_t ends[END_COUNT];
	size_t changed;
	struct change *list;
	size_t count;
	size_t room;
};

void summary_add(struct summary *summary, const struct dr_answer *old,
		const struct dr_answer *new);
void summary_print(struct summary *summary);
void summary_print_json(struct summary *summary, struct json *json);
void summary_free(struct summary *summary);

#endif
