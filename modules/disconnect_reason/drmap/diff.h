/**
 * @file diff.h  What differs between two maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_DIFF_H
#define DRMAP_DIFF_H

#include "json.h"
#include "main.h"
#include "print.h"

/** A comparison that is being printed */
struct diff
{
	struct named_map old;
	struct named_map new;
	bool as_json;
	struct json json;
	size_t count; /**< differences so far */
};

void diff_profiles(struct diff *diff);
void diff_answers(struct diff *diff, int old_profile, int new_profile);
void groups_condense(struct groups *groups);
void diff_hops(struct diff *diff);
void diff_bridges(struct diff *diff);
void diff_only(
		struct diff *diff, const char *what, struct dr_text name, bool in_new);
void diff_open(struct diff *diff, const char *what);
void diff_close(struct diff *diff);

#endif
