/**
 * @file map.c  Reads what stands in a compiled map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "map.h"
#include "map_block.h"


/* The number that a name has, or DR_NONE */
static int find_name(
		const struct dr_map *map, enum dr_kind kind, struct dr_text name)
{
	struct dr_table table = dr_block_table(map);
	uint32_t scope = dr_scope(kind, 0);
	const struct dr_slot *slot =
			dr_table_find(&table, scope, name, dr_hash(scope, name));

	return slot ? (int)slot->value : DR_NONE;
}


static struct dr_text text_of_array(
		const struct dr_map *map, struct dr_array array, int index)
{
	const struct dr_ref *refs = dr_block_at(map, array.at);

	return dr_block_text(map, refs[index]);
}


static const struct dr_block_profile *profile_at(
		const struct dr_map *map, int number)
{
	const struct dr_block_profile *profiles =
			dr_block_at(map, map->profiles.at);

	return &profiles[number];
}


static const struct dr_block_trunk *trunk_at(
		const struct dr_map *map, int number)
{
	const struct dr_block_trunk *trunks = dr_block_at(map, map->trunks.at);

	return &trunks[number];
}


static const struct dr_block_bridge *bridge_at(
		const struct dr_map *map, int number)
{
	const struct dr_block_bridge *bridges = dr_block_at(map, map->bridges.at);

	return &bridges[number];
}


/**
 * How large is a map?
 *
 * @param map The map
 *
 * @return Size of its block in bytes; a copy of them, aligned to 4 bytes, is a
 *         map too
 */
size_t dr_map_size(const struct dr_map *map)
{
	return map->size;
}


/**
 * How many profiles has a map?
 *
 * @param map The map
 *
 * @return At least 1; DR_PROFILE_DEFAULT is always there
 */
int dr_map_profile_count(const struct dr_map *map)
{
	return (int)map->profiles.count;
}


/**
 * Find a profile by its name
 *
 * @param map  The map
 * @param name The name
 *
 * @return Its number, or DR_NONE
 */
int dr_map_find_profile(const struct dr_map *map, struct dr_text name)
{
	return find_name(map, DR_KIND_PROFILE, name);
}


/**
 * The name of a profile
 *
 * @param map     The map
 * @param profile Its number
 *
 * @return The name, a token
 */
struct dr_text dr_map_profile_name(const struct dr_map *map, int profile)
{
	return dr_block_text(map, profile_at(map, profile)->name);
}


/**
 * Read a profile
 *
 * @param map     The map
 * @param number  Its number
 * @param profile Set to it
 */
void dr_map_get_profile(
		const struct dr_map *map, int number, struct dr_profile *profile)
{
	const struct dr_block_profile *in = profile_at(map, number);

	profile->name = dr_block_text(map, in->name);
	profile->parent = in->parent;
	profile->q850 = in->q850;
	profile->first_rule = (int)in->first_rule;
	profile->rule_count = (int)in->rule_count;
}


/**
 * How many rules has a map?
 *
 * @param map The map
 *
 * @return Their number, of all profiles together
 */
int dr_map_rule_count(const struct dr_map *map)
{
	return (int)map->rules.count;
}


/**
 * Read a rule
 *
 * @param map    The map
 * @param number Its number
 * @param rule   Set to it
 */
void dr_map_get_rule(const struct dr_map *map, int number, struct dr_rule *rule)
{
	const struct dr_block_rule *rules = dr_block_at(map, map->rules.at);
	const struct dr_block_rule *in = &rules[number];
	struct dr_conditions *when = &rule->when;

	rule->profile = dr_map_profile_name(map, (int)in->profile);
	rule->number = (int)in->number;
	rule->file = text_of_array(map, map->files, (int)in->file);
	rule->line = (int)in->line;
	rule->reason = (enum dr_reason)in->reason;
	rule->detail = dr_block_text(map, in->detail);
	when->codes = dr_block_at(map, in->codes.at);
	when->code_count = in->codes.count;
	when->source = in->source;
	when->after = in->after;
	when->causes = dr_block_at(map, in->causes.at);
	when->cause_count = in->causes.count;
	when->header = dr_block_text(map, in->header);
	when->prefix = dr_block_text(map, in->prefix);
	when->phrase = dr_block_text(map, in->phrase);
}


