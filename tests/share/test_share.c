/**
 * @file test_share.c  Takes, drops and reloads the shared map all at once
 *
 * Runs under ThreadSanitizer, with threads as workers. Run from the root of the
 * project.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/classify.h"
#include "core/map_match.h"
#include "host.h"
#include "map_shm.h"

#define WORKERS 6
#define RELOADERS 2
#define RELOADS 100
/* Maps that a worker has in use at the same time, as one with calls in flight */
#define HELD 4
/* No map judges the attempt below as another one does */
#define MAPS 2

static const char *const good[MAPS] = {
		"tests/core/maps/good/design.cfg", "tests/share/other.cfg"};
static const char bad[] = "tests/core/maps/bad/everything.cfg";

/* What each map says of a 488; found before the threads begin */
static int lines[MAPS];
static atomic_int reloaders;
static atomic_int wrong;
static atomic_long taken;
static atomic_long seen[MAPS];

static int reload(const char *path, int dry)
{
	struct dr_map_errors complaints;
	int err = dr_map_reload(path, dry, &complaints);

	dr_map_errors_free(&complaints);
	return err;
}

/* Line of the rule that judges a 488; reads what the map points at */
static int line_of(const struct dr_map *map)
{
	struct dr_attempt attempt = {
			.map = map, .source = DR_SOURCE_REMOTE, .code = 488};
	struct dr_answer answer;
	struct dr_rule rule;

	dr_classify(&attempt, &answer);
	if(answer.rule == DR_NONE)
		return 0;

	dr_map_get_rule(map, answer.rule, &rule);
	return rule.file.len > 0 && rule.profile.len > 0 ? rule.line : 0;
}

static void look(const struct dr_map *map)
{
	int line = line_of(map);
	size_t i;

	for(i = 0; i < MAPS; i++) {
		if(line == lines[i]) {
			seen[i]++;
			return;
		}
	}
	wrong++;
}

/* Take maps and drop them, the oldest first, and look at both ends of each */
static void *work(void *state)
{
	const struct dr_map *held[HELD] = {NULL};
	size_t i;

	(void)state;
	while(reloaders > 0) {
		for(i = 0; i < HELD; i++) {
			if(held[i])
				look(held[i]);
			dr_map_unref(held[i]);
			held[i] = dr_map_ref();
			look(held[i]);
			taken++;
		}
	}
	for(i = 0; i < HELD; i++)
		dr_map_unref(held[i]);
	return NULL;
}

static void *change(void *state)
{
	int i;

	for(i = 0; i < RELOADS; i++) {
		wrong += reload(good[i % MAPS], 0) != 0;
		wrong += reload(good[i % MAPS], 1) != 0;
		wrong += i % 10 == 0 && reload(bad, 0) != EINVAL;
	}
	reloaders--;
	return state;
}

static void test_no_map(void **state)
{
	(void)state;
	host_is_full = true;
	assert_int_equal(dr_map_shm_init(), -1);
	assert_null(dr_map_ref());
	host_is_full = false;
	assert_int_equal(dr_map_shm_init(), 0);
	assert_null(dr_map_ref());
	dr_map_unref(NULL);
	assert_int_equal(reload(bad, 0), EINVAL);
	assert_int_equal(reload(good[0], 1), 0);
	assert_null(dr_map_ref());
	assert_int_equal(host_blocks, 1);
}

/* Each map is the next one's after a reload; one that fails changes nothing */
static void test_reload(void **state)
{
	const struct dr_map *first, *map;
	size_t i;

	(void)state;
	for(i = MAPS; i-- > 0;) {
		assert_int_equal(reload(good[i], 0), 0);
		map = dr_map_ref();
		lines[i] = line_of(map);
		dr_map_unref(map);
		assert_int_equal(host_blocks, 2);
	}
	assert_int_not_equal(lines[0], lines[1]);
	first = dr_map_ref();
	host_is_full = true;
	assert_int_equal(reload(good[1], 0), ENOMEM);
	host_is_full = false;
	assert_int_equal(reload(bad, 0), EINVAL);
	assert_int_equal(reload("tests/share/none.cfg", 0), EINVAL);
	map = dr_map_ref();
	assert_ptr_equal(map, first);
	dr_map_unref(map);
	assert_int_equal(reload(good[1], 0), 0);
	assert_int_equal(line_of(first), lines[0]);
	assert_int_equal(host_blocks, 3);
	dr_map_unref(first);
	assert_int_equal(host_blocks, 2);
}

static void test_threads(void **state)
{
	pthread_t threads[WORKERS + RELOADERS];
	size_t i;

	(void)state;
	reloaders = RELOADERS;
	for(i = 0; i < WORKERS + RELOADERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
								 i < WORKERS ? work : change, NULL),
				0);
	for(i = 0; i < WORKERS + RELOADERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);

	print_message(
			"%ld taken during %d reloads\n", (long)taken, RELOADERS * RELOADS);
	assert_int_equal(wrong, 0);
	assert_int_equal(host_overlaps, 0); /* reloads wait for one another */
	for(i = 0; i < MAPS; i++)
		assert_true(seen[i] > 0);
	assert_int_equal(host_blocks, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_no_map),
			cmocka_unit_test(test_reload),
			cmocka_unit_test(test_threads),
	};

	host_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
