/**
 * @file map_written.h  A map that a test writes into a file of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_MAP_WRITTEN_H
#define DR_TEST_MAP_WRITTEN_H

#include <stdio.h>

#include "map.h"

#define PATH_SIZE 256
#define RULE "{ code = 480; reason = \"USER_REJECTED\"; }"

/** A test that is stopped when it takes too long, and leaves no map behind */
#define LIMITED(test) \
	cmocka_unit_test_setup_teardown(test, set_alarm, remove_map)

extern char map_folder[];
extern char map_path[PATH_SIZE];

int make_folder(void **state);
int remove_folder(void **state);
int set_alarm(void **state);
int remove_map(void **state);
FILE *begin_map(void);
void end_map(FILE *file);
void assert_refused(const char *file, int line, const char *words);
struct dr_map *load_written(void);

#endif
