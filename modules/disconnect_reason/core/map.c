/**
 * @file map.c  Reads a compiled map, and finds trunks and bridges in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map.h"
#include "map_block.h"
#include "sip_header.h"

/* Elements of an array of the block */
#define LIST(map, array, type) \
	((const struct type *)dr_block_at((map), (array).at))

/* The only profile without a map */
static const struct dr_text standard = DR_TEXT("default");

/* Spread what FNV-1a leaves in the upper bits */
static uint32_t mixed(uint32_t hash)
{
	hash ^= hash >> 15;
	hash *= 0x2c1b3c6dU;
	return hash ^ hash >> 13;
}

/** The hash of a text in a scope */
uint32_t dr_hash(uint32_t scope, struct dr_text text)
{
	uint32_t hash = dr_hash_start(scope);
	size_t i;

	for(i = 0; i < text.len; i++)
		hash = dr_hash_byte(hash, text.s[i]);

	return hash;
}

static bool is_key(const struct dr_table *table, const struct dr_slot *slot,
		uint32_t scope, struct dr_text text, uint32_t hash)
{
	return slot->hash == hash && slot->scope == scope && slot->len == text.len
		   && (text.len == 0
				   || memcmp(table->block + slot->text, text.s, text.len) == 0);
}

/**
 * Find where a key stands in a table, or where it would stand
 *
 * @param hash dr_hash() of scope and text, which are the key
 *
 * @return Index of the slot that has the key, or of the empty one for it
 */
uint32_t dr_table_place(const struct dr_table *table, uint32_t scope,
		struct dr_text text, uint32_t hash)
{
	uint32_t i = mixed(hash) & table->mask;

	while(table->slots[i].scope != 0
			&& !is_key(table, &table->slots[i], scope, text, hash))
		i = (i + 1) & table->mask;

	return i;
}

/* The value of a key of a map, or otherwise */
static int find_hashed(const struct dr_map *map, uint32_t scope,
		struct dr_text text, uint32_t hash, int otherwise)
{
	struct dr_table table = {LIST(map, map->slots, dr_slot),
			map->slots.count - 1, (const char *)map};
	const struct dr_slot *slot =
			&table.slots[dr_table_place(&table, scope, text, hash)];

	return slot->scope != 0 ? (int)slot->value : otherwise;
}

static int find(const struct dr_map *map, uint32_t scope, struct dr_text text,
		int otherwise)
{
	if(map == NULL)
		return otherwise;

	return find_hashed(map, scope, text, dr_hash(scope, text), otherwise);
}

static struct dr_text text_at(
		const struct dr_map *map, struct dr_array array, int index)
{
	return dr_block_text(map, LIST(map, array, dr_ref)[index]);
}

static const struct dr_block_profile *profile_at(
		const struct dr_map *map, int number)
{
	return &LIST(map, map->profiles, dr_block_profile)[number];
}

static const struct dr_block_trunk *trunk_at(
		const struct dr_map *map, int number)
{
	return &LIST(map, map->trunks, dr_block_trunk)[number];
}

static const struct dr_block_bridge *bridge_at(
		const struct dr_map *map, int number)
{
	return &LIST(map, map->bridges, dr_block_bridge)[number];
}

/** Size of a map in bytes; a copy of them, aligned to 4 bytes, is a map too */
size_t dr_map_size(const struct dr_map *map)
{
	return map->size;
}

/** How many profiles has a map? At least 1: DR_PROFILE_DEFAULT is always there */
int dr_map_profile_count(const struct dr_map *map)
{
	return map ? (int)map->profiles.count : 1;
}

/** The number of the profile that has a name, or DR_NONE */
int dr_map_find_profile(const struct dr_map *map, struct dr_text name)
{
	int otherwise = map == NULL && dr_text_is(name, standard)
							? DR_PROFILE_DEFAULT
							: DR_NONE;

	return find(map, dr_scope(DR_KIND_PROFILE, 0), name, otherwise);
}

/** The name of a profile, a token */
struct dr_text dr_map_profile_name(const struct dr_map *map, int profile)
{
	return map ? dr_block_text(map, profile_at(map, profile)->name) : standard;
}

