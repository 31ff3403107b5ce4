/**
 * @file test_map_random.c  Compares compiled maps with the plain way to match
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "map_model.h"
#include "map_compile.h"
#include "map_match.h"

#define MAPS 400
#define ATTEMPTS 100

/* Where the map that is tested came from */
static uint32_t seed;

/* Copy a map to where only the alignment it needs holds, and free it */
static struct dr_map *moved(struct dr_map *map, char **memory)
{
	size_t size = dr_map_size(map);
	char *copy = malloc(size + 4);

	assert_non_null(copy);
	memcpy(copy + 4, map, size);
	memset(map, 0xee, size);
	free(map);
	*memory = copy;
	return (struct dr_map *)(void *)(copy + 4);
}

static void check_attempt(const struct dr_spec *spec, const struct dr_map *map,
		struct dr_attempt *attempt, bool *used)
{
	struct dr_answer answer, expected;
	const char *difference;

	attempt->map = map;
	memset(&answer, 0xff, sizeof(answer));
	dr_classify(attempt, &answer);
	model_classify(spec, attempt, &expected);
	difference = model_difference(&answer, &expected);
	if(difference)
		fail_msg("another %s", difference);
	if(expected.rule != DR_NONE)
		used[expected.rule] = true;
}

/* Just those rules are said never to match that cannot, and they do not */
static void check_covered(
		const struct dr_spec *spec, const struct dr_map *map, const bool *used)
{
	int by;
	size_t i;

	for(i = 0; i < spec->rules.count; i++) {
		bool covered = dr_map_covers(map, (int)i, &by);

		assert_int_equal(covered, model_covers(spec, i));
		if(!covered)
			continue;
		assert_false(used[i]);
		assert_true(by < (int)i);
		assert_int_equal(
				spec->rules.list[by].profile, spec->rules.list[i].profile);
	}
}

static void check_map(uint32_t *state, size_t *rules_used)
{
	struct model_attempt attempt;
	struct dr_spec spec;
	struct dr_map *map;
	bool used[1024] = {false};
	char *memory;
	size_t i;

	dr_spec_init(&spec);
	model_rules(state, &spec);
	assert_true(spec.rules.count < sizeof(used));
	assert_int_equal(dr_map_compile(&spec, &map), 0);
	map = moved(map, &memory);
	for(i = 0; i < ATTEMPTS; i++) {
		model_attempt(state, (int)spec.profiles.count, &attempt);
		check_attempt(&spec, map, &attempt.attempt, used);
	}
	check_covered(&spec, map, used);
	for(i = 0; i < spec.rules.count; i++)
		*rules_used += used[i];
	free(memory);
	dr_spec_free(&spec);
}

static void test_rules(void **state)
{
	size_t used = 0;

	(void)state;
	for(seed = 1; seed <= MAPS; seed++) {
		uint32_t random = seed * 2654435761U;

		check_map(&random, &used);
	}
	/* the attempts did not all pass the rules by */
	assert_true(used > MAPS * 5);
}

static void check_host(
		uint32_t *random, const struct dr_spec *spec, const struct dr_map *map)
{
	static const char *const parts[] = {
			"a", "b", "A-1", "example", "NET", "x", "y", ".", "..", ""};
	struct dr_text text;
	char host[64];
	size_t len = 0;
	unsigned count = model_random(random, 6);

	host[0] = '\0';
	while(count-- > 0)
		len += (size_t)snprintf(host + len, sizeof(host) - len, "%s%s",
				parts[model_random(random, 10)],
				model_random(random, 8) > 0 ? "." : "");
	text = (struct dr_text){host, len};
	assert_int_equal(
			dr_map_trunk_of_host(map, text), model_trunk_of_host(spec, host));
}

static void check_address(
		uint32_t *random, const struct dr_spec *spec, const struct dr_map *map)
{
	struct dr_address address = {.len = model_random(random, 2) ? 4 : 16};
	size_t i;

	for(i = 0; i < sizeof(address.bytes); i++)
		address.bytes[i] = (unsigned char)(model_random(random, 3) * 127);
	assert_int_equal(dr_map_trunk_of_address(map, &address),
			model_trunk_of_address(spec, &address));
}

static void check_names(const struct dr_spec *spec, const struct dr_map *map)
{
	struct dr_trunk trunk;
	size_t i;

	assert_int_equal(dr_map_trunk_count(map), spec->trunks.count);
	for(i = 0; i < spec->trunks.count; i++) {
		const struct dr_spec_trunk *expected = &spec->trunks.list[i];

		assert_int_equal(dr_map_find_trunk(map, expected->name), i);
		dr_map_get_trunk(map, (int)i, &trunk);
		assert_int_equal(trunk.profile, expected->profile);
		assert_int_equal(trunk.trust, expected->trust);
	}
}

static void test_trunks(void **state)
{
	struct dr_spec spec;
	struct dr_map *map;
	size_t i;

	(void)state;
	for(seed = 1; seed <= MAPS; seed++) {
		uint32_t random = seed * 2654435761U;

		dr_spec_init(&spec);
		model_trunks(&random, &spec);
		assert_int_equal(dr_map_compile(&spec, &map), 0);
		check_names(&spec, map);
		for(i = 0; i < ATTEMPTS; i++) {
			check_host(&random, &spec, map);
			check_address(&random, &spec, map);
		}
		free(map);
		dr_spec_free(&spec);
	}
}

/* Print which map it was when a test fails */
static int print_seed(void **state)
{
	(void)state;
	print_message("last map: seed %u\n", (unsigned)seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_rules, print_seed),
			cmocka_unit_test_teardown(test_trunks, print_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
