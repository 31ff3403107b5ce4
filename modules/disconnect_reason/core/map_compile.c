/**
 * @file map_compile.c  Turns what a map says into a compiled map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map_block.h"
#include "map_compile.h"

#define ROOM_MIN 4096
#define SLOTS_MIN 64
/* All places in a block, and its size, must fit in an int */
#define BLOCK_MAX ((size_t)1 << 30)
#define ALIGN sizeof(uint32_t)
/* Room for "Name: REASON" with a line end */
#define HEADER_LINE_MAX (DR_HEADER_NAME_MAX + 64)
/* Room for a phrase's words, a space before and after each, and a zero byte */
#define WORDS_MAX (1 + DR_PREFIX_MAX + 2)

/* A block that grows, with the hash table beside it */
struct build
{
	struct dr_map head; /* what the block begins with at the end */
	char *block;
	size_t used;
	size_t room;
	struct dr_slot *slots;
	uint32_t slot_mask;
	uint32_t slot_count; /* that are not empty */
	bool no_memory;		 /* nothing that is added after that counts */
};

/* Make the block larger; its new bytes are zero */
static bool grow(struct build *build, size_t size)
{
	size_t room = build->room > 0 ? build->room : ROOM_MIN;
	char *block;

	if(build->no_memory || size > BLOCK_MAX - build->used)
		return false;
	while(room - build->used < size)
		room *= 2;
	if(room == build->room)
		return true;

	block = realloc(build->block, room);
	if(!block)
		return false;
	memset(block + build->room, 0, room - build->room);
	build->block = block;
	build->room = room;
	return true;
}

/* Add zeroed room, aligned to 4 bytes; where it stands, 0 without memory */
static uint32_t reserve(struct build *build, size_t size)
{
	size_t at = build->used;

	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if(!grow(build, size)) {
		build->no_memory = true;
		return 0;
	}
	build->used += size;
	return (uint32_t)at;
}

/* Write into room that was reserved */
static void put(struct build *build, size_t at, const void *data, size_t size)
{
	if(!build->no_memory && size > 0)
		memcpy(build->block + at, data, size);
}

static uint32_t add(struct build *build, const void *data, size_t size)
{
	uint32_t at = reserve(build, size);

	put(build, at, data, size);
	return at;
}

static struct dr_ref add_text(struct build *build, struct dr_text text)
{
	return (struct dr_ref){add(build, text.s, text.len), (uint32_t)text.len};
}

static struct dr_array add_list(
		struct build *build, const void *list, size_t count, size_t size)
{
	return (struct dr_array){add(build, list, count * size), (uint32_t)count};
}

static struct dr_array reserve_list(
		struct build *build, size_t count, size_t size)
{
	return (struct dr_array){reserve(build, count * size), (uint32_t)count};
}

/* Write an element of a list whose room was reserved */
static void set(struct build *build, struct dr_array list, size_t i,
		const void *element, size_t size)
{
	put(build, list.at + i * size, element, size);
}

static struct dr_array add_texts(
		struct build *build, const struct dr_text *texts, size_t count)
{
	struct dr_array list = reserve_list(build, count, sizeof(struct dr_ref));
	size_t i;

	for(i = 0; i < count; i++) {
		struct dr_ref text = add_text(build, texts[i]);

		set(build, list, i, &text, sizeof(text));
	}
	return list;
}

static struct dr_slot *slot_of(
		struct build *build, uint32_t scope, struct dr_text text, uint32_t hash)
{
	struct dr_table table = {build->slots, build->slot_mask, build->block};

	return &build->slots[dr_table_place(&table, scope, text, hash)];
}

/* Double the table, so that it never gets more than half full */
static bool grow_table(struct build *build)
{
	struct dr_slot *old = build->slots;
	size_t size = (size_t)build->slot_mask + 1;
	struct dr_slot *slots = calloc(size * 2, sizeof(*slots));
	size_t i;

	if(!slots)
		return false;

	build->slots = slots;
	build->slot_mask = (uint32_t)(size * 2 - 1);
	for(i = 0; i < size; i++) {
		struct dr_text text = {build->block + old[i].text, old[i].len};

		if(old[i].scope != 0)
			*slot_of(build, old[i].scope, text, old[i].hash) = old[i];
	}
	free(old);
	return true;
}

/* Find a key, or add it; the value that it has, which is otherwise when it is
 * new */
static uint32_t add_key(struct build *build, uint32_t scope,
		struct dr_text text, uint32_t otherwise)
{
	uint32_t hash = dr_hash(scope, text);
	struct dr_slot *slot;

