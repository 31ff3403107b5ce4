/**
 * @file ask.h  Asks maps for the answer to every input
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_ASK_H
#define DRMAP_ASK_H

#include "groups.h"

/** A profile of a map */
struct side
{
	const struct dr_map *map; /**< NULL: the built-in tables */
	int profile;
};

/** Two profiles that are asked the same; twice the same one for a table */
struct sides
{
	struct side old;
	struct side new;
	bool table; /**< every answer counts, with all that decided it */
};

/** An input, but for what its context says */
struct input
{
	int code;  /**< 0: none */
	int cause; /**< 0: none */
	enum dr_after after;
};

extern const struct context plain_reply;

struct outcome ask(const struct side *side, const struct context *context,
		const struct input *input, bool table);
bool ask_both(const struct sides *sides, const struct context *context,
		const struct input *input, struct group *group);
bool answers_as_plain(const struct sides *sides, const struct input *input,
		const struct group *group);
void ask_codes(const struct sides *sides, const struct context *context,
		struct groups *groups);
void ask_causes(const struct sides *sides, struct groups *groups);
void ask_events(const struct sides *sides, struct groups *groups);
void ask_script(const struct sides *sides, struct groups *groups);
void ask_headers(const struct sides *sides, struct groups *groups);
bool next_rule(
		const struct side *side, int *profile, int *rule, struct dr_rule *got);
bool codes_are_soft(const struct code_set *codes);

#endif
