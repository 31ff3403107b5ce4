/**
 * @file map_design.c  The map of the design, and how tests read maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "map_design.h"
#include "map_load.h"

/**
 * View a string.
 *
 * @param s the string
 * @return a view of it, no copy
 */
struct dr_text text_of(const char *s)
{
	return (struct dr_text){s, strlen(s)};
}

/**
 * Fail the test unless a text is this one.
 *
 * @param text the text
 * @param expected what it must be
 */
void assert_text(struct dr_text text, const char *expected)
{
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.s, expected, text.len);
}

/**
 * Load a map about which nothing is to be said.
 *
 * @param path its file, from the root of the project
 * @return the map; the caller frees it with free()
 */
struct dr_map *load_map(const char *path)
{
	struct dr_map_errors complaints;
	struct dr_map *map;

	assert_int_equal(dr_map_load(path, &map, &complaints), 0);
	assert_int_equal(complaints.count, 0);
	dr_map_errors_free(&complaints);
	return map;
}

/**
 * Load the map of the design: setup of a group of tests.
 *
 * @param state what to set
 * @return 0
 */
int load_design(void **state)
{
	*state = load_map(DESIGN);
	return 0;
}

/**
 * Free the map of load_design(): teardown of a group of tests.
 *
 * @param state the map
 * @return 0
 */
int free_map(void **state)
{
	free(*state);
	return 0;
}
