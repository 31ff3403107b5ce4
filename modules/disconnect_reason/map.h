/**
 * @file map.h  The operator's map, compiled: profiles, trunks and bridges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A map is one block of memory without pointers. It never changes, and it may
 * be copied whole, also into memory that other processes share. What is asked
 * of it costs the same however large it is, and allocates nothing. All texts
 * that come out of a map belong to it.
 */

#ifndef DR_MAP_H
#define DR_MAP_H

#include "classify.h"

/** Longest name of a profile, trunk or bridge, a token, in bytes */
#define DR_NAME_MAX 64

/** No such profile, trunk, bridge or rule */
#define DR_NONE (-1)

/** The profile that every map has: the built-in tables */
#define DR_PROFILE_DEFAULT 0

struct dr_map;

/** Where a rule stands in the map's files */
struct dr_rule
{
	struct dr_text profile; /**< that the rule was written in */
	int number;				/**< from 1, in that profile */
	struct dr_text file;
	int line; /**< from 1 */
};

/** A trunk, as the map has it */
struct dr_trunk
{
	struct dr_text name;
	int profile;
};

/** A bridge, as the map has it */
struct dr_bridge
{
	struct dr_text name;
	int header_count;
	struct dr_text detail_header; /**< empty: none */
	bool phrase_is_reason; /**< the reason's name becomes the reason phrase */
};

/** An IP address in network order: 4 or 16 bytes */
struct dr_address
{
	unsigned char bytes[16];
	size_t len;
};

size_t dr_map_size(const struct dr_map *map);

int dr_map_profile_count(const struct dr_map *map);
int dr_map_find_profile(const struct dr_map *map, struct dr_text name);
struct dr_text dr_map_profile_name(const struct dr_map *map, int profile);

int dr_map_trunk_count(const struct dr_map *map);
int dr_map_find_trunk(const struct dr_map *map, struct dr_text name);
int dr_map_trunk_of_host(const struct dr_map *map, struct dr_text host);
int dr_map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address);
void dr_map_get_trunk(
		const struct dr_map *map, int number, struct dr_trunk *trunk);

int dr_map_bridge_count(const struct dr_map *map);
int dr_map_find_bridge(const struct dr_map *map, struct dr_text name);
int dr_map_bridge_of_address(
		const struct dr_map *map, const struct dr_address *address);
void dr_map_get_bridge(
		const struct dr_map *map, int number, struct dr_bridge *bridge);
struct dr_text dr_map_bridge_header(
		const struct dr_map *map, int bridge, int header);
struct dr_text dr_map_bridge_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason);
int dr_map_bridge_send(const struct dr_map *map, int bridge, int code,
		const struct dr_answer *answer);

void dr_map_get_rule(const struct dr_map *map, int number, struct dr_rule *rule);

#endif
