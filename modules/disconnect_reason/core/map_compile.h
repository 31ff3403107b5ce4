/**
 * @file map_compile.h  Turns what a map says into a compiled map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_COMPILE_H
#define DR_MAP_COMPILE_H

#include "map_def.h"

int dr_map_compile(const struct dr_spec *spec, struct dr_map **map);

#endif
