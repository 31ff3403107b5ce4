/**
 * @file map_shm.h  The map in shared memory, and its reload
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_SHM_H
#define DR_MAP_SHM_H

#include "core/map.h"
#include "core/map_load.h"

int dr_map_shm_init(void);
const struct dr_map *dr_map_ref(void);
void dr_map_unref(const struct dr_map *map);
int dr_map_reload(const char *path, int dry, struct dr_map_errors *errors);

#endif
