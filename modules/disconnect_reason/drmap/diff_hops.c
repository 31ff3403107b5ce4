/**
 * @file diff_hops.c  Which next hops change their trunk, profile or trust
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "main.h"

/* Longest next hop that a pattern is made for, with a zero byte */
#define HOP_MAX 300

static const struct dr_address no_address = {.len = 0};

/* Two profiles, one of each map */
struct pair
{
	int old_profile;
	int new_profile;
};

struct pairs
{
	struct pair *list;
	size_t count;
	size_t room;
};


static void add_pair(struct pairs *pairs, int old_profile, int new_profile)
{
	size_t i;

	for(i = 0; i < pairs->count; i++) {
		if(pairs->list[i].old_profile == old_profile
				&& pairs->list[i].new_profile == new_profile)
			return;
	}
	pairs->list = list_grow(
			pairs->list, pairs->count, &pairs->room, sizeof(*pairs->list));
	pairs->list[pairs->count++] = (struct pair){old_profile, new_profile};
}


/* A next hop that a pattern is made for: a host of that name, or below it, or
 * the first address of the network */
static void example_of(struct dr_text pattern, char hop[HOP_MAX])
{
	bool below = pattern.len > 0 && *pattern.s == '*';

	if(below) {
		pattern.s++;
		pattern.len--;
	}
	snprintf(hop, HOP_MAX, "%s%.*s", below ? "drmap" : "", (int)pattern.len,
			pattern.s);
	hop[strcspn(hop, "/")] = '\0';
}


static void print_json_side(struct json *json, const char *key,
		const struct dr_map *map, const struct dr_trunk *trunk)
{
	json_open(json, key, '{');
	if(trunk->name.len > 0)
		json_text(json, "trunk", trunk->name);
	json_text(json, "profile", dr_map_profile_name(map, trunk->profile));
	if(trunk->trust)
		json_bool(json, "trust", true);
	json_close(json, '}');
}


static void add_side(struct words *words, const struct dr_map *map,
		const struct dr_trunk *trunk)
{
	if(trunk->name.len > 0) {
		words_add(words, "trunk ");
		words_add_text(words, trunk->name);
	} else {
		words_add(words, "no trunk");
	}
	words_add(words, ", profile ");
	words_add_text(words, dr_map_profile_name(map, trunk->profile));
	if(trunk->trust)
		words_add(words, ", trusted");
}


static void print_hop(struct diff *diff, struct dr_text pattern,
		const struct dr_trunk *old, const struct dr_trunk *new)
{
	struct words words = {.len = 0};

	diff->count++;
	if(diff->as_json) {
		diff_open(diff, "hop");
		json_text(&diff->json, "hop", pattern);
		print_json_side(&diff->json, "old", diff->old.map, old);
		print_json_side(&diff->json, "new", diff->new.map, new);
		diff_close(diff);
		return;
	}
	words_add_text(&words, pattern);
	words_add(&words, ": ");
	add_side(&words, diff->old.map, old);
	words_add(&words, " -> ");
	add_side(&words, diff->new.map, new);
	printf("next hop %s\n", words.s);
}


static void compare_hop(
		struct diff *diff, struct dr_text pattern, struct pairs *pairs)
{
	char hop[HOP_MAX];
	struct dr_trunk old, new;
	struct dr_text old_profile, new_profile;

	example_of(pattern, hop);
	find_trunk(diff->old.map, hop, &no_address, &old);
	find_trunk(diff->new.map, hop, &no_address, &new);
	old_profile = dr_map_profile_name(diff->old.map, old.profile);
	new_profile = dr_map_profile_name(diff->new.map, new.profile);
	if(!dr_text_is(old_profile, new_profile))
		add_pair(pairs, old.profile, new.profile);
	else if(dr_text_is(old.name, new.name) && old.trust == new.trust)
		return;
	print_hop(diff, pattern, &old, &new);
}


/* Does a trunk of a map have this pattern? Looks only at the trunk that a next
 * hop of that kind has. */
static bool has_pattern(const struct dr_map *map, struct dr_text pattern)
{
	char hop[HOP_MAX];
	struct dr_trunk trunk;
	int number, i;

	example_of(pattern, hop);
	find_trunk(map, hop, &no_address, &trunk);
	number = trunk.name.len > 0 ? dr_map_find_trunk(map, trunk.name) : DR_NONE;
	for(i = 0; number != DR_NONE && i < trunk.pattern_count; i++) {
		if(dr_text_alike(dr_map_trunk_pattern(map, number, i), pattern))
			return true;
	}
	return false;
}


static void compare_patterns(struct diff *diff, const struct dr_map *map,
		const struct dr_map *done, struct pairs *pairs)
{
	struct dr_trunk trunk;
	int i, j;

	for(i = 0; i < dr_map_trunk_count(map); i++) {
		dr_map_get_trunk(map, i, &trunk);
		for(j = 0; j < trunk.pattern_count; j++) {
			struct dr_text pattern = dr_map_trunk_pattern(map, i, j);

			if(!has_pattern(done, pattern))
				compare_hop(diff, pattern, pairs);
		}
	}
}


/**
 * Print the next hops that the maps give to another trunk or another profile, or
 * trust differently, one for each pattern that a trunk of either map has, and the
 * answers that change with the profile
 *
 * @param diff The comparison
 */
void diff_hops(struct diff *diff)
{
	struct pairs pairs = {NULL, 0, 0};
	size_t i;

	compare_patterns(diff, diff->old.map, NULL, &pairs);
	compare_patterns(diff, diff->new.map, diff->old.map, &pairs);
	for(i = 0; i < pairs.count; i++)
		diff_answers(
				diff, pairs.list[i].old_profile, pairs.list[i].new_profile);
	free(pairs.list);
}
