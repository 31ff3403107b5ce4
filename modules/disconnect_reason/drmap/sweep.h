/**
 * @file sweep.h  The answers of a map to all inputs, put together in groups
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A table or a comparison of maps asks for the answer to every input. Inputs
 * with the same answer become one group, whose codes, causes and ways to come to
 * a failure can be combined freely.
 */

#ifndef DRMAP_SWEEP_H
#define DRMAP_SWEEP_H

#include <stdint.h>

#include "../core/map.h"

/** Final failure codes */
#define CODE_MIN 300
#define CODE_MAX 699

/** Q.850 causes */
#define CAUSE_MAX 127

/** All ways of dr_after, as bits */
#define AFTER_ALL ((1U << DR_AFTER_COUNT) - 1)

/** In place of a reason: more than one */
#define REASON_SEVERAL (-2)

/** A set of codes or causes; 0 stands for none */
struct set
{
	uint64_t bits[CODE_MAX / 64 + 1];
};

/** What all inputs of a group share */
struct context
{
	enum dr_source source;
	bool unresolved;
	struct dr_text header; /**< name of a header field; empty: none */
	struct dr_text value;  /**< its value */
	struct dr_text phrase; /**< reason phrase; empty: a plain one */
};

/** An answer, as far as answers are compared */
struct outcome
{
	int reason;			   /**< an enum dr_reason; DR_ANY: as the code says */
	int decided_by;		   /**< an enum dr_decider; DR_ANY: not compared */
	int rule;			   /**< number of the rule, or DR_NONE */
	int row_code;		   /**< code of the row; 0: it has none */
	struct dr_text detail; /**< empty: none; the texts come last */
	struct dr_text row;	   /**< words of the row; empty: not compared */
};

/** Inputs that have the same answer */
struct group
{
	struct context context;
	struct set codes;
	struct set causes;
	unsigned afters; /**< bits, 1 << dr_after */
	struct outcome old;
	struct outcome new; /**< the same as old where nothing is compared */
};

/** Groups, as many as there is memory for; all zero at first */
struct groups
{
	struct group *list;
	size_t count;
	size_t room;
	size_t merged; /**< those before it are complete */
};

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

/** Asks both sides for all inputs of a kind; the answers are added to groups.
 * Ends the program when there is no memory. */
typedef void sweep(const struct sides *sides, struct groups *groups);

sweep sweep_codes;
sweep sweep_causes;
sweep sweep_headers;
sweep sweep_events;
sweep sweep_script;
void groups_free(struct groups *groups);
bool next_rule(
		const struct side *side, int *profile, int *rule, struct dr_rule *got);

bool set_have(const struct set *set, int number);
void set_unite(struct set *into, const struct set *from);
bool set_equal(const struct set *a, const struct set *b);
bool codes_are_soft(const struct set *codes);
struct outcome outcome_of(const struct dr_answer *answer, bool decision);
bool outcomes_equal(const struct outcome *a, const struct outcome *b);
int contexts_order(const struct context *a, const struct context *b);

#endif
