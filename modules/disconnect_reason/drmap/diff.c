/**
 * @file diff.c  drmap diff: what differs between two maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "main.h"
#include "print.h"

/* Longest next hop that a pattern is made for, with a zero byte */
#define HOP_MAX 300

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

/* A comparison that is being printed */
struct diff
{
	struct named_map old;
	struct named_map new;
	bool as_json;
	size_t count; /* differences so far */
};

/* What has names in a map: profiles or bridges */
struct kind
{
	const char *name;
	int (*count)(const struct dr_map *map);
	int (*find)(const struct dr_map *map, struct dr_text name);
	struct dr_text (*name_of)(const struct dr_map *map, int number);
	void (*compare)(struct diff *diff, int old_number, int new_number);
};

/* Two profiles, one of each map */
struct pair
{
	int old_profile;
	int new_profile;
};

LIST(pairs, struct pair);

/* One way to put groups together: they agree in one answer, and in their causes
 * or in their codes. What is new matters more, so more of it is kept. */
struct way
{
	size_t least;	   /* so many groups */
	bool new_agrees;   /* else old */
	bool causes_agree; /* else codes */
};

/* Begin a difference in JSON */
static void open_json(const char *what)
{
	json_open(NULL, '{');
	json_string("what", what);
}

static struct outcome *answer_of(struct group *group, bool of_new)
{
	return of_new ? &group->new : &group->old;
}

/* Do two groups have one context and agree in what the way asks for? */
static bool belong_together(
		struct group *a, struct group *b, const struct way *way)
{
	return a->afters == b->afters
		   && (way->causes_agree ? set_equal(&a->causes, &b->causes)
								 : set_equal(&a->codes, &b->codes))
		   && outcomes_equal(answer_of(a, way->new_agrees),
				   answer_of(b, way->new_agrees));
}

/* Plain replies and those with a cause are two contexts here: people look for
 * the first */
static bool same_context(const struct group *a, const struct group *b)
{
	return a->context.source == b->context.source
		   && a->context.unresolved == b->context.unresolved
		   && set_have(&a->causes, 0) == set_have(&b->causes, 0)
		   && contexts_order(&a->context, &b->context) == 0;
}

/* Make one of the group at i and all after it that belong to it, where those
 * are enough. They become free: there is no way to come to them. */
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
	*other = (struct outcome){.reason = REASON_SEVERAL};
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

/* Fewer groups, for people: those of one context, which stand in a row, that
 * have the same answer on one side and several on the other become one with
 * REASON_SEVERAL */
static void condense(struct groups *groups)
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

static void print_answers(struct groups *groups, struct dr_text old_profile,
		struct dr_text new_profile)
{
	size_t i;

	condense(groups);
	if(groups->count == 0)
		return;
	if(dr_text_is(old_profile, new_profile))
		printf("profile %.*s:\n", (int)old_profile.len, old_profile.s);
	else
		printf("next hops that move from profile %.*s to %.*s:\n",
				(int)old_profile.len, old_profile.s, (int)new_profile.len,
				new_profile.s);
	for(i = 0; i < groups->count; i++) {
		fputs("  ", stdout);
		input_print(stdout, &groups->list[i]);
		fputs(": ", stdout);
		change_print(stdout, &groups->list[i].old, &groups->list[i].new);
		putchar('\n');
	}
}

static void print_answers_json(const struct groups *groups,
		struct dr_text old_profile, struct dr_text new_profile)
{
	size_t i;

	for(i = 0; i < groups->count; i++) {
		open_json("answer");
		json_text("old_profile", old_profile);
		json_text("new_profile", new_profile);
		input_json(&groups->list[i]);
		change_json(&groups->list[i].old, &groups->list[i].new);
		json_close('}');
	}
}

/* All inputs that a profile of the old map and one of the new map answer
 * differently */
static void compare_answers(struct diff *diff, int old_profile, int new_profile)
{
	struct sides sides = {
			{diff->old.map, old_profile}, {diff->new.map, new_profile}, false};
	struct groups groups = {.list = NULL};
	struct dr_text old = dr_map_profile_name(diff->old.map, old_profile);
	struct dr_text new = dr_map_profile_name(diff->new.map, new_profile);

	sweep_codes(&sides, &groups);
	sweep_causes(&sides, &groups);
	sweep_headers(&sides, &groups);
	sweep_events(&sides, &groups);
	sweep_script(&sides, &groups);
	diff->count += groups.count;
	if(diff->as_json)
		print_answers_json(&groups, old, new);
	else
		print_answers(&groups, old, new);
	groups_free(&groups);
}

