/**
 * @file test_map_load.c  Files that are no maps, or that are too large
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For mkfifo(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "map.h"
#include "map_load.h"
#include "map_text.h"
#include "map_written.h"

static void test_no_file(void **state)
{
	(void)state;
	assert_refused(map_path, 0, "No such file");
	assert_refused(map_folder, 0, "Is a directory");
	assert_refused("/dev/zero", 0, "Is no regular file");
	assert_refused("", 0, "No such file");
}

static void test_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(map_path, 0600), 0);
	assert_refused(map_path, 0, "Is no regular file");
}

static void test_unreadable(void **state)
{
	(void)state;
	assert_int_equal(symlink(map_path, map_path), 0);
	assert_refused(map_path, 0, "Too many levels of symbolic links");
}

static void test_no_more_files(void **state)
{
	struct rlimit limit, none;

	(void)state;
	end_map(begin_map());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_refused(map_path, 0, "Too many open files");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* libconfig itself would wait for the FIFO, and end the process over a folder */
static void test_include_of_no_file(void **state)
{
	static const char *const names[] = {"pipe", ".", "/dev/zero"};
	char pipe[PATH_SIZE];
	FILE *file;
	size_t i;

	(void)state;
	snprintf(pipe, sizeof(pipe), "%s/pipe", map_folder);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	for(i = 0; i < sizeof(names) / sizeof(*names); i++) {
		file = begin_map();
		fprintf(file, "\n@include \"%s\"\n", names[i]);
		end_map(file);
		assert_refused(map_path, 3, "can not be read: Is ");
	}
	assert_int_equal(remove(pipe), 0);
}

static void test_large_file(void **state)
{
	FILE *file = begin_map();
	int i;

	(void)state;
	for(i = 0; i < 1000000; i++)
		fputs(RULE ",\n", file);
	end_map(file);
	assert_refused(map_path, 0, "Is too large");
}

/* A map of the largest size that may be is read, and one byte more is not */
static void test_largest_file(void **state)
{
	FILE *file = begin_map();
	long i;

	(void)state;
	for(i = ftell(file); i < DR_MAP_FILE_MAX; i++)
		fputc(i % 80 ? '#' : '\n', file);
	end_map(file);
	free(load_written());
	file = fopen(map_path, "a");
	assert_non_null(file);
	fputc('#', file);
	end_map(file);
	assert_refused(map_path, 0, "Is too large");
}

/* Includes count, too: here each is half as large as a map may be */
static void test_large_includes(void **state)
{
	char part[PATH_SIZE];
	FILE *file;
	long i;

	(void)state;
	snprintf(part, sizeof(part), "%s/part", map_folder);
	file = fopen(part, "w");
	assert_non_null(file);
	for(i = 0; i < DR_MAP_FILE_MAX / 2; i++)
		fputc('\n', file);
	end_map(file);
	file = begin_map();
	fputs("@include \"part\"\n@include \"part\"\n", file);
	end_map(file);
	assert_refused(map_path, 3, "Is too large");
	assert_int_equal(remove(part), 0);
}

static void test_print(void **state)
{
	char file[] = "a.cfg";
	char text[] = "what, expected that";
	struct dr_map_error error = {.file = file, .line = 3, .text = text};
	char buf[64];

	(void)state;
	assert_int_equal(dr_map_error_print(buf, sizeof(buf), &error), 28);
	assert_string_equal(buf, "a.cfg:3: what, expected that");
	error.warning = true;
	error.line = 0;
	assert_int_equal(dr_map_error_print(buf, sizeof(buf), &error), 35);
	assert_string_equal(buf, "a.cfg: warning: what, expected that");
	assert_int_equal(dr_map_error_print(buf, 6, &error), 35);
	assert_string_equal(buf, "a.cfg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			LIMITED(test_no_file),
			LIMITED(test_fifo),
			LIMITED(test_unreadable),
			LIMITED(test_no_more_files),
			LIMITED(test_include_of_no_file),
			LIMITED(test_large_file),
			LIMITED(test_largest_file),
			LIMITED(test_large_includes),
			cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
