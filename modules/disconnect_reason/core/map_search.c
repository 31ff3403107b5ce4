/**
 * @file map_search.c  Finds the first rule of a profile that fits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A rule stands in the hash table under each of its codes (or classes, or under
 * "any"), with one value of each feature that it asks for. So whatever a reply
 * may match is found by asking for the few keys that can be made of the reply
 * itself, and the walk never sees a rule that asks for something else. Of all
 * rules found the one that comes first in the file wins.
 */

#include <string.h>

#include "header.h"
#include "map_search.h"
#include "map_def.h"
#include "map_words.h"
#include "q850.h"

/* Longest reason phrase that is looked at, in bytes */
#define PHRASE_MAX 256


/**
 * Begin a search that knows nothing yet
 *
 * @param search Set
 * @param map    The map
 */
void dr_search_init(struct dr_search *search, const struct dr_map *map)
{
	size_t i;

	search->map = map;
	search->table = dr_block_table(map);
	search->code_count = 0;
	search->source = DR_ANY;
	search->after = DR_ANY;
	search->attempt = NULL;
	search->known = DR_FEATURE_SETS - 1;
	for(i = 0; i < DR_FEATURE_COUNT; i++)
		search->features[i].count = 0;
}


/**
 * Let a search find rules for a code, for its class, and those for any code
 *
 * @param search The search
 * @param code   Status code; 3 to 6: a class; everything else: no code
 */
void dr_search_code(struct dr_search *search, int code)
{
	uint32_t *codes = search->codes;
	size_t count = 0;

	if(code >= DR_CODE_MIN && code <= DR_CODE_MAX) {
		codes[count++] = (uint32_t)(code - DR_CODE_MIN);
		code /= 100;
	}
	if(code >= DR_CODE_MIN / 100 && code <= DR_CODE_MAX / 100)
		codes[count++] = (uint32_t)(DR_CODE_CLASS + code - DR_CODE_MIN / 100);
	codes[count++] = DR_CODE_ANY;
	search->code_count = count;
}


/**
 * Let a search find rules that ask for a value of a feature
 *
 * @param search  The search
 * @param feature The feature
 * @param value   Its value; nothing happens when it is known, or when there are
 *                DR_FEATURES_MAX already
 */
void dr_search_add(
		struct dr_search *search, enum dr_feature feature, uint32_t value)
{
	struct dr_features *features = &search->features[feature];
	size_t i;

	for(i = 0; i < features->count; i++) {
		if(features->list[i] == value)
			return;
	}
	if(features->count < DR_FEATURES_MAX)
		features->list[features->count++] = value;
}


/* Add all keys of a scope that a text begins with */
static void add_prefixes(struct dr_search *search, enum dr_feature feature,
		uint32_t scope, const struct dr_lengths *lengths, struct dr_text text)
{
	uint32_t hash = dr_hash_start(scope);
	struct dr_text prefix = {text.s, 0};

	for(;;) {
		if(dr_lengths_have(lengths, prefix.len)) {
			const struct dr_slot *slot =
					dr_table_find(&search->table, scope, prefix, hash);

			if(slot)
				dr_search_add(search, feature, slot->value);
		}
		if(prefix.len == text.len)
			return;
		hash = dr_hash_byte(hash, text.s[prefix.len++]);
	}
}


/**
 * Let a search find rules that ask for words of a reason phrase
 *
 * @param search The search
 * @param phrase The phrase; only its first 256 bytes are looked at
 */
void dr_search_add_phrase(struct dr_search *search, struct dr_text phrase)
{
	char words[PHRASE_MAX];
	struct dr_text text = {words, dr_words(words, sizeof(words), phrase)};

	while(text.len > 0) {
		const char *space = memchr(text.s, ' ', text.len);
		size_t word = (size_t)(space - text.s) + 1;

		add_prefixes(search, DR_FEATURE_PHRASE, dr_scope(DR_KIND_PHRASE, 0),
				&search->map->phrases, text);
		text.s += word;
		text.len -= word;
	}
}


/**
 * Let a search find rules that ask for a header field
 *
 * @param search The search
 * @param name   Its name, any case
 * @param value  Its value, folded or not
 */
void dr_search_add_header(
		struct dr_search *search, struct dr_text name, struct dr_text value)
{
	const struct dr_map *map = search->map;
	const struct dr_lengths *lengths = dr_block_at(map, map->headers.at);
	uint32_t scope = dr_scope(DR_KIND_HEADER, 0);
	char lower[DR_HEADER_NAME_MAX];
	char unfolded[DR_PREFIX_MAX];
	const struct dr_slot *slot;
	struct dr_text key = {lower, 0};
	struct dr_text text = {unfolded, 0};