static void add_pair(struct pairs *pairs, int old_profile, int new_profile)
{
	size_t i;

	for(i = 0; i < pairs->count; i++) {
		if(pairs->list[i].old_profile == old_profile
				&& pairs->list[i].new_profile == new_profile)
			return;
	}
	list_add(pairs, ((struct pair){old_profile, new_profile}));
}

/* The trunk of a next hop that a pattern is made for: a host of that name, or
 * below it, or the first address of the network */
static int trunk_of_pattern(const struct dr_map *map, struct dr_text pattern,
		struct dr_trunk *trunk)
{
	static const struct dr_address unknown = {.len = 0};
	bool below = pattern.len > 0 && *pattern.s == '*';
	char hop[HOP_MAX];

	snprintf(hop, HOP_MAX, "%s%.*s", below ? "drmap" : "",
			(int)pattern.len - below, pattern.s + below);
	hop[strcspn(hop, "/")] = '\0';
	return find_trunk(map, hop, &unknown, trunk);
}

static void print_trunk(const struct dr_map *map, const struct dr_trunk *trunk)
{
	fputs(trunk->name.len > 0 ? "trunk " : "no trunk", stdout);
	text_print(stdout, trunk->name);
	fputs(", profile ", stdout);
	text_print(stdout, dr_map_profile_name(map, trunk->profile));
	fputs(trunk->trust ? ", trusted" : "", stdout);
}

