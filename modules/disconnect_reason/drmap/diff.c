/**
 * @file diff.c  drmap diff: what differs between two maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_map.h"
#include "main.h"
#include "print.h"
#include "sweep.h"

/** A comparison that is being printed */
struct diff
{
	struct named_map old;
	struct named_map new;
	bool as_json;
	size_t count; /**< differences so far */
};

/* clang-format off */
static const char help[] =
"usage: drmap diff [--json] OLD NEW\n"
"\n"
"Asks both maps about every code, cause, event, header field and phrase that\n"
"either of them knows, and prints what they answer differently.\n"
"\n"
COMMON_HELP
"\n"
"Exit status: 0 the same answers, 1 the maps differ or are wrong, 2 usage.\n";
/* clang-format on */

static const struct option options[] = {COMMON_OPTIONS};

static void diff_open(const char *what)
{
	json_open(NULL, '{');
	json_string("what", what);
}


/**
 * Print that only one map has something
 *
 * @param diff   The comparison
 * @param what   What it is, profile or bridge
 * @param name   Its name
 * @param in_new true: the new map has it; false: the old one
 */
static void diff_only(
		struct diff *diff, const char *what, struct dr_text name, bool in_new)
{
	const struct named_map *map = in_new ? &diff->new : &diff->old;

	diff->count++;
	if(!diff->as_json) {
		printf("%s %.*s: only in %s\n", what, (int)name.len, name.s, map->name);
		return;
	}
	diff_open(what);
	json_text(what, name);
	json_string("only_in", in_new ? "new" : "old");
	json_close('}');
}


/* One way to put groups together: they agree in one answer, and in their causes
 * or in their codes. What is new matters more, so more of it is kept. */
struct way
{
	size_t least;	   /* so many groups */
	bool new_agrees;   /* else old */
	bool causes_agree; /* else codes */
};


static struct outcome *answer_of(struct group *group, bool of_new)
{
	return of_new ? &group->new : &group->old;
}


/* Plain replies and those with a cause are two contexts here: people look for
 * the first */
static bool same_context(const struct group *left, const struct group *right)
{
	const struct context *a = &left->context, *b = &right->context;

	return a->source == b->source && a->unresolved == b->unresolved
		   && set_have(&left->causes, 0) == set_have(&right->causes, 0)
		   && contexts_order(a, b) == 0;
}


/* Do two groups of one context agree in what the way asks for? */
static bool belong_together(
		struct group *a, struct group *b, const struct way *way)
{
	int order = way->causes_agree
						? memcmp(&a->causes, &b->causes, sizeof(a->causes))
						: memcmp(&a->codes, &b->codes, sizeof(a->codes));

	return order == 0 && a->afters == b->afters
		   && outcomes_equal(answer_of(a, way->new_agrees),
				   answer_of(b, way->new_agrees));
}


/* Make one of the group at i and all behind it that belong to it. Those become
 * free: there is no way to come to them. */
static void condense_from(
		struct groups *groups, size_t i, const struct way *way)
{
	struct group *first = &groups->list[i];
	struct outcome *other = answer_of(first, !way->new_agrees);
	size_t count = 0, end = i, j;

	while(end < groups->count && same_context(first, &groups->list[end]))
		count += belong_together(first, &groups->list[end++], way);
	if(count < way->least)
		return;

	for(j = i + 1; j < end; j++) {
		struct group *group = &groups->list[j];

		if(!belong_together(first, group, way))
			continue;
		set_unite(&first->codes, &group->codes);
		set_unite(&first->causes, &group->causes);
		group->afters = 0;
	}
	memset(other, 0, sizeof(*other));
	other->reason = REASON_SEVERAL;
}


static void drop_free(struct groups *groups)
{
	size_t i, kept = 0;

	for(i = 0; i < groups->count; i++) {
		if(groups->list[i].afters != 0)
			groups->list[kept++] = groups->list[i];
	}
	groups->count = kept;
}


/**
 * Put groups of one context together that have the same answer on one side and
 * several on the other, which become REASON_SEVERAL
 *
 * @param groups The groups; those of one context stand in a row
 */
static void groups_condense(struct groups *groups)
{
	static const struct way ways[] = {{3, true, true}, {3, true, false},
			{10, false, true}, {10, false, false}};
	size_t w, i;

	for(w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
		for(i = 0; i < groups->count; i++) {
			if(groups->list[i].afters != 0)
				condense_from(groups, i, &ways[w]);
		}
		drop_free(groups);
	}
}


static void print_json(struct dr_text old_name, struct dr_text new_name,
		const struct group *group)
{
	diff_open("answer");
	json_text("old_profile", old_name);
	json_text("new_profile", new_name);
	json_input(group);
	json_open("old", '{');
	json_answer(group->old.reason, group->old.detail);
	json_close('}');
	json_open("new", '{');
	json_answer(group->new.reason, group->new.detail);
	json_close('}');
	json_close('}');
}


