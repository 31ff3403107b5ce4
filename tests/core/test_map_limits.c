/**
 * @file test_map_limits.c  Maps that are too much, and one that is not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "map.h"
#include "map_load.h"
#include "map_written.h"

static void test_many_values(void **state)
{
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("profiles: { a: { rules: ( { code = [ 480", file);
	for(i = 0; i < 1000000; i++)
		fputs(",480", file);
	fputs(" ]; } ); }; };\n", file);
	end_map(file);
	assert_refused(map_path, 2, "too many values");
}

static void test_many_rules(void **state)
{
	FILE *file = begin_map();
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
	end_map(file);
	assert_refused(map_path, 52, "too many rules");
}

static void test_many_names(void **state)
{
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("profiles: {\n", file);
	for(i = 0; i < 500000; i++)
		fprintf(file, "p%d:{};", i);
	fputs("};\n", file);
	end_map(file);
	assert_refused(map_path, 3, "too many names");
}

static void test_brackets(void **state)
{
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("profiles = ", file);
	for(i = 0; i < 1000000; i++)
		fputc('(', file);
	end_map(file);
	assert_refused(map_path, 2, "brackets within brackets");
}

static void write_extends(int levels)
{
	FILE *file = begin_map();
	int i;

	fputs("profiles: {\n", file);
	for(i = 1; i < levels; i++)
		fprintf(file, "p%d: { extends = \"p%d\"; };\n", i, i + 1);
	fprintf(file, "p%d: { };\n};\n", levels);
	end_map(file);
}

static void test_extends(void **state)
{
	(void)state;
	write_extends(1000);
	assert_refused(
			map_path, 2 + 1000 - 15, "too many profiles extend each other");
	write_extends(15);
	free(load_written());
	write_extends(16);
	assert_refused(map_path, 3, "too many profiles extend each other");
}

/* Rules with all codes and all causes that there are, where only the words
 * differ */
static void test_many_codes(void **state)
{
	static const struct dr_text cause = DR_TEXT("Reason: Q.850;cause=127\r\n");
	struct dr_attempt attempt = {.profile = 1,
			.code = 699,
			.phrase = DR_TEXT("w19"),
			.headers = cause};
	struct dr_answer answer;
	FILE *file = begin_map();
	struct dr_map *map;
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
	end_map(file);
	map = load_written();
	attempt.map = map;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.rule, 19);
	assert_int_equal(answer.cause, 127);
	free(map);
}

static void test_many_places(void **state)
{
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("bridges: (\n", file);
	for(i = 0; i <= DR_BRIDGES_MAX; i++)
		fprintf(file, "%s{ name = \"b%d\"; address = \"10.0.%d.%d\"; }",
				i > 0 ? ",\n" : "", i, i / 256, i % 256);
	fputs(");\n", file);
	end_map(file);
	assert_refused(map_path, 2, "too many bridges");
	file = begin_map();
	fputs("trunks: (\n", file);
	for(i = 0; i <= DR_TRUNKS_MAX; i++)
		fputs(i > 0 ? ",{}" : "{}", file);
	fputs(");\n", file);
	end_map(file);
	assert_refused(map_path, 2, "too many trunks");
}

static void test_many_errors(void **state)
{
	struct dr_map_errors complaints;
	struct dr_map *map;
	FILE *file = begin_map();
	size_t i;

	(void)state;
	fputs("profiles: { a: { rules: (\n", file);
	for(i = 0; i < 3000; i++)
		fprintf(file, "%s{ code = %d; reason = \"USER_REJECTED\"; }",
				i > 0 ? ",\n" : "", (int)i % 300);
	fputs("); }; };\n", file);
	end_map(file);
	assert_int_equal(dr_map_load(map_path, &map, &complaints), EINVAL);
	assert_int_equal(complaints.errors, 3000);
	assert_int_equal(complaints.warnings, 0);
	assert_int_equal(complaints.count, DR_MAP_ERRORS_MAX);
	for(i = 0; i < DR_MAP_ERRORS_MAX - 1; i++)
		assert_int_equal(complaints.list[i].line, (int)i + 3);
	assert_non_null(strstr(complaints.list[i].text, "2001 more"));
	dr_map_errors_free(&complaints);
}

/* Warnings leave room for errors, and are counted also when not listed */
static void test_many_warnings(void **state)
{
	struct dr_map_errors complaints;
	struct dr_map *map;
	int errors, i;

	(void)state;
	for(errors = 0; errors <= 600; errors += 600) {
		FILE *file = begin_map();

		fputs("profiles: { a: { rules: (\n", file);
		for(i = 0; i < 600 + errors; i++)
			fprintf(file, "%s{ %s = \"cancel\"; reason = \"MIGRATION\"; }",
					i > 0 ? ",\n" : "", i < errors ? "after" : "source");
		fputs("); }; };\n", file);
		end_map(file);
		assert_int_equal(dr_map_load(map_path, &map, &complaints),
				errors > 0 ? EINVAL : 0);
		assert_int_equal(complaints.errors, errors);
		assert_true(complaints.warnings >= 600);
		assert_int_equal(complaints.count, errors > 0 ? 1000 : 501);
		dr_map_errors_free(&complaints);
		free(map);
	}
}

static void test_many_includes(void **state)
{
	char part[PATH_SIZE + 8];
	FILE *file;
	int i, err;

	(void)state;
	snprintf(part, sizeof(part), "%s/part", map_folder);
	file = fopen(part, "w");
	assert_non_null(file);
	err = fclose(file);
	assert_int_equal(err, 0);
	file = begin_map();
	for(i = 0; i < 256; i++)
		fputs("@include \"part\"\n", file);
	end_map(file);
	assert_refused(map_path, 257, "too many includes");
	assert_int_equal(remove(part), 0);
}

/* One phrase may have the words of any number of rules */
static void test_many_phrases(void **state)
{
	char phrase[2 * 40];
	struct dr_attempt attempt = {.profile = 1, .phrase = {phrase, 0}};
	struct dr_answer answer;
	struct dr_map *map;
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("profiles: { a: { rules: (\n", file);
	for(i = 0; i < 40; i++) {
		memcpy(phrase + 2 * i, "a ", 2);
		fprintf(file,
				"%s{ code = %d; phrase = \"%.*s\"; reason = \"MIGRATION\"; }",
				i > 0 ? ",\n" : "", 300 + i, 2 * i + 1, phrase);
	}
	fputs("); }; };\n", file);
	end_map(file);
	map = load_written();
	attempt.map = map;
	attempt.phrase.len = sizeof(phrase);
	for(i = 0; i < 40; i++) {
		attempt.code = 300 + i;
		dr_classify(&attempt, &answer);
		assert_int_equal(answer.rule, i);
	}
	free(map);
}

/* What the product promises: 10,000 rules, 1,000 trunks */
static void test_large_map(void **state)
{
	struct dr_map *map;
	FILE *file = begin_map();
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
	end_map(file);
	map = load_written();
	assert_int_equal(dr_map_rule_count(map), 10000);
	assert_int_equal(dr_map_trunk_count(map), 1000);
	print_message("%zu bytes\n", dr_map_size(map));
	assert_true(dr_map_size(map) < 4000000);
	free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			LIMITED(test_many_values),
			LIMITED(test_many_rules),
			LIMITED(test_many_names),
			LIMITED(test_brackets),
			LIMITED(test_extends),
			LIMITED(test_many_codes),
			LIMITED(test_many_places),
			LIMITED(test_many_errors),
			LIMITED(test_many_warnings),
			LIMITED(test_many_includes),
			LIMITED(test_many_phrases),
			LIMITED(test_large_map),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
