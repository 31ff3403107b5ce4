/**
 * @file test_map_table.c  Keys that share a hash
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "map_block.h"

#define SLOTS 8
#define HASH 7
#define SCOPE 1

static const char block[] = "abxab";


/* Put a key after those that are there, as if all had one hash */
static void put(struct dr_slot *slots, uint32_t scope, uint32_t at,
		uint32_t len, uint32_t value)
{
	const struct dr_table table = {slots, SLOTS - 1, block};
	const struct dr_text text = {block + at, len};
	struct dr_slot *slot = &slots[dr_table_place(&table, scope, text, HASH)];

	assert_int_equal(slot->scope, 0);
	*slot = (struct dr_slot){scope, HASH, at, len, value};
}


static int find(const struct dr_slot *slots, uint32_t scope, const char *s)
{
	const struct dr_table table = {slots, SLOTS - 1, block};
	const struct dr_text text = {s, strlen(s)};
	const struct dr_slot *slot =
			&slots[dr_table_place(&table, scope, text, HASH)];

	return slot->scope != 0 ? (int)slot->value : -1;
}


static void test_one_hash(void **state)
{
	struct dr_slot slots[SLOTS] = {{0}};

	(void)state;
	put(slots, SCOPE + 1, 0, 2, 1); /* ab of another scope */
	put(slots, SCOPE, 0, 3, 2);		/* abx */
	put(slots, SCOPE, 1, 2, 3);		/* bx */
	put(slots, SCOPE, 0, 0, 4);
	put(slots, SCOPE, 3, 2, 5); /* ab */
	assert_int_equal(find(slots, SCOPE + 1, "ab"), 1);
	assert_int_equal(find(slots, SCOPE, "abx"), 2);
	assert_int_equal(find(slots, SCOPE, "bx"), 3);
	assert_int_equal(find(slots, SCOPE, ""), 4);
	assert_int_equal(find(slots, SCOPE, "ab"), 5);
	assert_int_equal(find(slots, SCOPE, "ax"), -1);
	assert_int_equal(find(slots, SCOPE + 2, "ab"), -1);
}


int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_one_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
