/**
 * @file groups.h  Inputs with the same answer, put together
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A table or a comparison of maps asks for the answer to every input. Inputs
 * with the same answer become one group, whose codes, causes and ways to come to
 * a failure can be combined freely.
 */

#ifndef DRMAP_GROUPS_H
#define DRMAP_GROUPS_H

#include <stdint.h>

#include "../core/map.h"

/** Final failure codes */
#define CODE_MIN 300
#define CODE_MAX 699

/** Q.850 causes; 0 stands for none */
#define CAUSE_MAX 127

/** All ways of dr_after, as bits */
#define AFTER_ALL ((1U << DR_AFTER_COUNT) - 1)

/** A set of codes: bit 0 for none, then CODE_MIN to CODE_MAX */
struct code_set
{
	uint64_t bits[(CODE_MAX - CODE_MIN + 2 + 63) / 64];
};

/** A set of causes: bit 0 for none */
struct cause_set
{
	uint64_t bits[(CAUSE_MAX + 1) / 64];
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

/** In place of a reason: more than one */
#define REASON_SEVERAL (-2)

/** An answer, as far as answers are compared */
struct outcome
{
	int reason;			   /**< an enum dr_reason; DR_ANY: as the code says */
	struct dr_text detail; /**< empty: none */
	int decided_by;		   /**< an enum dr_decider; DR_ANY: not compared */
	int rule;			   /**< number of the rule, or DR_NONE */
	struct dr_text row;	   /**< words of the row; empty: not compared */
	int row_code;		   /**< code of the row; 0: it has none */
};

/** Inputs that have the same answer */
struct group
{
	struct context context;
	struct cause_set causes;
	struct outcome old;
	struct outcome new; /**< the same as old where nothing is compared */
	unsigned afters;	/**< bits, 1 << dr_after */
	struct code_set codes;
};

/** Groups, as many as there is memory for */
struct groups
{
	struct group *list;
	size_t count;
	size_t room;
	size_t merged; /**< those in front are complete */
};

void groups_add(struct groups *groups, const struct group *group);
void groups_merge(struct groups *groups);
void groups_condense(struct groups *groups);
void groups_free(struct groups *groups);

void codes_add(struct code_set *set, int code);
bool codes_have(const struct code_set *set, int code);
void causes_add(struct cause_set *set, int cause);
bool causes_have(const struct cause_set *set, int cause);
void codes_unite(struct code_set *into, const struct code_set *from);
void causes_unite(struct cause_set *into, const struct cause_set *from);
int texts_order(struct dr_text a, struct dr_text b);
bool outcomes_equal(const struct outcome *a, const struct outcome *b);

#endif
