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
void complaints_print(FILE *out, const struct dr_complaints *complaints);

void find_trunk(const struct dr_map *map, const char *hop,
		const struct dr_address *address, struct dr_trunk *trunk);

#endif
