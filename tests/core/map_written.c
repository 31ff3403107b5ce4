/**
 * @file map_written.c  A map that a test writes into a file of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For mkdtemp(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "map_load.h"
#include "map_written.h"

/* Longest that any map may take, in seconds; sanitizers are slow */
#define SECONDS_MAX 60

/** Folder of the test; there once make_folder() was called */
char map_folder[] = "/tmp/dr-map-XXXXXX";
/** The map in it */
char map_path[PATH_SIZE];

/**
 * Make the folder: setup of a group of tests.
 *
 * @param state not used
 * @return 0, or -1 on failure
 */
int make_folder(void **state)
{
	(void)state;
	if(!mkdtemp(map_folder))
		return -1;
	snprintf(map_path, sizeof(map_path), "%s/map.cfg", map_folder);
	return 0;
}

/**
 * Remove the folder: teardown of a group of tests.
 *
 * @param state not used
 * @return 0, or -1 when it is not empty
 */
int remove_folder(void **state)
{
	(void)state;
	return rmdir(map_folder);
}

/**
 * Stop whoever waits for ever: setup of a test.
 *
 * @param state not used
 * @return 0
 */
int set_alarm(void **state)
{
	(void)state;
	alarm(SECONDS_MAX);
	return 0;
}

/**
 * Remove the map and the alarm: teardown of a test.
 *
 * @param state not used
 * @return 0
 */
int remove_map(void **state)
{
	(void)state;
	alarm(0);
	remove(map_path);
	return 0;
}

/**
 * Begin to write the map.
 *
 * @return its file, for end_map()
 */
FILE *begin_map(void)
{
	FILE *file = fopen(map_path, "w");

	assert_non_null(file);
	fputs("version = 1;\n", file);
	return file;
}

/**
 * Close what was written.
 *
 * @param file that of begin_map()
 */
void end_map(FILE *file)
{
	int err;

	assert_int_equal(ferror(file), 0);
	err = fclose(file);
	assert_int_equal(err, 0);
}

/**
 * Load a map that has one error, or fail the test.
 *
 * @param file the map
 * @param line that of the error, 0: none
 * @param words what the text of the error must hold
 */
void assert_refused(const char *file, int line, const char *words)
{
	struct dr_map_errors complaints;
	struct dr_map *map = (struct dr_map *)(void *)map_path;

	assert_int_equal(dr_map_load(file, &map, &complaints), EINVAL);
	assert_null(map);
	assert_int_equal(complaints.count, 1);
	assert_int_equal(complaints.errors, 1);
	assert_false(complaints.list[0].warning);
	print_message("%s\n", complaints.list[0].text);
	assert_int_equal(complaints.list[0].line, line);
	assert_non_null(strstr(complaints.list[0].text, words));
	assert_non_null(strstr(complaints.list[0].text, "expected"));
	dr_map_errors_free(&complaints);
	assert_null(complaints.list);
}

/**
 * Load the map that was written, about which nothing is to be said.
 *
 * @return the map; the caller frees it with free()
 */
struct dr_map *load_written(void)
{
	struct dr_map_errors complaints;
	struct dr_map *map;

	dr_map_load(map_path, &map, &complaints);
	if(complaints.count > 0)
		print_message("%s\n", complaints.list[0].text);
	assert_int_equal(complaints.count, 0);
	dr_map_errors_free(&complaints);
	assert_non_null(map);
	return map;
}
