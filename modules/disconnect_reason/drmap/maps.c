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

static const struct dr_text none = DR_TEXT("");
static const struct dr_text standard = DR_TEXT("default");


/**
 * Print complaints about a map, one on each line
 *
 * @param out        Where to
 * @param complaints The complaints
 */
void complaints_print(FILE *out, const struct dr_map_errors *complaints)
{
	char line[COMPLAINT_MAX];
	size_t i;

	for(i = 0; i < complaints->count; i++) {
		dr_map_error_print(line, sizeof(line), &complaints->list[i]);
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
	struct dr_map_errors complaints;
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
	dr_map_errors_free(&complaints);
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
 * As dr_map_profile_count()
 *
 * @param map The map, or NULL
 *
 * @return Number of profiles, at least 1
 */
int map_profile_count(const struct dr_map *map)
{
	return map ? dr_map_profile_count(map) : 1;
}


/**
 * As dr_map_find_profile()
 *
 * @param map  The map, or NULL
 * @param name A profile's name
 *
 * @return Its number, or DR_NONE
 */
int map_find_profile(const struct dr_map *map, struct dr_text name)
{
	if(map)
		return dr_map_find_profile(map, name);

	return dr_text_is(name, standard) ? DR_PROFILE_DEFAULT : DR_NONE;
}


/**
 * As dr_map_get_profile()
 *
 * @param map     The map, or NULL
 * @param number  A profile's number
 * @param profile Set
 */
void map_get_profile(
		const struct dr_map *map, int number, struct dr_profile *profile)
{
	if(map)
		dr_map_get_profile(map, number, profile);
	else
		*profile = (struct dr_profile){
				.name = standard, .parent = DR_NONE, .q850 = DR_ANY};
}


/**
 * As dr_map_trunk_count()
 *
 * @param map The map, or NULL
 *
 * @return Number of trunks
 */
int map_trunk_count(const struct dr_map *map)
{
	return map ? dr_map_trunk_count(map) : 0;
}


/**
 * As dr_map_bridge_count()
 *
 * @param map The map, or NULL
 *
 * @return Number of bridges
 */
int map_bridge_count(const struct dr_map *map)
{
	return map ? dr_map_bridge_count(map) : 0;
}


/**
 * As dr_map_find_bridge()
 *
 * @param map  The map, or NULL
 * @param name A bridge's name
 *
 * @return Its number, or DR_NONE
 */
int map_find_bridge(const struct dr_map *map, struct dr_text name)
{
	return map ? dr_map_find_bridge(map, name) : DR_NONE;
}


/**
 * As dr_explain_trunk()
 *
 * @param map The map, or NULL
 * @param hop A next hop, a name or an address
 *
 * @return Its trunk's number, or DR_NONE
 */
int map_trunk_of_hop(const struct dr_map *map, struct dr_text hop)
{
	return map ? dr_explain_trunk(map, hop) : DR_NONE;
}


/**
 * As dr_map_trunk_of_address()
 *
 * @param map     The map, or NULL
 * @param address Address of a next hop
 *
 * @return Its trunk's number, or DR_NONE
 */
int map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address)
{
	return map ? dr_map_trunk_of_address(map, address) : DR_NONE;
}


/**
 * As dr_map_get_trunk()
 *
 * @param map    The map, or NULL
 * @param number A trunk's number; DR_NONE: one without a name, which has the
 *               default profile
 * @param trunk  Set
 */
void map_get_trunk(const struct dr_map *map, int number, struct dr_trunk *trunk)
{
	*trunk = (struct dr_trunk){.name = none, .profile = DR_PROFILE_DEFAULT};
	if(map && number != DR_NONE)
		dr_map_get_trunk(map, number, trunk);
}
