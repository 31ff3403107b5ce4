/**
 * @file map_check.c  Checks what a map says as a whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_check.h"
#include "map_keys.h"
#include "map_match.h"

/* Room for the names of a cycle */
#define CYCLE_MAX 512

/* Something with a name, or another key, that may be there once only */
struct item
{
	unsigned kind;		/* items of different kinds never clash */
	struct dr_text key; /* in the shape that is compared */
	struct dr_text text;
	struct dr_place place;
	int index; /* in the order of the map */
};

struct items
{
	struct item *list;
	size_t count;
};

/* Room for items; none, with an error, when there is no memory */
static struct items new_items(struct dr_spec *spec, size_t count)
{
	struct items items = {calloc(count + 1, sizeof(*items.list)), 0};

	if(!items.list)
		spec->no_memory = true;
	return items;
}

static void add_item(struct items *items, unsigned kind, struct dr_text key,
		struct dr_text text, struct dr_place place)
{
	struct item *item = &items->list[items->count];

	*item = (struct item){kind, key, text, place, (int)items->count};
	items->count++;
}

static int compare_keys(const void *one, const void *other)
{
	const struct item *a = one;
	const struct item *b = other;

	if(a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if(a->key.len != b->key.len)
		return a->key.len < b->key.len ? -1 : 1;

	return a->key.len > 0 ? memcmp(a->key.s, b->key.s, a->key.len) : 0;
}

static int compare(const void *one, const void *other)
{
	int order = compare_keys(one, other);

	if(order != 0)
		return order;

	return ((const struct item *)one)->index
		   - ((const struct item *)other)->index;
}

/* An error for each item that another one before it clashes with; there are
 * none any more */
static void check_twice(struct dr_spec *spec, struct dr_errors *errors,
		struct items *items, const char *what)
{
	const struct item *first = items->list;
	char shown[DR_SHOWN_MAX];
	size_t i;

	qsort(items->list, items->count, sizeof(*items->list), compare);
	for(i = 1; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if(compare_keys(first, item) == 0)
			dr_error(errors, item->place,
					"%s \"%s\" appears twice, expected each once; the first "
					"is in %s:%d",
					what, dr_shown(shown, item->text),
					spec->files.list[first->place.file].s, first->place.line);
		else
			first = item;
	}
	free(items->list);
}

static void check_trunks(struct dr_spec *spec, struct dr_errors *errors)
{
	struct items items = new_items(spec, spec->trunks.count);
	size_t i;

	for(i = 0; items.list && i < spec->trunks.count; i++) {
		const struct dr_spec_trunk *trunk = &spec->trunks.list[i];

		if(trunk->name.len > 0)
			add_item(&items, 0, trunk->name, trunk->name, trunk->place);
	}
	if(items.list)
		check_twice(spec, errors, &items, "trunk");
}

static void check_bridges(struct dr_spec *spec, struct dr_errors *errors)
{
	struct items items = new_items(spec, spec->bridges.count);
	char shown[DR_SHOWN_MAX];
	size_t i;

	for(i = 0; items.list && i < spec->bridges.count; i++) {
		const struct dr_spec_bridge *bridge = &spec->bridges.list[i];

		if(bridge->name.len > 0)
			add_item(&items, 0, bridge->name, bridge->name, bridge->place);
		if(dr_bridge_has(bridge, bridge->detail_header.text))
			dr_error(errors, bridge->detail_header.place,
					"header \"%s\" appears twice, expected each once",
					dr_shown(shown, bridge->detail_header.text));
	}
	if(items.list)
		check_twice(spec, errors, &items, "bridge");
}

static void check_patterns(struct dr_spec *spec, struct dr_errors *errors,
		const struct dr_spec_patterns *patterns)
{
	struct items items = new_items(spec, patterns->count);
	size_t i;

	for(i = 0; items.list && i < patterns->count; i++) {
		const struct dr_spec_pattern *pattern = &patterns->list[i];
		const struct dr_network *network = &pattern->network;
		struct dr_text key = {
				(const char *)network->address.bytes, network->address.len};
		char host[DR_HOST_MAX];

		if(pattern->is_host) {
			key.len = dr_host_key(host, sizeof(host), pattern->text);
			key = dr_spec_text(spec, host, key.len);
		}
		/* networks of one address differ in their number of bits */
		add_item(&items, pattern->is_host ? 0 : 1 + network->bits, key,
				pattern->text, pattern->place);
	}
	if(items.list)
		check_twice(spec, errors, &items, "host or address");
}

/* Index of a profile, or DR_NONE with an error */
static int find_profile(const struct items *profiles, struct dr_errors *errors,
		const struct dr_spec_name *name)
{
	struct item wanted = {.key = name->text};
	const struct item *found = bsearch(&wanted, profiles->list, profiles->count,
			sizeof(wanted), compare_keys);
	char shown[DR_SHOWN_MAX];

	if(found)
		return found->index;

	dr_error(errors, name->place,
			"unknown profile \"%s\", expected one of this map, or default",
			dr_shown(shown, name->text));
	return DR_NONE;
}

/* Find what profiles extend, the default profile where they do not say, and the
 * profiles of trunks */
static void find_profiles(struct dr_spec *spec, const struct items *profiles,
		struct dr_errors *errors)
{
	size_t i;

	for(i = 0; i < spec->profiles.count; i++) {
		struct dr_spec_profile *profile = &spec->profiles.list[i];

		profile->parent =
				i == DR_PROFILE_DEFAULT ? DR_NONE : DR_PROFILE_DEFAULT;
		if(profile->extends.text.len == 0)
			continue;
		if(i == DR_PROFILE_DEFAULT)
			dr_error(errors, profile->extends.place,
					"\"extends\" in the profile default, expected it in "
					"others: they all extend this one");
		else
			profile->parent = find_profile(profiles, errors, &profile->extends);
	}
	for(i = 0; i < spec->trunks.count; i++) {
		struct dr_spec_trunk *trunk = &spec->trunks.list[i];

		if(trunk->profile_name.text.len > 0)
			trunk->profile =
					find_profile(profiles, errors, &trunk->profile_name);
	}
}

/* Name the profiles of a cycle, from its first one to that one again */
static void error_cycle(
		const struct dr_spec *spec, struct dr_errors *errors, int first)
{
	const struct dr_spec_profile *list = spec->profiles.list;
	char names[CYCLE_MAX];
	size_t len = 0;
	int i = first;

	names[0] = '\0';
	do {
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%.*s -> ",
				(int)list[i].name.len, list[i].name.s);
		i = list[i].parent;
	} while(i != first && len < sizeof(names) - DR_NAME_MAX);
	if(i == first)
		snprintf(names + len, sizeof(names) - len, "%.*s",
				(int)list[i].name.len, list[i].name.s);
	else
		snprintf(names + len, sizeof(names) - len, "...");
	dr_error(errors, list[first].extends.place,
			"profiles that extend each other: %s, expected an end", names);
}

