/**
 * @file maps.c  Maps that drmap works with, the built-in tables too
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drmap.h"
#include "../core/explain.h"
#include "maps.h"

#define COMPLAINT_MAX 4096


/**
 * Print complaints about a map, one on each line
 *
 * @param out        Where to
 * @param complaints The complaints
 */
void complaints_print(FILE *out, const struct dr_complaints *complaints)
{
	char line[COMPLAINT_MAX];
	size_t i;

	for(i = 0; i < complaints->count; i++) {
		dr_complaint_print(line, sizeof(line), &complaints->list[i]);
		fprintf(out, "%s\n", line);
	}
}


/**
 * Read a map that the command line names, and print what is wrong with it on
 * the standard error; warnings are left to drmap check
 *
 * @param name A file, or BUILT_IN
 * @param map  Set; give it back with map_release()
 *
 * @return STATUS_GO_ON, or STATUS_NO when the map is wrong
 */
int map_read(const char *name, struct named_map *map)
{
	struct dr_complaints complaints;
	int error;

	map->name = name;
	map->map = NULL;
	if(strcmp(name, BUILT_IN) == 0)
		return STATUS_GO_ON;

	error = dr_map_load(name, &map->map, &complaints);
	if(error == ENOMEM)
		must_have(NULL);
	if(error != 0)
		complaints_print(stderr, &complaints);
	dr_complaints_free(&complaints);
	return error != 0 ? STATUS_NO : STATUS_GO_ON;
}


/**
 * Read an old and a new map; complains about both
 *
 * @param names The names of both, as for map_read()
 * @param old   Set; give it back with map_release(), also on an error
 * @param new   As old
 *
 * @return As map_read()
 */
int maps_read(const char *const names[2], struct named_map *old,
		struct named_map *new)
{
	int old_status = map_read(names[0], old);
	int new_status = map_read(names[1], new);

	return old_status != STATUS_GO_ON ? old_status : new_status;
}


/**
 * Give back a map that map_read() read
 *
 * @param map The map; may be all zero
 */
void map_release(struct named_map *map)
{
	free(map->map);
	map->map = NULL;
}


/**
 * Find the trunk of a next hop
 *
 * @param map     The map, or NULL for the built-in tables
 * @param hop     A next hop as people write it, a name or an address
 * @param address Tried where the hop has no trunk; of no length: not known
 * @param trunk   Set; without a name when there is none
 */
void find_trunk(const struct dr_map *map, const char *hop,
		const struct dr_address *address, struct dr_trunk *trunk)
{
	int number = DR_NONE;

	if(dr_map_trunk_count(map) > 0) {
		number = dr_explain_trunk(map, text_of(hop));
		if(number == DR_NONE)
			number = dr_map_trunk_of_address(map, address);
	}
	dr_map_get_trunk(map, number, trunk);
}
