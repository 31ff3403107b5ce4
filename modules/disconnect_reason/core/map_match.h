/**
 * @file map_match.h  What rules say, which one decides, which never do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_MATCH_H
#define DR_MAP_MATCH_H

#include "map.h"

/** Most header fields of a reply that rules ask for; those after them are not
 * seen */
#define DR_FIELDS_MAX 32

void dr_map_get_rule(
		const struct dr_map *map, int number, struct dr_rule *rule);
int dr_map_match(
		const struct dr_map *map, const struct dr_attempt *attempt, int *cause);
bool dr_map_covers(const struct dr_map *map, int number, int *by);
bool dr_map_q850(const struct dr_map *map, int profile, bool otherwise);

#endif
