/**
 * @file test_map_memory.c  Loads a map when there is no memory
 *
 * Linked so that the core's calls of malloc(), calloc() and realloc() come here;
 * those of libconfig do not. Run from the root of the project.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "map.h"
#include "map_load.h"

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


/* Load a map with less and less memory missing, until it is loaded */
static void check_map(const char *path, int result)
{
	struct dr_complaints complaints;
	struct dr_map *map;
	long calls;
	int err = -1;

	for(calls = 0; calls < 100000; calls++) {
		left = calls;
		err = dr_map_load(path, &map, &complaints);
		if(left >= 0)
			break;
		assert_int_not_equal(err, 0);
		assert_null(map);
		assert_true(complaints.errors > 0);
		dr_complaints_free(&complaints);
	}
	left = LONG_MAX;
	assert_true(calls > 10);
	assert_int_equal(err, result);
	assert_int_equal(map != NULL, result == 0);
	dr_complaints_free(&complaints);
	free(map);
}


static void check_maps(void)
{
	check_map("tests/core/maps/good/design.cfg", 0);
	check_map("tests/core/maps/good/includes.cfg", 0);
	check_map("tests/core/maps/bad/everything.cfg", EINVAL);
	check_map("tests/core/maps/bad/twice_trunk.cfg", EINVAL);
	check_map("tests/core/maps/bad/include_errors.cfg", EINVAL);
}


static void test_no_more(void **state)
{
	(void)state;
	once = 0;
	check_maps();
}


static void test_one_missing(void **state)
{
	(void)state;
	once = 1;
	check_maps();
}


int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_no_more),
			cmocka_unit_test(test_one_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
