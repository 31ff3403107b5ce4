/**
 * @file map_search.h  Finds the first rule of a profile that fits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A search knows what may be asked for: codes, source, after, and for each
 * feature the values that are there. Features are collected when the first rule
 * asks for them.
 */

#ifndef DR_MAP_SEARCH_H
#define DR_MAP_SEARCH_H

#include "classify.h"
#include "map_block.h"

/** Most values of a feature; those behind them are not seen */
#define DR_FEATURES_MAX 32

struct dr_features
{
	uint32_t list[DR_FEATURES_MAX];
	size_t count;
};

struct dr_search
{
	const struct dr_map *map;
	struct dr_table table;
	uint32_t codes[3]; /**< indexes of DR_CODE_KEYS */
	size_t code_count;
	int source; /**< DR_ANY: only rules that ask for none */
	int after;	/**< DR_ANY: only rules that ask for none */
	const struct dr_attempt *attempt; /**< where features come from */
	unsigned known;					  /**< one bit for each that is collected */
	struct dr_features features[DR_FEATURE_COUNT];
};

/** What a search found */
struct dr_found
{
	uint32_t rule;
	uint32_t cause; /**< that the rule asked for; 0: none */
};

void dr_search_init(struct dr_search *search, const struct dr_map *map);
void dr_search_code(struct dr_search *search, int code);
void dr_search_add(
		struct dr_search *search, enum dr_feature feature, uint32_t value);
void dr_search_add_phrase(struct dr_search *search, struct dr_text phrase);
void dr_search_add_header(
		struct dr_search *search, struct dr_text name, struct dr_text value);
bool dr_search_profile(
		struct dr_search *search, uint32_t profile, struct dr_found *found);
bool dr_search_covers(const struct dr_map *map, uint32_t rule, uint32_t *by);

bool dr_map_match(const struct dr_map *map, const struct dr_attempt *attempt,
		struct dr_found *found);
bool dr_map_q850(const struct dr_map *map, int profile, bool otherwise);

#endif