static void print_text(const struct group *group)
{
	struct words words = {.len = 0};

	words_add_input(&words, group);
	words_add(&words, ": ");
	words_add_answer(&words, group->old.reason, group->old.detail);
	words_add(&words, " -> ");
	words_add_answer(&words, group->new.reason, group->new.detail);
	printf("  %s\n", words.s);
}


static void print_title(struct dr_text old_name, struct dr_text new_name)
{
	if(dr_text_is(old_name, new_name))
		printf("profile %.*s:\n", (int)old_name.len, old_name.s);
	else
		printf("next hops that move from profile %.*s to %.*s:\n",
				(int)old_name.len, old_name.s, (int)new_name.len, new_name.s);
}


/**
 * Print all inputs that a profile of the old map and one of the new map answer
 * differently
 *
 * @param diff        The comparison
 * @param old_profile Number of the profile of the old map
 * @param new_profile And of the new map
 */
static void diff_answers(struct diff *diff, int old_profile, int new_profile)
{
	struct sides sides = {
			{diff->old.map, old_profile}, {diff->new.map, new_profile}, false};
	struct groups groups = {NULL, 0, 0, 0};
	struct dr_text old = dr_map_profile_name(diff->old.map, old_profile);
	struct dr_text new = dr_map_profile_name(diff->new.map, new_profile);
	size_t i;

	sweep_codes(&sides, &groups);
	sweep_causes(&sides, &groups);
	sweep_headers(&sides, &groups);
	sweep_events(&sides, &groups);
	sweep_script(&sides, &groups);

	if(!diff->as_json)
		groups_condense(&groups);
	if(groups.count > 0 && !diff->as_json)
		print_title(old, new);
	for(i = 0; i < groups.count; i++) {
		if(diff->as_json)
			print_json(old, new, &groups.list[i]);
		else
			print_text(&groups.list[i]);
	}
	diff->count += groups.count;
	groups_free(&groups);
}


/**
 * Compare all profiles that have the same name in both maps, and tell those
 * that are only in one
 *
 * @param diff The comparison
 */
static void diff_profiles(struct diff *diff)
{
	struct dr_text name;
	int i, other;

	for(i = 0; i < dr_map_profile_count(diff->old.map); i++) {
		name = dr_map_profile_name(diff->old.map, i);
		other = dr_map_find_profile(diff->new.map, name);
		if(other == DR_NONE)
			diff_only(diff, "profile", name, false);
		else
			diff_answers(diff, i, other);
	}
	for(i = 0; i < dr_map_profile_count(diff->new.map); i++) {
		name = dr_map_profile_name(diff->new.map, i);
		if(dr_map_find_profile(diff->old.map, name) == DR_NONE)
			diff_only(diff, "profile", name, true);
	}
}


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


static void print_json_side(
		const char *key, const struct dr_map *map, const struct dr_trunk *trunk)
{
	json_open(key, '{');
	if(trunk->name.len > 0)
		json_text("trunk", trunk->name);
	json_text("profile", dr_map_profile_name(map, trunk->profile));
	if(trunk->trust)
		json_bool("trust", true);
	json_close('}');
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
		diff_open("hop");
		json_text("hop", pattern);
		print_json_side("old", diff->old.map, old);
		print_json_side("new", diff->new.map, new);
		json_close('}');
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
static void diff_hops(struct diff *diff)
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
	diff_open("bridge");
	json_text("bridge", bridge);
	json_string("key", key);
	json_string("old", old->s);
	json_string("new", new->s);
	json_close('}');
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
static void diff_bridges(struct diff *diff)
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


static void print_diff(struct diff *diff)
{
	if(diff->as_json) {
		json_open(NULL, '{');
		json_string("old", diff->old.name);
		json_string("new", diff->new.name);
		json_open("changes", '[');
	}
	diff_profiles(diff);
	diff_hops(diff);
	diff_bridges(diff);
	if(diff->as_json) {
		json_close(']');
		json_bool("differ", diff->count > 0);
		json_close('}');
	} else if(diff->count == 0) {
		puts("the maps give the same answers");
	}
}


static int run(const struct command *command, int argc, char **argv)
{
	struct diff diff = {.count = 0};
	struct arguments arguments;
	int status;

	status = arguments_parse(command, argc, argv, NULL, NULL, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	diff.as_json = arguments.json;
	diff.old = arguments.maps[0];
	diff.new = arguments.maps[1];
	if(status == STATUS_GO_ON) {
		print_diff(&diff);
		status = diff.count > 0 ? STATUS_NO : STATUS_OK;
	}
	maps_free(&arguments);
	return status;
}


const struct command command_diff = {"diff", run, help, 2, 2, options};