	key.len = dr_lower_case(lower, sizeof(lower), name);
	slot = dr_table_find(&search->table, scope, key, dr_hash(scope, key));
	if(!slot)
		return;

	text.len = dr_unfold(unfolded, sizeof(unfolded), value);
	add_prefixes(search, DR_FEATURE_PREFIX,
			dr_scope(DR_KIND_PREFIX, slot->value), &lengths[slot->value], text);
}


static void collect_causes(struct dr_search *search, struct dr_text body)
{
	struct dr_q850_walk walk = {{NULL, 0}, body};
	int cause;

	while((cause = dr_q850_next(&walk)) != DR_CAUSE_NONE)
		dr_search_add(search, DR_FEATURE_CAUSE, (uint32_t)cause);
}


/* Causes and prefixes, in one walk over the header fields */
static void collect_headers(struct dr_search *search)
{
	static const struct dr_text reason = DR_TEXT("Reason");
	struct dr_text headers = search->attempt->headers;
	uint32_t initials = search->map->header_initials | dr_initial(*reason.s);
	struct dr_header header;

	while(dr_header_find_initial(&headers, initials, &header)) {
		if(dr_header_is(&header, reason))
			collect_causes(search, header.value);
		dr_search_add_header(search, header.name, header.value);
	}
}


/* Collect those features of a set that are not known yet */
static void collect(struct dr_search *search, unsigned set)
{
	const unsigned phrase = 1U << DR_FEATURE_PHRASE;
	unsigned missing = set & ~search->known;

	if(missing & phrase) {
		dr_search_add_phrase(search, search->attempt->phrase);
		search->known |= phrase;
	}
	if(missing & ~phrase) {
		collect_headers(search);
		search->known |= ~phrase;
	}
}


/* Take the first rule under a key that fits, unless a better one is found */
static void try_key(const struct dr_search *search, uint32_t profile,
		const struct dr_rule_key *key, struct dr_found *found)
{
	uint32_t scope = dr_scope(DR_KIND_RULES, profile);
	struct dr_text text = {(const char *)key, sizeof(*key)};
	const struct dr_slot *slot =
			dr_table_find(&search->table, scope, text, dr_hash(scope, text));
	const struct dr_entry *entries =
			dr_block_at(search->map, search->map->entries.at);
	uint32_t i;

	for(i = slot ? slot->value : 0; i != 0; i = entries[i].next) {
		const struct dr_entry *entry = &entries[i];

		if(entry->rule >= found->rule)
			return;
		if((entry->source == DR_ANY || entry->source == search->source)
				&& (entry->after == DR_ANY || entry->after == search->after)) {
			found->rule = entry->rule;
			found->cause = key->features[DR_FEATURE_CAUSE];
			return;
		}
	}
}


/* Try all keys of a code that ask for a set of features */
static void try_set(const struct dr_search *search, uint32_t profile,
		uint32_t code, unsigned set, struct dr_found *found)
{
	static const struct dr_features none = {{0}, 1};
	const struct dr_features *all[DR_FEATURE_COUNT];
	size_t i, j, k;

	for(i = 0; i < DR_FEATURE_COUNT; i++)
		all[i] = set >> i & 1 ? &search->features[i] : &none;

	for(i = 0; i < all[0]->count; i++) {
		for(j = 0; j < all[1]->count; j++) {
			for(k = 0; k < all[2]->count; k++) {
				struct dr_rule_key key = {code,
						{all[0]->list[i], all[1]->list[j], all[2]->list[k]}};

				try_key(search, profile, &key, found);
			}
		}
	}
}


/**
 * Find the first rule of a profile, without those it extends, that fits
 *
 * @param search  The search; collects features that it has not collected yet
 * @param profile Index of the profile
 * @param found   Set when there is one
 *
 * @return true when there is one
 */
bool dr_search_profile(
		struct dr_search *search, uint32_t profile, struct dr_found *found)
{
	const struct dr_map *map = search->map;
	const struct dr_block_profile *profiles =
			dr_block_at(map, map->profiles.at);
	const unsigned char *uses = dr_block_at(map, profiles[profile].uses);
	struct dr_found best = {UINT32_MAX, 0};
	size_t i;

	if(profiles[profile].uses == 0)
		return false;

	for(i = 0; i < search->code_count; i++) {
		unsigned use = uses[search->codes[i]];
		unsigned set;

		for(set = 0; use >> set != 0; set++) {
			if(!(use >> set & 1))
				continue;
			collect(search, set);
			try_set(search, profile, search->codes[i], set, &best);
		}
	}
	if(best.rule == UINT32_MAX)
		return false;

	*found = best;
	return true;
}
