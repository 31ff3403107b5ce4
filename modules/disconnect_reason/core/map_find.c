/**
 * @file map_find.c  Finds trunks and bridges, and what a bridge is sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map_block.h"
#include "map_def.h"
#include "map_words.h"


/**
 * Find the trunk that a host name belongs to: the name itself, else the longest
 * pattern "*.NAME" that it ends like
 *
 * @param map  The map
 * @param host The name, any case, with or without the dot at its end; no address
 *
 * @return Number of the trunk, or DR_NONE
 */
int dr_map_trunk_of_host(const struct dr_map *map, struct dr_text host)
{
	struct dr_table table = dr_block_table(map);
	uint32_t scope = dr_scope(DR_KIND_HOST, 0);
	uint32_t hash = dr_hash_start(scope);
	char key[DR_HOST_MAX];
	struct dr_text part = {key, 0};
	int found = DR_NONE;
	size_t len;

	if(!map->has_hosts)
		return DR_NONE;

	len = dr_host_key(key, sizeof(key), host);
	while(part.len < len) {
		char c = key[part.len++];
		const struct dr_slot *slot;

		hash = dr_hash_byte(hash, c);
		if((c == '.') == (part.len == len))
			continue;
		slot = dr_table_find(&table, scope, part, hash);
		if(slot)
			found = (int)slot->value;
	}
	return found;
}


/* The longest network of a kind that an address is in, or DR_NONE */
static int find_network(const struct dr_map *map, enum dr_kind kind,
		const struct dr_block_networks *networks,
		const struct dr_address *address)
{
	struct dr_table table = dr_block_table(map);
	struct dr_address part = *address;
	bool is_v4 = address->len == 4;
	struct dr_array array = is_v4 ? networks->v4 : networks->v6;
	const unsigned char *lengths = dr_block_at(map, array.at);
	uint32_t i;

	if(!is_v4 && address->len != sizeof(address->bytes))
		return DR_NONE;

	for(i = 0; i < array.count; i++) {
		uint32_t bits = lengths[i];
		struct dr_text text = {(const char *)part.bytes, (bits + 7) / 8};
		uint32_t scope = dr_scope(kind, bits | (is_v4 ? 256 : 0));
		const struct dr_slot *slot;

		if(bits % 8 != 0)
			part.bytes[bits / 8] &= (unsigned char)(0xff00 >> bits % 8);
		slot = dr_table_find(&table, scope, text, dr_hash(scope, text));
		if(slot)
			return (int)slot->value;
	}
	return DR_NONE;
}


/**
 * Find the trunk that an address belongs to, by the longest network it is in
 *
 * @param map     The map
 * @param address The address
 *
 * @return Number of the trunk, or DR_NONE
 */
int dr_map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address)
{
	return find_network(map, DR_KIND_TRUNK_NET, &map->trunk_networks, address);
}


/**
 * Find the bridge that an address belongs to, by the longest network it is in
 *
 * @param map     The map
 * @param address The address
 *
 * @return Number of the bridge, or DR_NONE
 */
int dr_map_bridge_of_address(
		const struct dr_map *map, const struct dr_address *address)
{
	return find_network(
			map, DR_KIND_BRIDGE_NET, &map->bridge_networks, address);
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


static bool is_or_any(int wanted, int value)
{
	return wanted == DR_ANY || wanted == value;
}


static bool reply_fits(
		const struct dr_reply *reply, int code, const struct dr_answer *answer)
{
	return is_or_any(reply->reason, (int)answer->reason)
		   && is_or_any(reply->source, (int)answer->source)
		   && is_or_any(reply->after, (int)answer->after)
		   && (reply->detail.len == 0
				   || dr_text_is(reply->detail, answer->detail))
		   && has_code(reply, code);
}


/**
 * May a bridge be sent another code in place of this one, or this one in place
 * of another? Not where the code is part of the protocol: success, a challenge
 * (401, 407), and 503, which asks to go elsewhere (RFC 3261 section 21.5.4).
 *
 * @param code Status code
 *
 * @return true when it may
 */
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
 * @param map    The map
 * @param bridge Number of the bridge
 * @param code   Status code of the reply that was picked for it
 * @param answer What the outcome was
 *
 * @return The code to send: that of the first reply in the map that fits, else
 *         the one that was picked
 */
int dr_map_bridge_send(const struct dr_map *map, int bridge, int code,
		const struct dr_answer *answer)
{
	struct dr_bridge found;
	struct dr_reply reply;
	int i;

	if(!dr_may_translate(code))
		return code;

	dr_map_get_bridge(map, bridge, &found);
	for(i = 0; i < found.reply_count; i++) {
		dr_map_get_reply(map, bridge, i, &reply);
		if(reply_fits(&reply, code, answer))
			return reply.send;
	}
	return code;
}
