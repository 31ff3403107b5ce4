/**
 * @file map_design.h  The map of the design, and how tests read maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_MAP_DESIGN_H
#define DR_TEST_MAP_DESIGN_H

#include "map.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DESIGN "tests/core/maps/good/design.cfg"
#define REMOTE DR_SOURCE_REMOTE, DR_AFTER_NONE

struct dr_text text_of(const char *s);
void assert_text(struct dr_text text, const char *expected);
struct dr_map *load_map(const char *path);
int load_design(void **state);
int free_map(void **state);

#endif
