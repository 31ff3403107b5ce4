/**
 * @file maps.h  Maps that drmap works with, the built-in tables too
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * In place of a map, NULL stands for the built-in tables: one profile, no trunk
 * and no bridge.
 */

#ifndef DRMAP_MAPS_H
#define DRMAP_MAPS_H

#include <stdio.h>

#include "../core/map.h"
#include "../core/map_load.h"

/** What stands on the command line for the built-in tables */
#define BUILT_IN "built-in"

/** A map of the command line */
struct named_map
{
	const char *name;	/**< the file, or BUILT_IN */
	struct dr_map *map; /**< NULL: the built-in tables */
};

int map_read(const char *name, struct named_map *map);
int maps_read(const char *const names[2], struct named_map *old,
		struct named_map *new);
void map_release(struct named_map *map);
void complaints_print(FILE *out, const struct dr_map_errors *complaints);

int map_profile_count(const struct dr_map *map);
int map_find_profile(const struct dr_map *map, struct dr_text name);
void map_get_profile(
		const struct dr_map *map, int number, struct dr_profile *profile);
int map_trunk_count(const struct dr_map *map);
int map_bridge_count(const struct dr_map *map);
int map_find_bridge(const struct dr_map *map, struct dr_text name);
int map_trunk_of_hop(const struct dr_map *map, struct dr_text hop);
int map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address);
void map_get_trunk(
		const struct dr_map *map, int number, struct dr_trunk *trunk);

#endif