/* Walk up from each profile, once over each; each cycle is an error. walks
 * has the number of the walk that came over a profile, from 1; 0: none yet. */
static void check_cycles(
		struct dr_spec *spec, struct dr_errors *errors, size_t *walks)
{
	size_t walk;

	for(walk = 1; walk <= spec->profiles.count; walk++) {
		int i = (int)walk - 1;

		while(i != DR_NONE && walks[i] == 0) {
			walks[i] = walk;
			i = spec->profiles.list[i].parent;
		}
		if(i != DR_NONE && walks[i] == walk)
			error_cycle(spec, errors, i);
	}
}

/* An error for the profiles that are one too far from the end; none above them
 * is worth another error */
static void check_depth(struct dr_spec *spec, struct dr_errors *errors)
{
	const struct dr_spec_profile *list = spec->profiles.list;
	size_t start;

	for(start = 0; start < spec->profiles.count; start++) {
		int count = 0;
		int i = (int)start;

		while(i != DR_NONE && count <= DR_EXTENDS_MAX) {
			i = list[i].parent;
			count++;
		}
		if(i == DR_NONE && count == DR_EXTENDS_MAX + 1)
			dr_error(errors, list[start].place,
					"too many profiles extend each other from here on, "
					"expected "
					"at most %d",
					DR_EXTENDS_MAX);
	}
}

