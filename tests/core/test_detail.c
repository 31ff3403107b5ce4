/**
 * @file test_detail.c  Detail tokens and the detail header
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "edge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char longest[] = "abcdefghijklmnopqrstuvwxyz-01239";


static struct dr_answer an_answer(int code, int cause)
{
	return (struct dr_answer){.reason = DR_USER_REJECTED,
			.source = DR_SOURCE_REMOTE,
			.detail = edge_string("declined"),
			.code = code,
			.cause = cause};
}


static void assert_prints(const struct dr_answer *answer, const char *expected)
{
	char buf[DR_DETAIL_HEADER_MAX];

	assert_int_equal(
			dr_detail_print(buf, sizeof(buf), answer), strlen(expected));
	assert_string_equal(buf, expected);
}


static void test_check(void **state)
{
	static const char *const good[] = {
			"a", "busy", "no-reply", "q850-17", "0", "-", longest};
	static const char *const bad[] = {"", "Busy", "no_reply", "no reply", "a;b",
			"a:b", "a{b", "a\r\nb", "\xc3\xa9", "a=b",
			"abcdefghijklmnopqrstuvwxyz-012345"};
	size_t i;

	(void)state;
	assert_int_equal(strlen(longest), DR_DETAIL_MAX);
	for(i = 0; i < COUNT(good); i++)
		assert_int_equal(dr_detail_check(edge_string(good[i])), 0);
	for(i = 0; i < COUNT(bad); i++)
		assert_int_equal(dr_detail_check(edge_string(bad[i])), EINVAL);
	assert_int_equal(dr_detail_check(EDGE("a\0")), EINVAL);
}


static void test_print(void **state)
{
	struct dr_answer answer = an_answer(603, 21);

	(void)state;
	assert_prints(&answer, "code=603;q850=21;detail=declined;source=remote");
	answer = an_answer(0, 21);
	assert_prints(&answer, "q850=21;detail=declined;source=remote");
	answer = an_answer(603, DR_CAUSE_NONE);
	assert_prints(&answer, "code=603;detail=declined;source=remote");
	answer = an_answer(-603, DR_CAUSE_NONE);
	answer.source = DR_SOURCE_TIMEOUT;
	assert_prints(&answer, "detail=declined;source=timeout");
	/* a bug once: an answer without a detail printed nothing at all */
	answer.detail = (struct dr_text){NULL, 0};
	assert_prints(&answer, "source=timeout");
	answer.trunk = edge_string("twilio-eu");
	assert_prints(&answer, "source=timeout;trunk=twilio-eu");
}


static void test_print_sizes(void **state)
{
	static const char expected[] = "code=603;detail=declined;source=remote";
	struct dr_answer answer = an_answer(603, DR_CAUSE_NONE);
	size_t size;

	(void)state;
	for(size = 0; size <= sizeof(expected); size++) {
		struct dr_text room = edge_text(expected, size);
		size_t len = dr_detail_print((char *)room.s, size, &answer);

		assert_int_equal(len, size < sizeof(expected) ? 0 : strlen(expected));
		edge_free(NULL);
		answer = an_answer(603, DR_CAUSE_NONE);
	}
}


static void test_print_longest(void **state)
{
	char buf[DR_DETAIL_HEADER_MAX];
	struct dr_answer answer = an_answer(INT_MAX, INT_MAX);
	size_t source;

	(void)state;
	answer.detail = edge_string(longest);
	for(source = 0; source < DR_SOURCE_COUNT; source++) {
		size_t len;

		answer.source = (enum dr_source)source;
		len = dr_detail_print(buf, sizeof(buf), &answer);
		assert_in_range(len, 80, DR_DETAIL_HEADER_MAX - 1);
		assert_int_equal(len, strlen(buf));
	}
}


static void test_print_no_tokens(void **state)
{
	char buf[DR_DETAIL_HEADER_MAX];
	struct dr_answer answer = an_answer(603, 21);

	(void)state;
	answer.detail = edge_string("a\r\nVia: x");
	assert_int_equal(dr_detail_print(buf, sizeof(buf), &answer), 0);

	answer = an_answer(603, 21);
	answer.trunk = edge_string("a;code=200");
	assert_int_equal(dr_detail_print(buf, sizeof(buf), &answer), 0);
	answer.trunk =
			edge_string("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
						"aaaaaaaaaaaaaaaaa");
	assert_int_equal(dr_detail_print(buf, sizeof(buf), &answer), 0);

	answer = an_answer(603, 21);
	answer.source = DR_SOURCE_COUNT;
	assert_int_equal(dr_detail_print(buf, sizeof(buf), &answer), 0);
}


int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_check, edge_free),
			cmocka_unit_test_teardown(test_print, edge_free),
			cmocka_unit_test_teardown(test_print_sizes, edge_free),
			cmocka_unit_test_teardown(test_print_longest, edge_free),
			cmocka_unit_test_teardown(test_print_no_tokens, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
