/**
 * @file map_compile_rules.c  Puts the rules of a map into its hash table
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "map_compile.h"
#include "map_words.h"

/* Room for a phrase's words with a space behind each */
#define WORDS_MAX (DR_PREFIX_MAX + 1)

_Static_assert(WORDS_MAX < 160, "a phrase must fit struct dr_lengths");

/* What grows beside the block while rules are compiled */
struct work
{
	struct dr_build *build;
	struct dr_map *head;
	struct dr_entry *entries;
	size_t entry_count;
	size_t entry_room;
	struct dr_lengths *headers;
	size_t header_count;
	size_t header_room;
	uint32_t value_count; /* values of phrases and prefixes */
};


/* Make room for one more element; the list as it was, and an error, when there
 * is no memory */
static void *grow(
		struct work *work, void *list, size_t count, size_t *room, size_t size)
{
	void *grown = dr_grow(list, count, room, size);

	if(grown)
		return grown;

	work->build->err = ENOMEM;
	return list;
}


static void add_length(struct dr_lengths *lengths, size_t length)
{
	lengths->words[length / 32] |= (uint32_t)1 << length % 32;
}


/* The value of a key for a phrase or prefix; a new one when the key is new */
static uint32_t value_of(struct work *work, uint32_t scope, struct dr_text text)
{
	struct dr_slot *slot = dr_build_key(work->build, scope, text);

	if(slot && slot->value == 0)
		slot->value = ++work->value_count;

	return slot ? slot->value : 0;
}


static uint32_t phrase_value(struct work *work, struct dr_text phrase)
{
	char words[WORDS_MAX];
	struct dr_text text = {words, dr_words(words, sizeof(words), phrase)};

	add_length(&work->head->phrases, text.len);
	return value_of(work, dr_scope(DR_KIND_PHRASE, 0), text);
}


/* Index of a header in work->headers, a new one when it is new */
static uint32_t header_index(struct work *work, struct dr_text name)
{
	char lower[DR_HEADER_NAME_MAX];
	struct dr_text text = {lower, dr_lower_case(lower, sizeof(lower), name)};
	uint32_t before = work->build->slot_count;
	struct dr_slot *slot =
			dr_build_key(work->build, dr_scope(DR_KIND_HEADER, 0), text);

	if(!slot)
		return 0;
	if(work->build->slot_count == before)
		return slot->value;

	work->headers = grow(work, work->headers, work->header_count,
			&work->header_room, sizeof(*work->headers));
	if(work->build->err != 0)
		return 0;
	work->head->header_initials |= dr_initial(*name.s);
	slot->value = (uint32_t)work->header_count++;
	return slot->value;
}


static uint32_t prefix_value(
		struct work *work, struct dr_text header, struct dr_text prefix)
{
	uint32_t index = header_index(work, header);

	if(work->build->err != 0)
		return 0;
	add_length(&work->headers[index], prefix.len);
	return value_of(work, dr_scope(DR_KIND_PREFIX, index), prefix);
}


static bool covers(int16_t earlier, int later)
{
	return earlier == DR_ANY || earlier == later;
}


/* Chain a rule behind those that are under a key, unless one of them takes all
 * that it would take */
static void add_entry(struct work *work, uint32_t profile,
		const struct dr_rule_key *key, uint32_t number,
		const struct dr_conditions *when)
{
	struct dr_text text = {(const char *)key, sizeof(*key)};
	struct dr_slot *slot =
			dr_build_key(work->build, dr_scope(DR_KIND_RULES, profile), text);
	struct dr_entry *entry;
	uint32_t *link;
	uint32_t i;

	if(!slot)
		return;
	for(i = slot->value; i != 0; i = work->entries[i].next) {
		entry = &work->entries[i];
		if(covers(entry->source, when->source)
				&& covers(entry->after, when->after))
			return;
	}
	if(work->entry_count > DR_RULE_KEYS_MAX) {
		work->build->err = E2BIG;
		return;
	}
	work->entries = grow(work, work->entries, work->entry_count,
			&work->entry_room, sizeof(*work->entries));
	if(work->build->err != 0)
		return;

	link = &slot->value;
	while(*link != 0)
		link = &work->entries[*link].next;
	*link = (uint32_t)work->entry_count;
	entry = &work->entries[work->entry_count++];
	entry->rule = number;
	entry->source = (int16_t)when->source;
	entry->after = (int16_t)when->after;
}