/** Read a profile by its number */
void dr_map_get_profile(
		const struct dr_map *map, int number, struct dr_profile *profile)
{
	const struct dr_block_profile *in;

	*profile = (struct dr_profile){
			.name = standard, .parent = DR_NONE, .q850 = DR_ANY};
	if(map == NULL)
		return;

	in = profile_at(map, number);
	*profile = (struct dr_profile){dr_block_text(map, in->name), in->parent,
			in->q850, (int)in->first_rule, (int)in->rule_count};
}

/** How many rules has a map, of all profiles together? */
int dr_map_rule_count(const struct dr_map *map)
{
	return map ? (int)map->rules.count : 0;
}

/**
 * The number of a header name that rules ask for
 *
 * @param name Any case
 *
 * @return Its number, from 1; 0 when no rule asks for it
 */
uint32_t dr_map_header(const struct dr_map *map, struct dr_text name)
{
	char lower[DR_HEADER_NAME_MAX];
	struct dr_text key = {lower, dr_lower_case(lower, sizeof(lower), name)};

	return (uint32_t)find(map, dr_scope(DR_KIND_HEADER, 0), key, 0);
}

/** How many trunks has a map? */
int dr_map_trunk_count(const struct dr_map *map)
{
	return map ? (int)map->trunks.count : 0;
}

/** The number of the trunk that has a name, or DR_NONE */
int dr_map_find_trunk(const struct dr_map *map, struct dr_text name)
{
	return find(map, dr_scope(DR_KIND_TRUNK, 0), name, DR_NONE);
}

/** Read a trunk by its number; DR_NONE: one without a name and pattern, that has
 * the default profile */
void dr_map_get_trunk(
		const struct dr_map *map, int number, struct dr_trunk *trunk)
{
	const struct dr_block_trunk *in;

	*trunk = (struct dr_trunk){.name = DR_TEXT("")};
	if(number == DR_NONE)
		return;

	in = trunk_at(map, number);
	*trunk = (struct dr_trunk){dr_block_text(map, in->name), in->profile,
			in->trust != 0, (int)in->patterns.count};
}

/** A host name or address that finds a trunk, as the file has it, by its index */
struct dr_text dr_map_trunk_pattern(
		const struct dr_map *map, int trunk, int pattern)
{
	return text_at(map, trunk_at(map, trunk)->patterns, pattern);
}

/**
 * Find the trunk that a host name belongs to: the name itself, else the longest
 * pattern "*.NAME" that it ends like
 *
 * @param host Any case, with or without the dot at its end; no address
 *
 * @return Number of the trunk, or DR_NONE
 */
int dr_map_trunk_of_host(const struct dr_map *map, struct dr_text host)
{
	uint32_t scope = dr_scope(DR_KIND_HOST, 0);
	uint32_t hash = dr_hash_start(scope);
	char key[DR_HOST_MAX];
	struct dr_text part = {key, 0};
	int found = DR_NONE;
	size_t len;

	if(map == NULL || !map->has_hosts)
		return DR_NONE;

	len = dr_host_key(key, sizeof(key), host);
	while(part.len < len) {
		char c = key[part.len++];

		hash = dr_hash_byte(hash, c);
		if((c == '.') != (part.len == len))
			found = find_hashed(map, scope, part, hash, found);
	}
	return found;
}

/* The longest network of a kind that an address is in, or DR_NONE */
static int find_network(const struct dr_map *map, enum dr_kind kind,
		const struct dr_block_networks *networks,
		const struct dr_address *address)
{
	struct dr_address part = *address;
	bool is_v4 = address->len == 4;
	struct dr_array array = is_v4 ? networks->v4 : networks->v6;
	const unsigned char *lengths = dr_block_at(map, array.at);
	int found = DR_NONE;
	uint32_t i;

	if(!is_v4 && address->len != sizeof(address->bytes))
		return DR_NONE;

	for(i = 0; i < array.count && found == DR_NONE; i++) {
		uint32_t bits = lengths[i];
		struct dr_text text = {(const char *)part.bytes, (bits + 7) / 8};

		if(bits % 8 != 0)
			part.bytes[bits / 8] &= (unsigned char)(0xff00 >> bits % 8);
		found = find(map, dr_network_scope(kind, bits, is_v4), text, DR_NONE);
	}
	return found;
}

/** The number of the trunk that an address belongs to, by the longest network it
 * is in, or DR_NONE */
int dr_map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address)
{
	return map ? find_network(
						 map, DR_KIND_TRUNK_NET, &map->trunk_networks, address)
			   : DR_NONE;
}

/** How many bridges has a map? */
int dr_map_bridge_count(const struct dr_map *map)
{
	return map ? (int)map->bridges.count : 0;
}

