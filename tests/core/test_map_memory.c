/**
 * @file test_map_memory.c  Asks the core for all it does when there is no memory
 *
 * Linked so that the core's calls of malloc(), calloc() and realloc() come here;
 * those of libconfig do not. The first call has no memory, then the second, then
 * the third, until it is loaded: once only that call, once all after it, too.
 * The sanitizer sees what is not freed. Run from the root of the project.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For glob(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "map_compile.h"
#include "map_load.h"
#include "map_model.h"
#include "map_written.h"

/* The linker gives these names to the real functions and to ours */
/* NOLINTBEGIN(*reserved-identifier,cert-dcl*) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static long left = LONG_MAX; /* how many more calls have memory */
static int once;			 /* only one call has none */

static int is_out(void)
{
	left--;
	return once ? left == -1 : left < 0;
}

void *__wrap_malloc(size_t size)
{
	return is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return is_out() ? NULL : __real_realloc(memory, size);
}
/* NOLINTEND(*reserved-identifier,cert-dcl*) */

/* What to do when there is no memory; returns 0 or an error */
typedef int action(const void *what);

/* Do something with less and less memory missing, until it is done. Each time
 * before it must say so. */
static void climb(action *act, const void *what, int result)
{
	long calls;
	int err = -1;

	for(calls = 0; calls < 100000; calls++) {
		left = calls;
		err = act(what);
		if(left >= 0)
			break;
		if(err != ENOMEM)
			fail_msg("error %d without the memory of call %ld", err, calls);
	}
	left = LONG_MAX;
	assert_true(calls >= 3);
	assert_int_equal(err, result);
}

/* With an error there is no map, and an error where there is memory for one;
 * it is told apart from what is wrong with the map */
static int load(const void *path)
{
	struct dr_map_errors complaints;
	struct dr_map *map = (struct dr_map *)(void *)&complaints;
	int err = dr_map_load(path, &map, &complaints);
	bool told = complaints.count == 0;
	size_t i;

	assert_int_equal(map != NULL, err == 0);
	assert_int_equal(complaints.errors > 0, err != 0);
	for(i = 0; i < complaints.count; i++) {
		assert_non_null(complaints.list[i].file);
		told = told || strstr(complaints.list[i].text, "no memory");
	}
	assert_true(err != ENOMEM || told);
	dr_map_errors_free(&complaints);
	free(map);
	return err;
}

static void load_all(const char *pattern, int result, size_t least)
{
	glob_t found;
	size_t i;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= least);
	for(i = 0; i < found.gl_pathc; i++) {
		print_message("%s\n", found.gl_pathv[i]);
		climb(load, found.gl_pathv[i], result);
	}
	globfree(&found);
}

static void test_good_maps(void **state)
{
	for(once = 0; once < 2; once++)
		load_all("tests/core/maps/good/*.cfg", 0, 8);
	*state = NULL;
}

static void test_bad_maps(void **state)
{
	for(once = 0; once < 2; once++)
		load_all("tests/core/maps/bad/*.cfg", EINVAL, 60);
	*state = NULL;
}

/* A text of many files' size, and rules in many profiles */
static void write_texts(FILE *file)
{
	int i;

	fprintf(file, "/*%*s*/\nprofiles: {\n", 70000, "");
	for(i = 0; i < 100; i++)
		fprintf(file,
				"p%d: { rules: ( { header = \"X-%d\"\n; prefix = \"%d\"; "
				"phrase = \"a%*sb%d\"; reason = \"MIGRATION\"; },"
				"{ after = \"none\"; reason = \"MIGRATION\"; }); };\n",
				i, i % 50, i, i, "", i);
	fputs("};\n", file);
}

static void write_numbers(FILE *file, const char *key, int first, int count)
{
	int i, j;

	fputs("profiles: { default: { rules: (\n", file);
	for(i = 0; i < 10000 / count; i++) {
		fprintf(file, "%s{ phrase = \"%d\"; %s = [ %d", i > 0 ? "," : "", i,
				key, first);
		for(j = 1; j < count; j++)
			fprintf(file, ",%d", first + j);
		fputs(" ]; reason = \"MIGRATION\"; }", file);
	}
	fputs("); }; };\n", file);
}

static void write_hosts(FILE *file)
{
	int i;

	fputs("trunks: (\n", file);
	for(i = 0; i < 100; i++)
		fprintf(file,
				"%s{ name = \"t%d\"; host = \"%02d.a-long-name.example.net\"; "
				"}",
				i > 0 ? "," : "", i, i);
	fputs(");\n", file);
}

/* Everything that grows while a map is read has to grow */
static void test_large_maps(void **state)
{
	int kind;

	for(kind = 0; kind < 4; kind++) {
		FILE *file = begin_map();

		if(kind == 0)
			write_texts(file);
		else if(kind == 3)
			write_hosts(file);
		else if(kind == 1)
			write_numbers(file, "code", 300, 400);
		else
			write_numbers(file, "q850", 1, 127);
		end_map(file);
		for(once = 0; once < 2; once++)
			climb(load, map_path, 0);
	}
	remove(map_path);
	*state = NULL;
}

static int compile(const void *spec)
{
	struct dr_map *map = NULL;
	int err = dr_map_compile(spec, &map);

	assert_int_equal(map != NULL, err == 0);
	free(map);
	return err;
}

/* Maps that are large enough for everything to grow */
static void test_compile(void **state)
{
	uint32_t random;
	int seed;

	for(seed = 1; seed <= 20; seed++) {
		struct dr_spec spec;

		random = (uint32_t)seed * 2654435761U;
		dr_spec_init(&spec);
		model_rules(&random, &spec);
		model_trunks(&random, &spec);
		for(once = 0; once < 2; once++)
			climb(compile, &spec, 0);
		dr_spec_free(&spec);
	}
	*state = NULL;
}

/* Who is asked for each call must not need memory */
static void test_classify(void **state)
{
	static const char design[] = "tests/core/maps/good/design.cfg";
	struct dr_map_errors complaints;
	struct model_attempt attempt;
	struct dr_answer answer;
	char buf[DR_DETAIL_HEADER_MAX];
	uint32_t random = 1;
	struct dr_map *map;
	int i;

	assert_int_equal(dr_map_load(design, &map, &complaints), 0);
	left = 0;
	for(i = 0; i < 1000; i++) {
		model_attempt(&random, dr_map_profile_count(map), &attempt);
		attempt.attempt.map = map;
		dr_classify(&attempt.attempt, &answer);
		dr_detail_print(buf, sizeof(buf), &answer);
		dr_map_bridge_send(map, 0, answer.code, &answer);
	}
	assert_int_equal(left, 0);
	left = LONG_MAX;
	dr_map_errors_free(&complaints);
	free(map);
	*state = NULL;
}

static int have_memory(void **state)
{
	(void)state;
	left = LONG_MAX;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_good_maps, have_memory),
			cmocka_unit_test_teardown(test_bad_maps, have_memory),
			cmocka_unit_test_teardown(test_large_maps, have_memory),
			cmocka_unit_test_teardown(test_compile, have_memory),
			cmocka_unit_test_teardown(test_classify, have_memory),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
