/**
 * @file map_compile.h  Turns what a map says into a compiled map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_COMPILE_H
#define DR_MAP_COMPILE_H

#include "map_build.h"
#include "map_def.h"

/** Most keys that the rules of a map may have: a rule has one for each of its
 * codes together with each of its causes */
#define DR_RULE_KEYS_MAX 1000000

int dr_map_compile(const struct dr_spec *spec, struct dr_map **map);
void dr_compile_rules(const struct dr_spec *spec, struct dr_build *build,
		struct dr_map *head);

#endif
