/**
 * @file test_map_load.c  Maps that are too much, and files that are no maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For mkdtemp() and mkfifo(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "map.h"
#include "map_load.h"

#define PATH_SIZE 256
#define RULE "{ code = 480; reason = \"USER_REJECTED\"; }"
/* Longest that any map may take, in seconds; sanitizers are slow */
#define SECONDS_MAX 60

static char folder[] = "/tmp/dr-map-XXXXXX";
static char path[PATH_SIZE];


static int make_folder(void **state)
{
	(void)state;
	if(!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/map.cfg", folder);
	return 0;
}


static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}


/* Whoever waits for ever is stopped */
static int set_alarm(void **state)
{
	(void)state;
	alarm(SECONDS_MAX);
	return 0;
}


static int remove_map(void **state)
{
	(void)state;
	alarm(0);
	remove(path);
	return 0;
}


static FILE *begin(void)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("version = 1;\n", file);
	return file;
}


static void end(FILE *file)
{
	assert_int_equal(ferror(file), 0);
	assert_int_equal(fclose(file), 0);
}


/* Load a map that has one error; its text must hold some words */
static void assert_refused(const char *map_path, int line, const char *words)
{
	struct dr_complaints complaints;
	struct dr_map *map = (struct dr_map *)(void *)path;

	assert_int_equal(dr_map_load(map_path, &map, &complaints), EINVAL);
	assert_null(map);
	assert_int_equal(complaints.count, 1);
	assert_int_equal(complaints.errors, 1);
	assert_false(complaints.list[0].warning);
	print_message("%s\n", complaints.list[0].text);
	assert_int_equal(complaints.list[0].line, line);
	assert_non_null(strstr(complaints.list[0].text, words));
	assert_non_null(strstr(complaints.list[0].text, "expected"));
	dr_complaints_free(&complaints);
	assert_null(complaints.list);
}


static struct dr_map *load(void)
{
	struct dr_complaints complaints;
	struct dr_map *map;

	dr_map_load(path, &map, &complaints);
	if(complaints.count > 0)
		print_message("%s\n", complaints.list[0].text);
	assert_int_equal(complaints.count, 0);
	dr_complaints_free(&complaints);
	assert_non_null(map);
	return map;
}


static void test_no_file(void **state)
{
	(void)state;
	assert_refused(path, 0, "No such file");
	assert_refused(folder, 0, "Is a directory");
	assert_refused("/dev/zero", 0, "Is no regular file");
	assert_refused("", 0, "No such file");
}


static void test_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(path, 0, "Is no regular file");
}


static void test_unreadable(void **state)
{
	(void)state;
	assert_int_equal(symlink(path, path), 0);
	assert_refused(path, 0, "Too many levels of symbolic links");
}


/* libconfig itself would wait for the FIFO, and end the process over a folder */
static void test_include_of_no_file(void **state)
{
	static const char *const names[] = {"pipe", ".", "/dev/zero"};
	char pipe[PATH_SIZE];
	FILE *file;
	size_t i;

	(void)state;
	snprintf(pipe, sizeof(pipe), "%s/pipe", folder);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	for(i = 0; i < sizeof(names) / sizeof(*names); i++) {
		file = begin();
		fprintf(file, "\n@include \"%s\"\n", names[i]);
		end(file);
		assert_refused(path, 3, "can not be read: Is ");
	}
	assert_int_equal(remove(pipe), 0);
}


static void test_large_file(void **state)
{
	FILE *file = begin();
	int i;

	(void)state;
	for(i = 0; i < 1000000; i++)
		fputs(RULE ",\n", file);
	end(file);
	assert_refused(path, 0, "Is too large");
}


/* A map of the largest size that may be is read, and one byte more is not */
static void test_largest_file(void **state)
{
	FILE *file = begin();
	long i;

	(void)state;
	for(i = ftell(file); i < DR_MAP_FILE_MAX; i++)
		fputc(i % 80 ? '#' : '\n', file);
	end(file);
	free(load());
	file = fopen(path, "a");
	fputc('#', file);
	end(file);
	assert_refused(path, 0, "Is too large");
}


