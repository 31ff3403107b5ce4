/**
 * @file map_compile_rules.c  Puts the rules of a map into lists
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map_compile.h"

/* Room for a phrase's words, a space before and after each, and a zero byte */
#define WORDS_MAX (1 + DR_PREFIX_MAX + 2)


/* The number of a header name, a new one when it is new */
static uint32_t header_number(
		struct dr_build *build, struct dr_map *head, struct dr_text name)
{
	char lower[DR_HEADER_NAME_MAX];
	struct dr_text text = {lower, dr_lower_case(lower, sizeof(lower), name)};
	struct dr_slot *slot =
			dr_build_key(build, dr_scope(DR_KIND_HEADER, 0), text);

	head->header_initials |= dr_initial(*name.s);
	if(slot && slot->value == 0)
		slot->value = build->slot_count;
	return slot ? slot->value : 0;
}


static uint32_t add_words(struct dr_build *build, struct dr_text phrase)
{
	char words[WORDS_MAX] = " ";

	return dr_build_add(
			build, words, dr_words(words + 1, sizeof(words) - 2, phrase) + 2);
}


static struct dr_block_rule block_rule(struct dr_build *build,
		struct dr_map *head, const struct dr_spec_rule *rule)
{
	const struct dr_conditions *when = &rule->when;
	struct dr_block_rule out = {0};

	out.profile = (uint32_t)rule->profile;
	out.number = (uint32_t)rule->number;
	out.file = (uint32_t)rule->place.file;
	out.line = (uint32_t)rule->place.line;
	out.codes.count = (uint32_t)when->code_count;
	out.codes.at = dr_build_add(
			build, when->codes, when->code_count * sizeof(*when->codes));
	out.causes.count = (uint32_t)when->cause_count;
	out.causes.at = dr_build_add(build, when->causes, when->cause_count);
	out.source = when->source;
	out.after = when->after;
	out.header = dr_build_text(build, when->header);
	if(when->header.len > 0)
		out.header_number = header_number(build, head, when->header);
	out.prefix = dr_build_text(build, when->prefix);
	out.phrase = dr_build_text(build, when->phrase);
	out.words = add_words(build, when->phrase);
	out.reason = (int32_t)rule->reason;
	out.detail = dr_build_text(build, rule->detail);
	return out;
}


/* The lists that a rule stands in: the i-th one, up to the number of its codes
 * or 1 */
static uint32_t list_of(const struct dr_conditions *when, size_t i)
{
	return dr_code_key(i < when->code_count ? when->codes[i] : 0);
}


/* Add the lists of a profile, whose rules stand in a row: numbers first to end
 * - 1. A list that is empty is the one end that all of them share. */
static uint32_t add_lists(struct dr_build *build, const struct dr_spec *spec,
		uint32_t first, uint32_t end)
{
	static const uint32_t list_end = DR_LIST_END;
	uint32_t counts[DR_CODE_KEYS] = {0};
	uint32_t lists[DR_CODE_KEYS];
	uint32_t none = dr_build_add(build, &list_end, sizeof(list_end));
	uint32_t number;
	size_t i;

	for(number = first; number < end; number++) {
		const struct dr_conditions *when = &spec->rules.list[number].when;

		for(i = 0; i == 0 || i < when->code_count; i++)
			counts[list_of(when, i)]++;
	}
	for(i = 0; i < DR_CODE_KEYS; i++) {
		lists[i] = none;
		if(counts[i] == 0)
			continue;
		lists[i] = dr_build_reserve(build, counts[i] + 1, sizeof(number));
		dr_build_put(build, lists[i] + counts[i] * sizeof(number), &list_end,
				sizeof(list_end));
		counts[i] = 0;
	}
	for(number = first; number < end; number++) {
		const struct dr_conditions *when = &spec->rules.list[number].when;

		for(i = 0; i == 0 || i < when->code_count; i++) {
			uint32_t list = list_of(when, i);

			dr_build_put(build, lists[list] + counts[list]++ * sizeof(number),
					&number, sizeof(number));
		}
	}
	return dr_build_add(build, lists, sizeof(lists));
}


/* Let a profile know its rules */
static void link_profile(struct dr_build *build, const struct dr_map *head,
		const struct dr_spec *spec, uint32_t first, uint32_t end)
{
	struct dr_block_profile profile;
	size_t at = head->profiles.at
				+ (size_t)spec->rules.list[first].profile * sizeof(profile);
	uint32_t lists = add_lists(build, spec, first, end);

	if(build->err != 0)
		return;
	memcpy(&profile, build->block + at, sizeof(profile));
	profile.first_rule = first;
	profile.rule_count = end - first;
	profile.lists = lists;
	dr_build_put(build, at, &profile, sizeof(profile));
}


/**
 * Add the rules of a map to its block
 *
 * @param spec  What the map says; its profiles are in the block already
 * @param build The block; its error is ENOMEM when it fails
 * @param head  Begin of the block; what says where rules are is set
 */
void dr_compile_rules(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	const struct dr_spec_rule *rules = spec->rules.list;
	uint32_t count = (uint32_t)spec->rules.count;
	uint32_t first = 0;
	uint32_t i;

	head->rules.count = count;
	head->rules.at =
			dr_build_reserve(build, count, sizeof(struct dr_block_rule));
	for(i = 0; i < count; i++) {
		struct dr_block_rule rule = block_rule(build, head, &rules[i]);

		dr_build_put(
				build, head->rules.at + i * sizeof(rule), &rule, sizeof(rule));
		if(i + 1 < count && rules[i + 1].profile == rules[i].profile)
			continue;
		link_profile(build, head, spec, first, i + 1);
		first = i + 1;
	}
}