	if(build->slot_count > build->slot_mask / 2 && !grow_table(build))
		build->no_memory = true;
	if(build->no_memory)
		return 0;

	slot = slot_of(build, scope, text, hash);
	if(slot->scope == 0) {
		*slot = (struct dr_slot){scope, hash, add_text(build, text).at,
				(uint32_t)text.len, otherwise};
		build->slot_count++;
	}
	return slot->value;
}

static void add_profiles(const struct dr_spec *spec, struct build *build)
{
	struct dr_block_profile out = {0};
	size_t i;

	build->head.profiles =
			reserve_list(build, spec->profiles.count, sizeof(out));
	for(i = 0; i < spec->profiles.count; i++) {
		const struct dr_spec_profile *profile = &spec->profiles.list[i];

		out.name = add_text(build, profile->name);
		out.parent = profile->parent;
		out.q850 = profile->q850;
		set(build, build->head.profiles, i, &out, sizeof(out));
		add_key(build, dr_scope(DR_KIND_PROFILE, 0), profile->name,
				(uint32_t)i);
	}
}

/* The number of a header name that rules ask for; a new one when it is new */
static uint32_t header_number(struct build *build, struct dr_text name)
{
	char lower[DR_HEADER_NAME_MAX];
	struct dr_text key = {lower, dr_lower_case(lower, sizeof(lower), name)};

	if(name.len == 0)
		return 0;
	build->head.header_initials |= dr_initial(*name.s);
	return add_key(
			build, dr_scope(DR_KIND_HEADER, 0), key, build->slot_count + 1);
}

static uint32_t add_words(struct build *build, struct dr_text phrase)
{
	char words[WORDS_MAX] = " ";

	return add(
			build, words, dr_words(words + 1, sizeof(words) - 2, phrase) + 2);
}

static struct dr_block_rule block_rule(
		struct build *build, const struct dr_spec_rule *rule)
{
	const struct dr_conditions *when = &rule->when;

	return (struct dr_block_rule){
			.profile = (uint32_t)rule->profile,
			.number = (uint32_t)rule->number,
			.file = (uint32_t)rule->place.file,
			.line = (uint32_t)rule->place.line,
			.codes = add_list(
					build, when->codes, when->code_count, sizeof(*when->codes)),
			.causes = add_list(build, when->causes, when->cause_count, 1),
			.source = when->source,
			.after = when->after,
			.header = add_text(build, when->header),
			.header_number = header_number(build, when->header),
			.prefix = add_text(build, when->prefix),
			.phrase = add_text(build, when->phrase),
			.words = add_words(build, when->phrase),
			.reason = (int32_t)rule->reason,
			.detail = add_text(build, rule->detail),
	};
}

static bool is_in_list(const struct dr_conditions *when, uint32_t key)
{
	size_t i;

	for(i = 0; i < when->code_count; i++) {
		if(dr_code_key(when->codes[i]) == key)
			return true;
	}
	return when->code_count == 0 && key == DR_CODE_ANY;
}

/* Add the lists of a profile, whose rules stand in a row: first to end - 1. A
 * list that is empty is the end that all of them share. */
static uint32_t add_lists(struct build *build, const struct dr_spec *spec,
		uint32_t first, uint32_t end)
{
	static const uint32_t list_end = DR_LIST_END;
	uint32_t none = add(build, &list_end, sizeof(list_end));
	uint32_t lists[DR_CODE_KEYS];
	uint32_t key, number;

	for(key = 0; key < DR_CODE_KEYS; key++) {
		lists[key] = (uint32_t)build->used;
		for(number = first; number < end; number++) {
			if(is_in_list(&spec->rules.list[number].when, key))
				add(build, &number, sizeof(number));
		}
		if(lists[key] == build->used)
			lists[key] = none;
		else
			add(build, &list_end, sizeof(list_end));
	}
	return add(build, lists, sizeof(lists));
}

/* Let a profile know its rules, first to end - 1 */
static void link_profile(struct build *build, const struct dr_spec *spec,
		uint32_t first, uint32_t end)
{
	struct dr_block_profile profile;
	size_t at = build->head.profiles.at
				+ (size_t)spec->rules.list[first].profile * sizeof(profile);
	uint32_t lists = add_lists(build, spec, first, end);

	if(build->no_memory)
		return;
	memcpy(&profile, build->block + at, sizeof(profile));
	profile.first_rule = first;
	profile.rule_count = end - first;
	profile.lists = lists;
	put(build, at, &profile, sizeof(profile));
}