/* Includes count, too: here each is half as large as a map may be */
static void test_large_includes(void **state)
{
	char part[PATH_SIZE];
	FILE *file;
	long i;

	(void)state;
	snprintf(part, sizeof(part), "%s/part", folder);
	file = fopen(part, "w");
	assert_non_null(file);
	for(i = 0; i < DR_MAP_FILE_MAX / 2; i++)
		fputc('\n', file);
	end(file);
	file = begin();
	fputs("@include \"part\"\n@include \"part\"\n", file);
	end(file);
	assert_refused(path, 3, "Is too large");
	assert_int_equal(remove(part), 0);
}


static void test_many_values(void **state)
{
	FILE *file = begin();
	int i;

	(void)state;
	fputs("profiles: { a: { rules: ( { code = [ 480", file);
	for(i = 0; i < 1000000; i++)
		fputs(",480", file);
	fputs(" ]; } ); }; };\n", file);
	end(file);
	assert_refused(path, 2, "too many values");
}


static void test_many_rules(void **state)
{
	FILE *file = begin();
	int i, j;

	(void)state;
	fputs("profiles: {\n", file);
	for(i = 0; i < 50; i++) {
		fprintf(file, "p%d: { rules: (", i);
		for(j = 0; j < 4001; j++)
			fputs(j > 0 ? ",{code=480;reason=\"USER_REJECTED\"}"
						: "{code=480;reason=\"USER_REJECTED\"}",
					file);
		fputs("); };\n", file);
	}
	fputs("};\n", file);
	end(file);
	assert_refused(path, 52, "too many rules");
}


static void test_many_names(void **state)
{
	FILE *file = begin();
	int i;

	(void)state;
	fputs("profiles: {\n", file);
	for(i = 0; i < 500000; i++)
		fprintf(file, "p%d:{};", i);
	fputs("};\n", file);
	end(file);
	assert_refused(path, 3, "too many names");
}


static void test_brackets(void **state)
{
	FILE *file = begin();
	int i;

	(void)state;
	fputs("profiles = ", file);
	for(i = 0; i < 1000000; i++)
		fputc('(', file);
	end(file);
	assert_refused(path, 2, "brackets within brackets");
}


static void write_extends(int levels)
{
	FILE *file = begin();
	int i;

	fputs("profiles: {\n", file);
	for(i = 1; i < levels; i++)
		fprintf(file, "p%d: { extends = \"p%d\"; };\n", i, i + 1);
	fprintf(file, "p%d: { };\n};\n", levels);
	end(file);
}


static void test_extends(void **state)
{
	(void)state;
	write_extends(1000);
	assert_refused(path, 2 + 1000 - 15, "too many profiles extend each other");
	write_extends(15);
	free(load());
	write_extends(16);
	assert_refused(path, 3, "too many profiles extend each other");
}


/* Each rule alone is fine */
static void test_many_keys(void **state)
{
	FILE *file = begin();
	int i, j;

	(void)state;
	fputs("profiles: { a: { rules: (\n", file);
	for(i = 0; i < 20; i++) {
		fputs("{ code = [ 300", file);
		for(j = 301; j < 700; j++)
			fprintf(file, ",%d", j);
		fputs(" ]; q850 = [ 1", file);
		for(j = 2; j < 128; j++)
			fprintf(file, ",%d", j);
		fprintf(file, " ]; phrase = \"w%d\"; reason = \"ROOM_CLOSED\"; },\n",
				i);
	}
	fputs(RULE " ); }; };\n", file);
	end(file);
	assert_refused(path, 0, "too many codes and causes");
}


static void test_many_places(void **state)
{
	FILE *file = begin();
	int i;

	(void)state;
	fputs("bridges: (\n", file);
	for(i = 0; i <= DR_BRIDGES_MAX; i++)
		fprintf(file, "%s{ name = \"b%d\"; address = \"10.0.%d.%d\"; }",
				i > 0 ? ",\n" : "", i, i / 256, i % 256);
	fputs(");\n", file);
	end(file);
	assert_refused(path, 2, "too many bridges");
	file = begin();
	fputs("trunks: (\n", file);
	for(i = 0; i <= DR_TRUNKS_MAX; i++)
		fputs(i > 0 ? ",{}" : "{}", file);
	fputs(");\n", file);
	end(file);
	assert_refused(path, 2, "too many trunks");
}


