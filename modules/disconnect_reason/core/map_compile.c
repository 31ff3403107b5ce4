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

#include "map_compile.h"
#include "map_words.h"

/* Room for "Name: REASON" with a line end */
#define HEADER_LINE_MAX (DR_HEADER_NAME_MAX + 64)


/* Let a name be found */
static void add_name(struct dr_build *build, enum dr_kind kind,
		struct dr_text name, uint32_t value)
{
	struct dr_slot *slot = dr_build_key(build, dr_scope(kind, 0), name);

	if(slot)
		slot->value = value;
}


static void add_files(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	size_t i;

	head->files.count = (uint32_t)spec->files.count;
	head->files.at =
			dr_build_reserve(build, spec->files.count, sizeof(struct dr_ref));
	for(i = 0; i < spec->files.count; i++) {
		struct dr_ref name = dr_build_text(build, spec->files.list[i]);

		dr_build_put(
				build, head->files.at + i * sizeof(name), &name, sizeof(name));
	}
}


static void add_profiles(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	size_t i;

	head->profiles.count = (uint32_t)spec->profiles.count;
	head->profiles.at = dr_build_reserve(
			build, spec->profiles.count, sizeof(struct dr_block_profile));
	for(i = 0; i < spec->profiles.count; i++) {
		const struct dr_spec_profile *profile = &spec->profiles.list[i];
		struct dr_block_profile out = {0};

		out.name = dr_build_text(build, profile->name);
		out.parent = profile->parent;
		out.q850 = profile->q850;
		dr_build_put(
				build, head->profiles.at + i * sizeof(out), &out, sizeof(out));
		add_name(build, DR_KIND_PROFILE, profile->name, (uint32_t)i);
	}
}


/* Let a host name, or all names that end like "*.NAME" does, be found */
static void add_host(
		struct dr_build *build, struct dr_text host, uint32_t value)
{
	char key[DR_HOST_MAX];
	struct dr_text text = {key, 0};
	struct dr_slot *slot;

	if(*host.s == '*') {
		host.s++;
		host.len--;
	}
	text.len = dr_host_key(key, sizeof(key), host);
	slot = dr_build_key(build, dr_scope(DR_KIND_HOST, 0), text);
	if(slot)
		slot->value = value;
}


/* Let an address, or all addresses of a network, be found */
static void add_network(struct dr_build *build, enum dr_kind kind,
		const struct dr_network *network, uint32_t value)
{
	uint32_t bits = network->bits;
	struct dr_text text = {
			(const char *)network->address.bytes, (bits + 7) / 8};
	struct dr_slot *slot = dr_build_key(build,
			dr_scope(kind, bits | (network->address.len == 4 ? 256 : 0)), text);

	if(slot)
		slot->value = value;
}


/* Add the lengths of all network parts of one family, the longest first */
static struct dr_array add_lengths(struct dr_build *build,
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
	return (struct dr_array){dr_build_add(build, lengths, sum), (uint32_t)sum};
}


static struct dr_block_networks add_networks(struct dr_build *build,
		const struct dr_spec_pattern *patterns, size_t count)
{
	return (struct dr_block_networks){add_lengths(build, patterns, count, 4),
			add_lengths(build, patterns, count, 16)};
}


/* Add the patterns of one owner, which stand in a row from *next on */
static struct dr_array add_patterns(struct dr_build *build, enum dr_kind kind,
		const struct dr_spec_pattern *patterns, size_t count, size_t *next,
		int owner)
{
	struct dr_array array = {0, 0};
	size_t first = *next;
	size_t i;

	while(*next < count && patterns[*next].owner == owner)
		(*next)++;

	array.count = (uint32_t)(*next - first);
	array.at = dr_build_reserve(build, array.count, sizeof(struct dr_ref));
	for(i = 0; i < array.count; i++) {
		const struct dr_spec_pattern *pattern = &patterns[first + i];
		struct dr_ref text = dr_build_text(build, pattern->text);

		dr_build_put(build, array.at + i * sizeof(text), &text, sizeof(text));
		if(pattern->is_host)
			add_host(build, pattern->text, (uint32_t)owner);
		else
			add_network(build, kind, &pattern->network, (uint32_t)owner);
	}
	return array;
}


static void add_trunks(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	size_t next = 0;
	size_t i;

	for(i = 0; i < spec->trunk_patterns.count; i++)
		head->has_hosts |= spec->trunk_patterns.list[i].is_host;
	head->trunk_networks = add_networks(
			build, spec->trunk_patterns.list, spec->trunk_patterns.count);
	head->trunks.count = (uint32_t)spec->trunks.count;
	head->trunks.at = dr_build_reserve(
			build, spec->trunks.count, sizeof(struct dr_block_trunk));
	for(i = 0; i < spec->trunks.count; i++) {
		const struct dr_spec_trunk *trunk = &spec->trunks.list[i];
		struct dr_block_trunk out = {0};

		out.name = dr_build_text(build, trunk->name);
		out.profile = trunk->profile;
		out.trust = trunk->trust;
		out.patterns = add_patterns(build, DR_KIND_TRUNK_NET,
				spec->trunk_patterns.list, spec->trunk_patterns.count, &next,
				(int)i);
		dr_build_put(
				build, head->trunks.at + i * sizeof(out), &out, sizeof(out));
		add_name(build, DR_KIND_TRUNK, trunk->name, (uint32_t)i);
	}
}


