/**
 * @file test_map_golden.c  What is said about each map of tests/core/maps
 *
 * Beside each map NAME.cfg stands NAME.txt: all errors and warnings, in order. One that
 * is not there means: none. Run from the root of the project; with DR_UPDATE=1
 * in the environment the files are written anew, to be looked at before they
 * are kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For opendir() and strdup(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "map.h"
#include "map_load.h"

#define FOLDER "tests/core/maps/"
#define TEXT_MAX 65536
#define PATH_MAX_LEN 512

/* Read a file; a file that is not there is empty */
static void read_text(const char *path, char *text)
{
	FILE *file = fopen(path, "r");
	size_t len = 0;

	if(file) {
		len = fread(text, 1, TEXT_MAX - 1, file);
		assert_int_equal(ferror(file), 0);
		fclose(file);
	}
	text[len] = '\0';
}

static void write_text(const char *path, const char *text)
{
	FILE *file;
	int err;

	if(*text == '\0') {
		remove(path);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	err = fclose(file);
	assert_int_equal(err, 0);
}

/* Take every mention of a folder out of a text */
static void drop(char *text, const char *folder)
{
	size_t len = strlen(folder);
	char *found;

	while((found = strstr(text, folder)) != NULL)
		memmove(found, found + len, strlen(found + len) + 1);
}

/* All errors and warnings of a map, a line each; what dr_map_load() returned */
static int errors_of(const char *path, char *text)
{
	struct dr_map_errors complaints;
	struct dr_map *map;
	size_t errors = 0;
	size_t len = 0;
	size_t i;
	int err = dr_map_load(path, &map, &complaints);

	text[0] = '\0';
	for(i = 0; i < complaints.count; i++) {
		len += dr_map_error_print(
				text + len, TEXT_MAX - len, &complaints.list[i]);
		assert_true(len + 1 < TEXT_MAX);
		text[len++] = '\n';
		text[len] = '\0';
		errors += !complaints.list[i].warning;
	}
	assert_int_equal(complaints.errors, errors);
	assert_int_equal(err, errors > 0 ? EINVAL : 0);
	assert_int_equal(map != NULL, err == 0);
	free(map);
	dr_map_errors_free(&complaints);
	return err;
}

static void check_map(const char *folder, const char *name, int expected)
{
	static char actual[TEXT_MAX];
	static char golden[TEXT_MAX];
	char path[PATH_MAX_LEN];
	size_t len;

	len = (size_t)snprintf(path, sizeof(path), "%s%s", folder, name);
	assert_true(len < sizeof(path));
	print_message("%s\n", path);
	assert_int_equal(errors_of(path, actual), expected);
	drop(actual, folder);
	memcpy(path + len - 3, "txt", 3);
	if(getenv("DR_UPDATE"))
		write_text(path, actual);
	read_text(path, golden);
	assert_string_equal(actual, golden);
}

static bool is_map(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".cfg") == 0;
}

/* Check all maps of a folder, and that there are not too few */
static void check_folder(const char *folder, int expected, size_t least)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while((entry = readdir(dir)) != NULL) {
		if(!is_map(entry->d_name))
			continue;
		check_map(folder, entry->d_name, expected);
		count++;
	}
	closedir(dir);
	assert_true(count >= least);
}

static void test_bad(void **state)
{
	(void)state;
	check_folder(FOLDER "bad/", EINVAL, 60);
}

static void test_good(void **state)
{
	(void)state;
	check_folder(FOLDER "good/", 0, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_bad),
			cmocka_unit_test(test_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