static void test_many_errors(void **state)
{
	struct dr_complaints complaints;
	struct dr_map *map;
	FILE *file = begin();
	size_t i;

	(void)state;
	fputs("profiles: { a: { rules: (\n", file);
	for(i = 0; i < 3000; i++)
		fprintf(file, "%s{ code = %d; reason = \"USER_REJECTED\"; }",
				i > 0 ? ",\n" : "", (int)i % 300);
	fputs("); }; };\n", file);
	end(file);
	assert_int_equal(dr_map_load(path, &map, &complaints), EINVAL);
	assert_int_equal(complaints.errors, 3000);
	assert_int_equal(complaints.count, DR_COMPLAINTS_MAX);
	for(i = 0; i < DR_COMPLAINTS_MAX - 1; i++)
		assert_int_equal(complaints.list[i].line, (int)i + 3);
	assert_non_null(strstr(complaints.list[i].text, "2001 more"));
	dr_complaints_free(&complaints);
}


/* What the product promises: 10,000 rules, 1,000 trunks */
static void test_large_map(void **state)
{
	struct dr_map *map;
	FILE *file = begin();
	int i, j;

	(void)state;
	fputs("profiles: {\n", file);
	for(i = 0; i < 10; i++) {
		fprintf(file, "p%d: { rules: (", i);
		for(j = 0; j < 1000; j++)
			fprintf(file,
					"%s{ code = %d; header = \"X-E\"; prefix = \"%d\"; "
					"reason = \"USER_REJECTED\"; }",
					j > 0 ? ",\n" : "", 400 + j % 200, 10000 + j);
		fputs("); };\n", file);
	}
	fputs("};\ntrunks: (", file);
	for(i = 0; i < 1000; i++)
		fprintf(file,
				"%s{ name = \"t%d\"; host = \"*.t%d.example.net\"; "
				"address = \"10.%d.%d.0/24\"; profile = \"p%d\"; }",
				i > 0 ? ",\n" : "", i, i, i / 256, i % 256, i % 10);
	fputs(");\n", file);
	end(file);
	map = load();
	assert_int_equal(dr_map_rule_count(map), 10000);
	assert_int_equal(dr_map_trunk_count(map), 1000);
	print_message("%zu bytes\n", dr_map_size(map));
	assert_true(dr_map_size(map) < 4000000);
	free(map);
}


static void test_print(void **state)
{
	char file[] = "a.cfg";
	char text[] = "what, expected that";
	struct dr_complaint complaint = {file, 3, false, text};
	char buf[64];

	(void)state;
	assert_int_equal(dr_complaint_print(buf, sizeof(buf), &complaint), 28);
	assert_string_equal(buf, "a.cfg:3: what, expected that");
	complaint.warning = true;
	complaint.line = 0;
	assert_int_equal(dr_complaint_print(buf, sizeof(buf), &complaint), 35);
	assert_string_equal(buf, "a.cfg: warning: what, expected that");
	assert_int_equal(dr_complaint_print(buf, 6, &complaint), 35);
	assert_string_equal(buf, "a.cfg");
}


#define LIMITED(test) \
	cmocka_unit_test_setup_teardown(test, set_alarm, remove_map)

int main(void)
{
	const struct CMUnitTest tests[] = {
			LIMITED(test_no_file),
			LIMITED(test_fifo),
			LIMITED(test_unreadable),
			LIMITED(test_include_of_no_file),
			LIMITED(test_large_file),
			LIMITED(test_largest_file),
			LIMITED(test_large_includes),
			LIMITED(test_many_values),
			LIMITED(test_many_rules),
			LIMITED(test_many_names),
			LIMITED(test_brackets),
			LIMITED(test_extends),
			LIMITED(test_many_keys),
			LIMITED(test_many_places),
			LIMITED(test_many_errors),
			LIMITED(test_large_map),
			cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