static struct dr_array add_headers(
		struct dr_build *build, const struct dr_spec_bridge *bridge)
{
	struct dr_array array = {0, (uint32_t)bridge->header_count};
	size_t i;

	array.at = dr_build_reserve(
			build, bridge->header_count, sizeof(struct dr_ref));
	for(i = 0; i < bridge->header_count; i++) {
		struct dr_ref name = dr_build_text(build, bridge->headers[i]);

		dr_build_put(build, array.at + i * sizeof(name), &name, sizeof(name));
	}
	return array;
}


static size_t append(char *buf, size_t len, struct dr_text text)
{
	memcpy(buf + len, text.s, text.len);
	return len + text.len;
}


/* "Name: REASON" with a line end for each header of a bridge */
static struct dr_ref add_lines(struct dr_build *build,
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
	return dr_build_text(build, (struct dr_text){lines, len});
}


/* Add the replies of one bridge, which stand in a row from *next on */
static struct dr_array add_replies(struct dr_build *build,
		const struct dr_spec *spec, size_t *next, int bridge)
{
	struct dr_array array = {0, 0};
	size_t first = *next;
	size_t i;

	while(*next < spec->replies.count
			&& spec->replies.list[*next].bridge == bridge)
		(*next)++;

	array.count = (uint32_t)(*next - first);
	array.at =
			dr_build_reserve(build, array.count, sizeof(struct dr_block_reply));
	for(i = 0; i < array.count; i++) {
		const struct dr_reply *reply = &spec->replies.list[first + i].reply;
		struct dr_block_reply out = {0};

		out.codes.count = (uint32_t)reply->code_count;
		out.codes.at = dr_build_add(
				build, reply->codes, reply->code_count * sizeof(*reply->codes));
		out.reason = reply->reason;
		out.source = reply->source;
		out.after = reply->after;
		out.detail = dr_build_text(build, reply->detail);
		out.send = reply->send;
		dr_build_put(build, array.at + i * sizeof(out), &out, sizeof(out));
	}
	return array;
}


static void add_bridges(
		const struct dr_spec *spec, struct dr_build *build, struct dr_map *head)
{
	size_t pattern = 0;
	size_t reply = 0;
	size_t i, reason;

	head->bridge_networks = add_networks(
			build, spec->bridge_patterns.list, spec->bridge_patterns.count);
	head->bridges.count = (uint32_t)spec->bridges.count;
	head->bridges.at = dr_build_reserve(
			build, spec->bridges.count, sizeof(struct dr_block_bridge));
	for(i = 0; i < spec->bridges.count; i++) {
		const struct dr_spec_bridge *bridge = &spec->bridges.list[i];
		struct dr_block_bridge out = {0};

		out.name = dr_build_text(build, bridge->name);
		out.headers = add_headers(build, bridge);
		out.detail_header = dr_build_text(build, bridge->detail_header.text);
		out.phrase_is_reason = bridge->phrase_is_reason;
		out.patterns = add_patterns(build, DR_KIND_BRIDGE_NET,
				spec->bridge_patterns.list, spec->bridge_patterns.count,
				&pattern, (int)i);
		out.replies = add_replies(build, spec, &reply, (int)i);
		for(reason = 0; reason < DR_REASON_COUNT; reason++)
			out.lines[reason] =
					add_lines(build, bridge, (enum dr_reason)reason);
		dr_build_put(
				build, head->bridges.at + i * sizeof(out), &out, sizeof(out));
		add_name(build, DR_KIND_BRIDGE, bridge->name, (uint32_t)i);
	}
}


/* Give the block away, no larger than it must be */
static int finish(
		struct dr_build *build, struct dr_map *head, struct dr_map **map)
{
	size_t slots = (size_t)build->slot_mask + 1;
	void *block;

	head->slots.count = (uint32_t)slots;
	head->slots.at =
			dr_build_add(build, build->slots, slots * sizeof(*build->slots));
	head->size = (uint32_t)build->used;
	dr_build_put(build, 0, head, sizeof(*head));
	if(build->err != 0)
		return build->err;

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
 *             than map_def.h says, phrases have a word, prefixes a header
 * @param map  Set to the map, one block to be freed with free(); left alone on
 *             an error
 *
 * @return 0; ENOMEM; E2BIG when the map would be too large: rules with more
 *         than DR_RULE_KEYS_MAX keys, or a block of more than 1 GB
 */
int dr_map_compile(const struct dr_spec *spec, struct dr_map **map)
{
	struct dr_map head = {0};
	struct dr_build build;
	int err;

	dr_build_init(&build, sizeof(head));
	add_files(spec, &build, &head);
	add_profiles(spec, &build, &head);
	dr_compile_rules(spec, &build, &head);
	add_trunks(spec, &build, &head);
	add_bridges(spec, &build, &head);
	err = finish(&build, &head, map);
	dr_build_free(&build);
	return err;
}