static void add_rules(const struct dr_spec *spec, struct build *build)
{
	const struct dr_spec_rule *rules = spec->rules.list;
	uint32_t count = (uint32_t)spec->rules.count;
	uint32_t first = 0;
	uint32_t i;

	build->head.rules =
			reserve_list(build, count, sizeof(struct dr_block_rule));
	for(i = 0; i < count; i++) {
		struct dr_block_rule out = block_rule(build, &rules[i]);

		set(build, build->head.rules, i, &out, sizeof(out));
		if(i + 1 < count && rules[i + 1].profile == rules[i].profile)
			continue;
		link_profile(build, spec, first, i + 1);
		first = i + 1;
	}
}

/* Let a host name, all names that end like "*.NAME" does, or all addresses of a
 * network find their owner */
static void add_pattern(struct build *build, enum dr_kind kind,
		const struct dr_spec_pattern *pattern)
{
	const struct dr_network *network = &pattern->network;
	struct dr_text host = pattern->text;
	char buf[DR_HOST_MAX];
	struct dr_text key = {buf, 0};
	uint32_t scope = dr_scope(DR_KIND_HOST, 0);

	if(!pattern->is_host) {
		key = (struct dr_text){
				(const char *)network->address.bytes, (network->bits + 7) / 8};
		scope = dr_network_scope(
				kind, network->bits, network->address.len == 4);
	} else {
		if(*host.s == '*')
			host = (struct dr_text){host.s + 1, host.len - 1};
		key.len = dr_host_key(buf, sizeof(buf), host);
	}
	add_key(build, scope, key, (uint32_t)pattern->owner);
}

/* Add the lengths of all network parts of one family, the longest first */
static struct dr_array add_lengths(struct build *build,
		const struct dr_spec_pattern *patterns, size_t count, size_t family)
{
	unsigned char lengths[129] = {0};
	bool used[129] = {false};
	size_t length = sizeof(used);
	size_t sum = 0;
	size_t i;

	for(i = 0; i < count; i++) {
		if(!patterns[i].is_host && patterns[i].network.address.len == family)
			used[patterns[i].network.bits] = true;
	}
	while(length-- > 0) {
		if(used[length])
			lengths[sum++] = (unsigned char)length;
	}
	return add_list(build, lengths, sum, 1);
}

static struct dr_block_networks add_networks(struct build *build,
		const struct dr_spec_pattern *patterns, size_t count)
{
	return (struct dr_block_networks){add_lengths(build, patterns, count, 4),
			add_lengths(build, patterns, count, 16)};
}

/* Add the patterns of one owner, which stand in a row from *next on */
static struct dr_array add_patterns(struct build *build, enum dr_kind kind,
		const struct dr_spec_pattern *patterns, size_t count, size_t *next,
		int owner)
{
	size_t first = *next;
	struct dr_array list;
	size_t i;

	while(*next < count && patterns[*next].owner == owner)
		(*next)++;
	list = reserve_list(build, *next - first, sizeof(struct dr_ref));
	for(i = 0; i < list.count; i++) {
		struct dr_ref text = add_text(build, patterns[first + i].text);

		set(build, list, i, &text, sizeof(text));
		add_pattern(build, kind, &patterns[first + i]);
	}
	return list;
}

static void add_trunks(const struct dr_spec *spec, struct build *build)
{
	const struct dr_spec_pattern *patterns = spec->trunk_patterns.list;
	size_t count = spec->trunk_patterns.count;
	struct dr_block_trunk out = {0};
	size_t next = 0;
	size_t i;

	for(i = 0; i < count; i++)
		build->head.has_hosts |= patterns[i].is_host;
	build->head.trunk_networks = add_networks(build, patterns, count);
	build->head.trunks = reserve_list(build, spec->trunks.count, sizeof(out));
	for(i = 0; i < spec->trunks.count; i++) {
		const struct dr_spec_trunk *trunk = &spec->trunks.list[i];

		out.name = add_text(build, trunk->name);
		out.profile = trunk->profile;
		out.trust = trunk->trust;
		out.patterns = add_patterns(
				build, DR_KIND_TRUNK_NET, patterns, count, &next, (int)i);
		set(build, build->head.trunks, i, &out, sizeof(out));
		add_key(build, dr_scope(DR_KIND_TRUNK, 0), trunk->name, (uint32_t)i);
	}
}

static size_t append(char *buf, size_t len, struct dr_text text)
{
	memcpy(buf + len, text.s, text.len);
	return len + text.len;
}