static void check_extends(struct dr_spec *spec, struct dr_errors *errors)
{
	size_t before = errors->all->errors;
	size_t *walks = calloc(spec->profiles.count + 1, sizeof(*walks));

	if(!walks) {
		spec->no_memory = true;
		return;
	}
	check_cycles(spec, errors, walks);
	free(walks);
	if(errors->all->errors == before)
		check_depth(spec, errors);
}

/* Warn about rules that ask for what their source never has */
static void check_sources(const struct dr_spec *spec, struct dr_errors *errors)
{
	size_t i;

	for(i = 0; i < spec->rules.count; i++) {
		const struct dr_conditions *when = &spec->rules.list[i].when;
		unsigned asks = dr_conditions_flags(when);
		const char *text = NULL;

		if(when->source == DR_SOURCE_CANCEL)
			text = "a call that was cancelled is decided before all rules, "
				   "expected another source";
		else if(when->source == DR_SOURCE_SCRIPT && asks & DR_KEY_ASKS_REPLY)
			text = "what the script does has no causes, header fields or "
				   "words, expected only code and after with source script";
		else if((when->source == DR_SOURCE_TIMEOUT
						|| when->source == DR_SOURCE_TRANSPORT)
				&& asks & (DR_KEY_ASKS_CODE | DR_KEY_ASKS_REPLY))
			text = "without a reply there is no code or other part of one, "
				   "expected only after with this source";
		if(text)
			dr_warn(errors, spec->rules.list[i].place,
					"this rule can never match: %s", text);
	}
}

/**
 * Find the profiles that profiles and trunks name, and all errors that
 * only the whole map shows: names that are missing or appear twice, profiles
 * that extend each other in a cycle or too deep, rules that ask for what their
 * source never has
 *
 * @param spec       What the map says; its parents and profiles are set. Without
 *                   memory its field no_memory is set.
 * @param errors Gets all that is wrong
 */
void dr_map_check(struct dr_spec *spec, struct dr_errors *errors)
{
	struct items profiles = new_items(spec, spec->profiles.count);
	size_t i;

	if(!profiles.list)
		return;

	for(i = 0; i < spec->profiles.count; i++) {
		const struct dr_spec_profile *profile = &spec->profiles.list[i];

		add_item(&profiles, 0, profile->name, profile->name, profile->place);
	}
	qsort(profiles.list, profiles.count, sizeof(*profiles.list), compare);
	find_profiles(spec, &profiles, errors);
	free(profiles.list);
	check_extends(spec, errors);
	check_trunks(spec, errors);
	check_bridges(spec, errors);
	check_patterns(spec, errors, &spec->trunk_patterns);
	check_patterns(spec, errors, &spec->bridge_patterns);
	check_sources(spec, errors);
}

/**
 * Warn about rules that never decide, for an earlier one of their profile takes
 * all that they would take
 *
 * @param spec       What the map says
 * @param map        The same, compiled
 * @param errors Gets the warnings
 */
void dr_map_check_rules(const struct dr_spec *spec, const struct dr_map *map,
		struct dr_errors *errors)
{
	size_t i;

	for(i = 0; i < spec->rules.count; i++) {
		const struct dr_spec_rule *by;
		int number;

		if(!dr_map_covers(map, (int)i, &number))
			continue;
		by = &spec->rules.list[number];
		dr_warn(errors, spec->rules.list[i].place,
				"this rule can never match: rule %d of its profile (%s:%d) "
				"takes the same and more, expected it after this one",
				by->number, spec->files.list[by->place.file].s, by->place.line);
	}
}
