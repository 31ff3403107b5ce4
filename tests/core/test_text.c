/**
 * @file test_text.c  Texts in the shape in which a map compares them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "edge.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef size_t shaper(char *buf, size_t size, struct dr_text text);

struct shape_case
{
	const char *text;
	size_t size;
	const char *shape;
};

static void check_cases(
		shaper *shape, const struct shape_case *cases, size_t count)
{
	size_t i;

	for(i = 0; i < count; i++) {
		char buf[64];
		size_t len;

		print_message("\"%s\"\n", cases[i].text);
		memset(buf, '!', sizeof(buf));
		len = shape(buf, cases[i].size, edge_string(cases[i].text));
		edge_free(NULL);
		assert_int_equal(len, strlen(cases[i].shape));
		assert_memory_equal(buf, cases[i].shape, len);
		assert_int_equal(buf[cases[i].size], '!');
	}
}

static void test_words(void **state)
{
	static const struct shape_case cases[] = {{"", 10, ""}, {"--", 10, ""},
			{"D5", 10, "d5 "}, {"a{b:c/D[e@", 16, "a b c d e "},
			{" (Channel-limit) \tD5!", 32, "channel limit d5 "},
			{"caf\xc3\xa9", 10, "caf\xc3\xa9 "}, {"ab cd", 6, "ab cd "},
			{"ab cd", 5, "ab "}, {"ab cd", 2, ""}, {"ab", 0, ""}};

	(void)state;
	check_cases(dr_words, cases, COUNT(cases));
}

static void test_unfold(void **state)
{
	static const struct shape_case cases[] = {{"", 10, ""},
			{"a  b", 10, "a  b"}, {"a  ", 10, "a  "}, {"a\r\n", 10, "a "},
			{"a\r\n b", 10, "a b"}, {"a \r\n\t b\n c", 10, "a b c"},
			{"a\tb", 10, "a\tb"}, {"a    b", 3, "a  "}, {"abcdef", 3, "abc"},
			{"a\r\n b", 2, "a "}};

	(void)state;
	check_cases(dr_unfold, cases, COUNT(cases));
}

static void test_host_key(void **state)
{
	static const struct shape_case cases[] = {{"", 10, ""}, {".", 10, ""},
			{"Ab.C", 10, "c.ba"}, {"ab.c.", 4, "c.ba"}, {"ab.c", 3, ""}};

	(void)state;
	check_cases(dr_host_key, cases, COUNT(cases));
}

static void test_lower_case(void **state)
{
	static const struct shape_case cases[] = {{"X-Error", 7, "x-error"},
			{"X-Error", 6, ""}, {"\xc3\x89@[", 10, "\xc3\x89@["}};

	(void)state;
	check_cases(dr_lower_case, cases, COUNT(cases));
}

static void test_parse_number(void **state)
{
	static const struct
	{
		const char *text;
		int most;
		int number;
	} cases[] = {{"0", 0, 0}, {"7", 7, 7}, {"8", 7, -1}, {"0000021", 127, 21},
			{"999", 999, 999}, {"1000", 999, -1}, {"", 9, -1}, {"-1", 9, -1},
			{" 1", 9, -1}, {"1 ", 9, -1}, {"1a", 99, -1}, {"/", 9, -1},
			{":", 99, -1}, {"99999999999999999999", 999, -1}};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
				dr_parse_number(edge_string(cases[i].text), cases[i].most),
				cases[i].number);
		edge_free(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_parse_number),
			cmocka_unit_test(test_words),
			cmocka_unit_test(test_unfold),
			cmocka_unit_test(test_host_key),
			cmocka_unit_test(test_lower_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
