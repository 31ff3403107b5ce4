/**
 * @file map_load.h  Reads a map from its libconfig file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_LOAD_H
#define DR_MAP_LOAD_H

#include "map_error.h"

int dr_map_load(
		const char *path, struct dr_map **map, struct dr_map_errors *all);

#endif