/** The number of the bridge that has a name, or DR_NONE */
int dr_map_find_bridge(const struct dr_map *map, struct dr_text name)
{
	return find(map, dr_scope(DR_KIND_BRIDGE, 0), name, DR_NONE);
}

/** The same as dr_map_trunk_of_address() for bridges */
int dr_map_bridge_of_address(
		const struct dr_map *map, const struct dr_address *address)
{
	return map ? find_network(map, DR_KIND_BRIDGE_NET, &map->bridge_networks,
						 address)
			   : DR_NONE;
}

/** Read a bridge by its number */
void dr_map_get_bridge(
		const struct dr_map *map, int number, struct dr_bridge *bridge)
{
	const struct dr_block_bridge *in = bridge_at(map, number);

	bridge->name = dr_block_text(map, in->name);
	bridge->header_count = (int)in->headers.count;
	bridge->detail_header = dr_block_text(map, in->detail_header);
	bridge->phrase_is_reason = in->phrase_is_reason != 0;
	bridge->pattern_count = (int)in->patterns.count;
	bridge->reply_count = (int)in->replies.count;
}

/** The name of a header field that names the reason to a bridge, by its index */
struct dr_text dr_map_bridge_header(
		const struct dr_map *map, int bridge, int header)
{
	return text_at(map, bridge_at(map, bridge)->headers, header);
}

/** An address that finds a bridge, as the file has it, by its index */
struct dr_text dr_map_bridge_pattern(
		const struct dr_map *map, int bridge, int pattern)
{
	return text_at(map, bridge_at(map, bridge)->patterns, pattern);
}

/** The header fields that name a reason to a bridge: "Name: REASON" with a line end
 * for each of its headers, in order */
struct dr_text dr_map_bridge_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason)
{
	return dr_block_text(map, bridge_at(map, bridge)->lines[reason]);
}

/** Read which code a bridge is sent in place of another, by its index; the first
 * that fits is taken */
void dr_map_get_reply(const struct dr_map *map, int bridge, int number,
		struct dr_reply *reply)
{
	const struct dr_block_reply *in =
			&LIST(map, bridge_at(map, bridge)->replies, dr_block_reply)[number];

	reply->codes = dr_block_at(map, in->codes.at);
	reply->code_count = in->codes.count;
	reply->reason = in->reason;
	reply->source = in->source;
	reply->after = in->after;
	reply->detail = dr_block_text(map, in->detail);
	reply->send = in->send;
}

static bool has_code(const struct dr_reply *reply, int code)
{
	size_t i;

	for(i = 0; i < reply->code_count; i++) {
		if(reply->codes[i] == code || reply->codes[i] == code / 100)
			return true;
	}
	return reply->code_count == 0;
}

static bool reply_fits(
		const struct dr_reply *reply, int code, const struct dr_answer *answer)
{
	return dr_is_or_any(reply->reason, (int)answer->reason)
		   && dr_is_or_any(reply->source, (int)answer->source)
		   && dr_is_or_any(reply->after, (int)answer->after)
		   && (reply->detail.len == 0
				   || dr_text_is(reply->detail, answer->detail))
		   && has_code(reply, code);
}

/** May a bridge be sent another code in place of this one, or this one in place
 * of another? Not where the code is part of the protocol: success, a challenge
 * (401, 407), and 503, which asks to go elsewhere (RFC 3261 section 21.5.4). */
bool dr_may_translate(int code)
{
	return code >= DR_CODE_MIN && code <= DR_CODE_MAX && code != 401
		   && code != 407 && code != 503;
}

/**
 * The code that a bridge is sent
 *
 * A bridge has at most DR_BRIDGE_REPLIES_MAX replies, so they are walked.
 *
 * @param code   Status code of the reply that was picked for it
 * @param answer What the outcome was
 *
 * @return The code to send: that of the first reply in the map that fits, else
 *         the one that was picked
 */
int dr_map_bridge_send(const struct dr_map *map, int bridge, int code,
		const struct dr_answer *answer)
{
	int count = (int)bridge_at(map, bridge)->replies.count;
	struct dr_reply reply;
	int i;

	for(i = 0; i < count && dr_may_translate(code); i++) {
		dr_map_get_reply(map, bridge, i, &reply);
		if(reply_fits(&reply, code, answer))
			return reply.send;
	}
	return code;
}
