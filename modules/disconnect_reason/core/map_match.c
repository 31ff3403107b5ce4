/**
 * @file map_match.c  Which rule decides an attempt, which rules never decide
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "map_search.h"


static const struct dr_block_profile *profile_at(
		const struct dr_map *map, int profile)
{
	const struct dr_block_profile *profiles =
			dr_block_at(map, map->profiles.at);

	return &profiles[profile];
}


static bool has_profile(const struct dr_map *map, int profile)
{
	return profile >= 0 && (uint32_t)profile < map->profiles.count;
}


/* The status code that rules may ask for; 0: none. A small number is not taken
 * for a class. */
static int code_of(const struct dr_attempt *attempt)
{
	bool has_reply = attempt->source == DR_SOURCE_REMOTE
					 || attempt->source == DR_SOURCE_SCRIPT;

	return has_reply && attempt->code >= DR_CODE_MIN ? attempt->code : 0;
}


/**
 * Find the rule that decides an attempt: of its profile, else of the profile
 * that it extends, and so on
 *
 * Only a reply of the remote side has causes, words and header fields; only
 * such a reply, or one of the script, has a code.
 *
 * @param map     The map
 * @param attempt The attempt; one that was cancelled has no rule. An unknown
 *                profile has none, too.
 * @param found   Set when there is one
 *
 * @return true when there is one
 */
bool dr_map_match(const struct dr_map *map, const struct dr_attempt *attempt,
		struct dr_found *found)
{
	int profile = attempt->profile;
	struct dr_search search;

	if(attempt->source == DR_SOURCE_CANCEL || !has_profile(map, profile))
		return false;

	dr_search_init(&search, map);
	dr_search_code(&search, code_of(attempt));
	search.source = (int)attempt->source;
	search.after = (int)attempt->after;
	search.attempt = attempt;
	if(attempt->source == DR_SOURCE_REMOTE)
		search.known = 0;

	for(; profile != DR_NONE; profile = profile_at(map, profile)->parent) {
		if(dr_search_profile(&search, (uint32_t)profile, found))
			return true;
	}
	return false;
}


/**
 * May Reason: Q.850 refine soft codes? The nearest profile that says so decides.
 *
 * @param map       The map
 * @param profile   Number of the profile
 * @param otherwise What holds when neither it nor any that it extends says so
 *
 * @return true when it may
 */
bool dr_map_q850(const struct dr_map *map, int profile, bool otherwise)
{
	if(!has_profile(map, profile))
		return otherwise;

	for(; profile != DR_NONE; profile = profile_at(map, profile)->parent) {
		if(profile_at(map, profile)->q850 != DR_ANY)
			return profile_at(map, profile)->q850 != 0;
	}
	return otherwise;
}


/* The source that a rule asks for, be it without a word: only replies of the
 * remote side have causes, words and header fields */
static int source_of(const struct dr_conditions *when)
{
	bool asks_reply = when->cause_count > 0 || when->phrase.len > 0
					  || when->header.len > 0;

	return when->source == DR_ANY && asks_reply ? (int)DR_SOURCE_REMOTE
												: when->source;
}


/* Does an earlier rule of the profile take all that a rule takes with one of
 * its codes (0: any) and one of its causes (0: any)? */
static bool is_covered(const struct dr_map *map, const struct dr_rule *rule,
		uint32_t number, uint32_t profile, int code, uint32_t cause,
		uint32_t *by)
{
	struct dr_search search;
	struct dr_found found;

	dr_search_init(&search, map);
	dr_search_code(&search, code);
	search.source = source_of(&rule->when);
	search.after = rule->when.after;
	if(cause != 0)
		dr_search_add(&search, DR_FEATURE_CAUSE, cause);
	dr_search_add_phrase(&search, rule->when.phrase);
	dr_search_add_header(&search, rule->when.header, rule->when.prefix);
	if(!dr_search_profile(&search, profile, &found) || found.rule >= number)
		return false;

	*by = found.rule;
	return true;
}


/**
 * Can a rule never match, because each reply that it asks for is taken by a
 * single earlier rule of its profile?
 *
 * @param map  The map
 * @param rule Number of the rule
 * @param by   Set to such an earlier rule when it can not
 *
 * @return true when it can never match; false also when several earlier rules
 *         only together take what it asks for
 */
bool dr_search_covers(const struct dr_map *map, uint32_t rule, uint32_t *by)
{
	const struct dr_block_rule *rules = dr_block_at(map, map->rules.at);
	struct dr_rule whole;
	size_t i = 0;

	dr_map_get_rule(map, (int)rule, &whole);
	do {
		int code = i < whole.when.code_count ? whole.when.codes[i] : 0;
		size_t j = 0;

		do {
			uint32_t cause =
					j < whole.when.cause_count ? whole.when.causes[j] : 0;

			if(!is_covered(
					   map, &whole, rule, rules[rule].profile, code, cause, by))
				return false;
		} while(++j < whole.when.cause_count);
	} while(++i < whole.when.code_count);
	return true;
}
