/**
 * @file explain.h  Answers queries of people: which reason, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * For the command `drmap explain` and the RPC explain. A query is made of
 * words like code=480; its answer is a list of names and values. Nothing is
 * allocated: the texts of a query belong to whoever asks, those of an
 * explanation to the map and the query.
 */

#ifndef DR_EXPLAIN_H
#define DR_EXPLAIN_H

#include "classify.h"
#include "map.h"

/** Longest header fields of a query, in bytes */
#define DR_QUERY_HEADERS_MAX 4096

/** Longest text that says what is wrong with a query, with its zero byte */
#define DR_EXPLAIN_ERROR_MAX 240

/** Most pairs of an explanation */
#define DR_PAIRS_MAX 20

/** A failed attempt as somebody describes it; begin with dr_query_init() */
struct dr_query
{
	struct dr_attempt attempt; /**< without what dr_explain() finds out: its
								* source may be DR_SOURCE_COUNT, not said;
								* reported on the word of any trunk */
	bool cancelled;
	struct dr_text trunk; /**< empty: none, as for all texts */
	struct dr_text host; /**< next hop, a name or an address: finds the trunk */
	struct dr_text profile;
	struct dr_text bridge;
	char headers[DR_QUERY_HEADERS_MAX];
	size_t headers_len;
	char error[DR_EXPLAIN_ERROR_MAX]; /**< what is wrong with the last word */
};

/** A name and its value, which is a text or a number */
struct dr_pair
{
	const char *name;	 /**< lower case letters, digits and "_" */
	struct dr_text text; /**< text.s is NULL: the value is the number */
	int number;
};

/** The answer to a query */
struct dr_explanation
{
	struct dr_answer answer;
	struct dr_pair pairs[DR_PAIRS_MAX];
	int pair_count;
	char error[DR_EXPLAIN_ERROR_MAX]; /**< why there is no answer */
};

void dr_query_init(struct dr_query *query, bool q850);
int dr_query_add(
		struct dr_query *query, struct dr_text key, struct dr_text value);
int dr_query_add_word(struct dr_query *query, struct dr_text word);
int dr_explain(const struct dr_map *map, const struct dr_query *query,
		struct dr_explanation *explanation);
int dr_explain_trunk(const struct dr_map *map, struct dr_text hop);
struct dr_text dr_decider_name(enum dr_decider decider);

#endif