/* Index of DR_CODE_KEYS for one of a rule's codes; 0: any */
static uint32_t code_key(int code)
{
	if(code >= DR_CODE_MIN)
		return (uint32_t)(code - DR_CODE_MIN);

	return code == 0 ? DR_CODE_ANY
					 : (uint32_t)(DR_CODE_CLASS + code - DR_CODE_MIN / 100);
}


static unsigned feature_set(const struct dr_rule_key *key)
{
	unsigned set = 0;
	size_t i;

	for(i = 0; i < DR_FEATURE_COUNT; i++)
		set |= (key->features[i] != 0 ? 1U : 0U) << i;

	return set;
}


/* Put a rule under each of its codes with each of its causes */
static void index_rule(struct work *work, const struct dr_spec_rule *rule,
		uint32_t number, uint32_t uses)
{
	const struct dr_conditions *when = &rule->when;
	struct dr_rule_key key = {0};
	size_t i = 0;

	if(when->phrase.len > 0)
		key.features[DR_FEATURE_PHRASE] = phrase_value(work, when->phrase);
	if(when->header.len > 0)
		key.features[DR_FEATURE_PREFIX] =
				prefix_value(work, when->header, when->prefix);

	do {
		size_t j = 0;

		key.code = code_key(i < when->code_count ? when->codes[i] : 0);
		do {
			key.features[DR_FEATURE_CAUSE] =
					j < when->cause_count ? when->causes[j] : 0;
			add_entry(work, (uint32_t)rule->profile, &key, number, when);
			if(work->build->err != 0)
				return;
		} while(++j < when->cause_count);
		work->build->block[uses + key.code] |= (char)(1U << feature_set(&key));
	} while(++i < when->code_count);
}


static void write_rule(struct work *work, const struct dr_spec_rule *rule,
		uint32_t number, size_t at)
{
	const struct dr_conditions *when = &rule->when;
	struct dr_build *build = work->build;
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
	out.prefix = dr_build_text(build, when->prefix);
	out.phrase = dr_build_text(build, when->phrase);
	out.reason = (int32_t)rule->reason;
	out.detail = dr_build_text(build, rule->detail);
	dr_build_put(build, at + number * sizeof(out), &out, sizeof(out));
}


/* Room for the uses of each profile that has rules, and its rules' numbers */
static void prepare_profiles(struct work *work, const struct dr_spec *spec)
{
	struct dr_build *build = work->build;
	size_t i;

	for(i = 0; i < spec->rules.count && build->err == 0; i++) {
		uint32_t at = work->head->profiles.at
					  + (uint32_t)spec->rules.list[i].profile
								* (uint32_t)sizeof(struct dr_block_profile);
		struct dr_block_profile profile;

		memcpy(&profile, build->block + at, sizeof(profile));
		if(profile.rule_count == 0) {
			profile.first_rule = (uint32_t)i;
			profile.uses = dr_build_reserve(build, DR_CODE_KEYS, 1);
		}
		profile.rule_count++;
		dr_build_put(build, at, &profile, sizeof(profile));
	}
}


static void add_rules(struct work *work, const struct dr_spec *spec)
{
	struct dr_build *build = work->build;
	struct dr_block_profile profile;
	uint32_t number;

	prepare_profiles(work, spec);
	work->head->rules.count = (uint32_t)spec->rules.count;
	work->head->rules.at = dr_build_reserve(
			build, spec->rules.count, sizeof(struct dr_block_rule));
	for(number = 0; number < spec->rules.count && build->err == 0; number++) {
		const struct dr_spec_rule *rule = &spec->rules.list[number];

		memcpy(&profile,
				build->block + work->head->profiles.at
						+ (size_t)rule->profile * sizeof(profile),
				sizeof(profile));
		write_rule(work, rule, number, work->head->rules.at);
		index_rule(work, rule, number, profile.uses);
	}
}


/**
 * Add the rules of a map to its block
 *
 * @param spec  What the map says; its profiles are in the block already
 * @param build The block; its error is ENOMEM or E2BIG when it fails
 * @param head  Begin of the block; what tells about rules is set
 */
void dr_compile_rules(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	struct work work = {.build = build, .head = head};

	/* entry 0 stands for "none" */
	work.entries =
			grow(&work, NULL, 0, &work.entry_room, sizeof(*work.entries));
	work.entry_count = 1;
	if(build->err == 0)
		add_rules(&work, spec);

	head->entries.count = (uint32_t)work.entry_count;
	head->entries.at = dr_build_add(
			build, work.entries, work.entry_count * sizeof(*work.entries));
	head->headers.count = (uint32_t)work.header_count;
	head->headers.at = dr_build_add(
			build, work.headers, work.header_count * sizeof(*work.headers));
	free(work.entries);
	free(work.headers);
}
