/**
 * @file map_check.h  Checks what a map says as a whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_CHECK_H
#define DR_MAP_CHECK_H

#include "map_error.h"

void dr_map_check(struct dr_spec *spec, struct dr_errors *errors);
void dr_map_check_rules(const struct dr_spec *spec, const struct dr_map *map,
		struct dr_errors *errors);

#endif