/* "Name: REASON" with a line end for each header of a bridge */
static struct dr_ref add_lines(struct build *build,
		const struct dr_spec_bridge *bridge, enum dr_reason reason)
{
	static const struct dr_text colon = DR_TEXT(": ");
	static const struct dr_text line_end = DR_TEXT("\r\n");
	char lines[DR_BRIDGE_HEADERS_MAX * HEADER_LINE_MAX];
	size_t len = 0;
	size_t i;

	for(i = 0; i < bridge->header_count; i++) {
		len = append(lines, len, bridge->headers[i]);
		len = append(lines, len, colon);
		len = append(lines, len, dr_reason_name(reason));
		len = append(lines, len, line_end);
	}
	return add_text(build, (struct dr_text){lines, len});
}

/* Add the replies of one bridge, which stand in a row from *next on */
static struct dr_array add_replies(struct build *build,
		const struct dr_spec *spec, size_t *next, int bridge)
{
	size_t first = *next;
	struct dr_block_reply out;
	struct dr_array list;
	size_t i;

	while(*next < spec->replies.count
			&& spec->replies.list[*next].bridge == bridge)
		(*next)++;
	list = reserve_list(build, *next - first, sizeof(out));
	for(i = 0; i < list.count; i++) {
		const struct dr_reply *reply = &spec->replies.list[first + i].reply;

		out.codes = add_list(
				build, reply->codes, reply->code_count, sizeof(*reply->codes));
		out.reason = reply->reason;
		out.source = reply->source;
		out.after = reply->after;
		out.detail = add_text(build, reply->detail);
		out.send = reply->send;
		set(build, list, i, &out, sizeof(out));
	}
	return list;
}

static void add_bridges(const struct dr_spec *spec, struct build *build)
{
	const struct dr_spec_pattern *patterns = spec->bridge_patterns.list;
	size_t count = spec->bridge_patterns.count;
	struct dr_block_bridge out = {0};
	size_t pattern = 0;
	size_t reply = 0;
	size_t i, reason;

	build->head.bridge_networks = add_networks(build, patterns, count);
	build->head.bridges = reserve_list(build, spec->bridges.count, sizeof(out));
	for(i = 0; i < spec->bridges.count; i++) {
		const struct dr_spec_bridge *bridge = &spec->bridges.list[i];

		out.name = add_text(build, bridge->name);
		out.headers = add_texts(build, bridge->headers, bridge->header_count);
		out.detail_header = add_text(build, bridge->detail_header.text);
		out.phrase_is_reason = bridge->phrase_is_reason;
		out.patterns = add_patterns(
				build, DR_KIND_BRIDGE_NET, patterns, count, &pattern, (int)i);
		out.replies = add_replies(build, spec, &reply, (int)i);
		for(reason = 0; reason < DR_REASON_COUNT; reason++)
			out.lines[reason] =
					add_lines(build, bridge, (enum dr_reason)reason);
		set(build, build->head.bridges, i, &out, sizeof(out));
		add_key(build, dr_scope(DR_KIND_BRIDGE, 0), bridge->name, (uint32_t)i);
	}
}

/* Give the block away, no larger than it must be */
static int finish(struct build *build, struct dr_map **map)
{
	void *block;

	build->head.slots = add_list(build, build->slots,
			(size_t)build->slot_mask + 1, sizeof(*build->slots));
	build->head.size = (uint32_t)build->used;
	put(build, 0, &build->head, sizeof(build->head));
	if(build->no_memory)
		return ENOMEM;

	block = realloc(build->block, build->used);
	if(!block)
		return ENOMEM;

	build->block = NULL;
	*map = block;
	return 0;
}

/**
 * Turn what a map says into a compiled map
 *
 * @param spec What it says; must be right: names are unique, places of parents
 *             and profiles are there, no parent leads back, texts are no longer
 *             than they may be, phrases have a word, prefixes a header
 * @param map  Set to the map, one block to be freed with free(); left alone on
 *             an error
 *
 * @return 0, or ENOMEM; the latter also when the map would have more than 1 GB
 */
int dr_map_compile(const struct dr_spec *spec, struct dr_map **map)
{
	struct build build = {.slot_mask = SLOTS_MIN - 1};
	int err;

	build.slots = calloc(SLOTS_MIN, sizeof(*build.slots));
	build.no_memory = !build.slots;
	reserve(&build, sizeof(build.head));
	build.head.files = add_texts(&build, spec->files.list, spec->files.count);
	add_profiles(spec, &build);
	add_rules(spec, &build);
	add_trunks(spec, &build);
	add_bridges(spec, &build);
	err = finish(&build, map);
	free(build.block);
	free(build.slots);
	return err;
}
