/**
 * @file diff_bridges.c  What bridges are told differently
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "diff.h"

/* Puts into words what a bridge has under a key */
typedef void add_value(struct words *words, const struct dr_map *map,
		int number, const struct dr_bridge *bridge);


static void add_addresses(struct words *words, const struct dr_map *map,
		int number, const struct dr_bridge *bridge)
{
	int i;

	for(i = 0; i < bridge->pattern_count; i++) {
		words_add(words, "%s", i ? ", " : "");
		words_add_text(words, dr_map_bridge_pattern(map, number, i));
	}
}


static void add_headers(struct words *words, const struct dr_map *map,
		int number, const struct dr_bridge *bridge)
{
	int i;

	for(i = 0; i < bridge->header_count; i++) {
		words_add(words, "%s", i ? ", " : "");
		words_add_text(words, dr_map_bridge_header(map, number, i));
	}
}


static void add_detail_header(struct words *words, const struct dr_map *map,
		int number, const struct dr_bridge *bridge)
{
	(void)map;
	(void)number;
	if(bridge->detail_header.len > 0)
		words_add_text(words, bridge->detail_header);
	else
		words_add(words, "none");
}


static void add_phrase(struct words *words, const struct dr_map *map,
		int number, const struct dr_bridge *bridge)
{
	(void)map;
	(void)number;
	words_add(words, bridge->phrase_is_reason ? "reason" : "as it came");
}


static void print_change(struct diff *diff, struct dr_text bridge,
		const char *key, const struct words *old, const struct words *new)
{
	if(strcmp(old->s, new->s) == 0)
		return;

	diff->count++;
	if(!diff->as_json) {
		printf("bridge %.*s: %s: %s -> %s\n", (int)bridge.len, bridge.s, key,
				old->s, new->s);
		return;
	}
	diff_open(diff, "bridge");
	json_text(&diff->json, "bridge", bridge);
	json_string(&diff->json, "key", key);
	json_string(&diff->json, "old", old->s);
	json_string(&diff->json, "new", new->s);
	diff_close(diff);
}


/* The reply of that number in words, or none */
static void add_reply(struct words *words, const struct dr_map *map, int bridge,
		int count, int number)
{
	struct dr_reply reply;

	if(number >= count) {
		words_add(words, "none");
		return;
	}
	dr_map_get_reply(map, bridge, number, &reply);
	words_add_reply(words, &reply);
}


static void compare_bridge(struct diff *diff, int old_number, int new_number)
{
	static const struct
	{
		const char *key;
		add_value *add;
	} values[] = {{"address", add_addresses}, {"headers", add_headers},
			{"detail_header", add_detail_header}, {"phrase", add_phrase}};
	struct dr_bridge old, new;
	size_t i;
	int j;

	dr_map_get_bridge(diff->old.map, old_number, &old);
	dr_map_get_bridge(diff->new.map, new_number, &new);
	for(i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct words old_words = {.len = 0}, new_words = {.len = 0};

		values[i].add(&old_words, diff->old.map, old_number, &old);
		values[i].add(&new_words, diff->new.map, new_number, &new);
		print_change(diff, old.name, values[i].key, &old_words, &new_words);
	}
	for(j = 0; j < old.reply_count || j < new.reply_count; j++) {
		struct words old_words = {.len = 0}, new_words = {.len = 0};
		char key[sizeof("reply -2147483648")];

		snprintf(key, sizeof(key), "reply %d", j + 1);
		add_reply(&old_words, diff->old.map, old_number, old.reply_count, j);
		add_reply(&new_words, diff->new.map, new_number, new.reply_count, j);
		print_change(diff, old.name, key, &old_words, &new_words);
	}
}


/**
 * Print what bridges of the same name have differently, and those that are only
 * in one map
 *
 * @param diff The comparison
 */
void diff_bridges(struct diff *diff)
{
	struct dr_bridge bridge;
	int i, other;

	for(i = 0; i < dr_map_bridge_count(diff->old.map); i++) {
		dr_map_get_bridge(diff->old.map, i, &bridge);
		other = dr_map_find_bridge(diff->new.map, bridge.name);
		if(other == DR_NONE)
			diff_only(diff, "bridge", bridge.name, false);
		else
			compare_bridge(diff, i, other);
	}
	for(i = 0; i < dr_map_bridge_count(diff->new.map); i++) {
		dr_map_get_bridge(diff->new.map, i, &bridge);
		if(dr_map_find_bridge(diff->old.map, bridge.name) == DR_NONE)
			diff_only(diff, "bridge", bridge.name, true);
	}
}