static void print_trunk_json(
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

static void print_hop(struct diff *diff, struct dr_text pattern,
		const struct dr_trunk *old, const struct dr_trunk *new)
{
	diff->count++;
	if(diff->as_json) {
		open_json("hop");
		json_text("hop", pattern);
		print_trunk_json("old", diff->old.map, old);
		print_trunk_json("new", diff->new.map, new);
		json_close('}');
		return;
	}
	fputs("next hop ", stdout);
	text_print(stdout, pattern);
	fputs(": ", stdout);
	print_trunk(diff->old.map, old);
	fputs(" -> ", stdout);
	print_trunk(diff->new.map, new);
	putchar('\n');
}

static void compare_hop(
		struct diff *diff, struct dr_text pattern, struct pairs *pairs)
{
	struct dr_trunk old, new;

	trunk_of_pattern(diff->old.map, pattern, &old);
	trunk_of_pattern(diff->new.map, pattern, &new);
	if(!dr_text_is(dr_map_profile_name(diff->old.map, old.profile),
			   dr_map_profile_name(diff->new.map, new.profile)))
		add_pair(pairs, old.profile, new.profile);
	else if(dr_text_is(old.name, new.name) && old.trust == new.trust)
		return;
	print_hop(diff, pattern, &old, &new);
}

/* Does a trunk of a map have this pattern? Looks only at the trunk that a next
 * hop of that kind has. */
static bool has_pattern(const struct dr_map *map, struct dr_text pattern)
{
	struct dr_trunk trunk;
	int number = trunk_of_pattern(map, pattern, &trunk);
	int i;

	for(i = 0; i < trunk.pattern_count; i++) {
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

/* The next hops that the maps give to another trunk or another profile, or trust
 * differently, one for each pattern that a trunk of either map has, and the
 * answers that change with the profile */
static void compare_hops(struct diff *diff)
{
	struct pairs pairs = {NULL, 0, 0};
	size_t i;

	compare_patterns(diff, diff->old.map, NULL, &pairs);
	compare_patterns(diff, diff->new.map, diff->old.map, &pairs);
	for(i = 0; i < pairs.count; i++)
		compare_answers(
				diff, pairs.list[i].old_profile, pairs.list[i].new_profile);
	free(pairs.list);
}

/* The header names, or the addresses, of a bridge */
static void print_list(FILE *out, const struct dr_map *map, int bridge,
		int count,
		struct dr_text (*get)(const struct dr_map *map, int bridge, int i))
{
	int i;

	for(i = 0; i < count; i++) {
		fputs(i > 0 ? ", " : "", out);
		text_print(out, get(map, bridge, i));
	}
}

/* Keys of a bridge; its replies follow */
enum bridge_key
{
	BRIDGE_ADDRESS,
	BRIDGE_HEADERS,
	BRIDGE_DETAIL_HEADER,
	BRIDGE_PHRASE,
	BRIDGE_REPLIES
};

/* What a bridge has under a key, as a string to be freed */
static char *bridge_value(const struct dr_map *map, int number, int key)
{
	struct dr_bridge bridge;
	struct dr_reply reply;
	char *value;
	FILE *out = string_open(&value);

	dr_map_get_bridge(map, number, &bridge);
	if(key == BRIDGE_ADDRESS) {
		print_list(
				out, map, number, bridge.pattern_count, dr_map_bridge_pattern);
	} else if(key == BRIDGE_HEADERS) {
		print_list(out, map, number, bridge.header_count, dr_map_bridge_header);
	} else if(key == BRIDGE_PHRASE) {
		fputs(bridge.phrase_is_reason ? "reason" : "as it came", out);
	} else if(key == BRIDGE_DETAIL_HEADER && bridge.detail_header.len > 0) {
		text_print(out, bridge.detail_header);
	} else if(key >= BRIDGE_REPLIES
			  && key - BRIDGE_REPLIES < bridge.reply_count) {
		dr_map_get_reply(map, number, key - BRIDGE_REPLIES, &reply);
		reply_print(out, &reply);
	} else {
		fputs("none", out);
	}
	string_close(out);
	return value;
}

static void print_bridge(struct diff *diff, struct dr_text bridge,
		const char *key, const char *old, const char *new)
{
	diff->count++;
	if(!diff->as_json) {
		printf("bridge %.*s: %s: %s -> %s\n", (int)bridge.len, bridge.s, key,
				old, new);
		return;
	}
	open_json("bridge");
	json_text("bridge", bridge);
	json_string("key", key);
	json_string("old", old);
	json_string("new", new);
	json_close('}');
}

static void compare_bridges(struct diff *diff, int old_number, int new_number)
{
	static const char *const keys[BRIDGE_REPLIES] = {
			"address", "headers", "detail_header", "phrase"};
	char reply_key[sizeof("reply -2147483648")];
	struct dr_bridge old, new;
	int key, end;

	dr_map_get_bridge(diff->old.map, old_number, &old);
	dr_map_get_bridge(diff->new.map, new_number, &new);
	end = BRIDGE_REPLIES
		  + (old.reply_count > new.reply_count ? old.reply_count
											   : new.reply_count);
	for(key = 0; key < end; key++) {
		char *old_value = bridge_value(diff->old.map, old_number, key);
		char *new_value = bridge_value(diff->new.map, new_number, key);

		snprintf(reply_key, sizeof(reply_key), "reply %d",
				key - BRIDGE_REPLIES + 1);
		if(strcmp(old_value, new_value) != 0)
			print_bridge(diff, old.name,
					key < BRIDGE_REPLIES ? keys[key] : reply_key, old_value,
					new_value);
		free(old_value);
		free(new_value);
	}
}

static struct dr_text bridge_name(const struct dr_map *map, int number)
{
	struct dr_bridge bridge;

	dr_map_get_bridge(map, number, &bridge);
	return bridge.name;
}

/* What only one map has; in: old or new */
static void print_only(struct diff *diff, const char *kind, struct dr_text name,
		const char *in, const struct named_map *map)
{
	diff->count++;
	if(!diff->as_json) {
		printf("%s %.*s: only in %s\n", kind, (int)name.len, name.s, map->name);
		return;
	}
	open_json(kind);
	json_text(kind, name);
	json_string("only_in", in);
	json_close('}');
}

/* Compare what has the same name in both maps, and print what only one has */
static void compare_kind(struct diff *diff, const struct kind *kind)
{
	const struct dr_map *old = diff->old.map, *new = diff->new.map;
	int i, other;

	for(i = 0; i < kind->count(old); i++) {
		other = kind->find(new, kind->name_of(old, i));
		if(other == DR_NONE)
			print_only(
					diff, kind->name, kind->name_of(old, i), "old", &diff->old);
		else
			kind->compare(diff, i, other);
	}
	for(i = 0; i < kind->count(new); i++) {
		if(kind->find(old, kind->name_of(new, i)) == DR_NONE)
			print_only(
					diff, kind->name, kind->name_of(new, i), "new", &diff->new);
	}
}

static void print_diff(struct diff *diff)
{
	static const struct kind profiles = {"profile", dr_map_profile_count,
			dr_map_find_profile, dr_map_profile_name, compare_answers};
	static const struct kind bridges = {"bridge", dr_map_bridge_count,
			dr_map_find_bridge, bridge_name, compare_bridges};

	if(diff->as_json) {
		json_open(NULL, '{');
		json_string("old", diff->old.name);
		json_string("new", diff->new.name);
		json_open("changes", '[');
	}
	compare_kind(diff, &profiles);
	compare_hops(diff);
	compare_kind(diff, &bridges);
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