/**
 * How many trunks has a map?
 *
 * @param map The map
 *
 * @return Their number
 */
int dr_map_trunk_count(const struct dr_map *map)
{
	return (int)map->trunks.count;
}


/**
 * Find a trunk by its name
 *
 * @param map  The map
 * @param name The name
 *
 * @return Its number, or DR_NONE
 */
int dr_map_find_trunk(const struct dr_map *map, struct dr_text name)
{
	return find_name(map, DR_KIND_TRUNK, name);
}


/**
 * Read a trunk
 *
 * @param map    The map
 * @param number Its number
 * @param trunk  Set to it
 */
void dr_map_get_trunk(
		const struct dr_map *map, int number, struct dr_trunk *trunk)
{
	const struct dr_block_trunk *in = trunk_at(map, number);

	trunk->name = dr_block_text(map, in->name);
	trunk->profile = in->profile;
	trunk->trust = in->trust != 0;
	trunk->pattern_count = (int)in->patterns.count;
}


/**
 * A host name or address that finds a trunk
 *
 * @param map     The map
 * @param trunk   Number of the trunk
 * @param pattern Index, 0 to pattern_count - 1
 *
 * @return It, as the file has it
 */
struct dr_text dr_map_trunk_pattern(
		const struct dr_map *map, int trunk, int pattern)
{
	return text_of_array(map, trunk_at(map, trunk)->patterns, pattern);
}


/**
 * How many bridges has a map?
 *
 * @param map The map
 *
 * @return Their number
 */
int dr_map_bridge_count(const struct dr_map *map)
{
	return (int)map->bridges.count;
}


/**
 * Find a bridge by its name
 *
 * @param map  The map
 * @param name The name
 *
 * @return Its number, or DR_NONE
 */
int dr_map_find_bridge(const struct dr_map *map, struct dr_text name)
{
	return find_name(map, DR_KIND_BRIDGE, name);
}


/**
 * Read a bridge
 *
 * @param map    The map
 * @param number Its number
 * @param bridge Set to it
 */
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


/**
 * A header of a bridge
 *
 * @param map    The map
 * @param bridge Number of the bridge
 * @param header Index, 0 to header_count - 1
 *
 * @return Name of the header field that tells this bridge the reason
 */
struct dr_text dr_map_bridge_header(
		const struct dr_map *map, int bridge, int header)
{
	return text_of_array(map, bridge_at(map, bridge)->headers, header);
}


/**
 * An address that finds a bridge
 *
 * @param map     The map
 * @param bridge  Number of the bridge
 * @param pattern Index, 0 to pattern_count - 1
 *
 * @return It, as the file has it
 */
struct dr_text dr_map_bridge_pattern(
		const struct dr_map *map, int bridge, int pattern)
{
	return text_of_array(map, bridge_at(map, bridge)->patterns, pattern);
}


/**
 * The header fields that tell a bridge a reason
 *
 * @param map    The map
 * @param bridge Number of the bridge
 * @param reason The reason
 *
 * @return "Name: REASON" with a line end for each of its headers, in order
 */
struct dr_text dr_map_bridge_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason)
{
	return dr_block_text(map, bridge_at(map, bridge)->lines[reason]);
}


/**
 * Read which code a bridge is sent in place of another
 *
 * @param map    The map
 * @param bridge Number of the bridge
 * @param number Index, 0 to reply_count - 1; the first that fits counts
 * @param reply  Set to it
 */
void dr_map_get_reply(const struct dr_map *map, int bridge, int number,
		struct dr_reply *reply)
{
	const struct dr_block_reply *replies =
			dr_block_at(map, bridge_at(map, bridge)->replies.at);
	const struct dr_block_reply *in = &replies[number];

	reply->codes = dr_block_at(map, in->codes.at);
	reply->code_count = in->codes.count;
	reply->reason = in->reason;
	reply->source = in->source;
	reply->after = in->after;
	reply->detail = dr_block_text(map, in->detail);
	reply->send = in->send;
}
