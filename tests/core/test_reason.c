/**
 * @file test_reason.c  Tests of reason.c and text.c: names, numbers, ranges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "edge.h"
#include "reason.h"

/* LiveKit's enum, by number */
static const char *const reasons[] = {"UNKNOWN_REASON", "CLIENT_INITIATED",
		"DUPLICATE_IDENTITY", "SERVER_SHUTDOWN", "PARTICIPANT_REMOVED",
		"ROOM_DELETED", "STATE_MISMATCH", "JOIN_FAILURE", "MIGRATION",
		"SIGNAL_CLOSE", "ROOM_CLOSED", "USER_UNAVAILABLE", "USER_REJECTED",
		"SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT", "MEDIA_FAILURE",
		"AGENT_ERROR"};
static const char *const sources[] = {
		"remote", "timeout", "transport", "cancel", "script"};
static const char *const afters[] = {"none", "trying", "ringing"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_text(struct dr_text text, const char *expected)
{
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.s, expected, text.len);
}

static void test_reasons_both_ways(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(COUNT(reasons), 17);
	assert_int_equal(DR_REASON_COUNT, 17);
	for(i = 0; i < COUNT(reasons); i++) {
		enum dr_reason reason = DR_REASON_COUNT;

		assert_text(dr_reason_name((enum dr_reason)i), reasons[i]);
		assert_int_equal(dr_reason_parse(edge_string(reasons[i]), &reason), 0);
		assert_int_equal(reason, i);
	}
}

static void test_reason_bad_names(void **state)
{
	static const char *const bad[] = {"", "USER_REJECTE", "USER_REJECTEDX",
			"user_rejected", " USER_REJECTED", "12", "USER-REJECTED"};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(bad); i++) {
		enum dr_reason reason = DR_MIGRATION;

		assert_int_equal(dr_reason_parse(edge_string(bad[i]), &reason), EINVAL);
		assert_int_equal(reason, DR_MIGRATION);
	}
}

/* The first field with one of the names counts, and all of its value */
static void test_reason_of_headers(void **state)
{
	static const struct dr_text names[] = {
			DR_TEXT("X-LK-Disconnect-Reason"), DR_TEXT("X-Why")};
	static const struct
	{
		const char *headers;
		enum dr_reason reason; /* DR_REASON_COUNT: none */
	} cases[] = {
			{"X-Why: USER_REJECTED\r\n\r\n", DR_USER_REJECTED},
			{"Via: x\r\nx-lk-disconnect-reason:AGENT_ERROR", DR_AGENT_ERROR},
			{"X-WHY \t:\r\n \tUNKNOWN_REASON \t\r\n \r\nTo: y\r\n",
					DR_UNKNOWN_REASON},
			{"X-Why: MIGRATION\nX-Why: ROOM_CLOSED\n", DR_MIGRATION},
			{"X-Whys: MIGRATION\rX-Why: ROOM_CLOSED\r", DR_ROOM_CLOSED},
			{"X-Why: 12\r\nX-Why: ROOM_CLOSED\r\n", DR_REASON_COUNT},
			{"X-Why:\r\nX-LK-Disconnect-Reason: ROOM_CLOSED\r\n",
					DR_REASON_COUNT},
			{"X-Why: user_rejected\r\n", DR_REASON_COUNT},
			{"X-Why: USER_REJECTED;x\r\n", DR_REASON_COUNT},
			{"X-Why: USER_REJECTED, USER_REJECTED\r\n", DR_REASON_COUNT},
			{"X-Why: \"USER_REJECTED\"\r\n", DR_REASON_COUNT},
			{"X-Why: USER\r\n _REJECTED\r\n", DR_REASON_COUNT},
			{"X: X-Why: USER_REJECTED\r\n", DR_REASON_COUNT},
			{"Via: x\r\n\r\nX-Why: USER_REJECTED\r\n", DR_REASON_COUNT},
			{"", DR_REASON_COUNT},
	};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		struct dr_text headers = edge_string(cases[i].headers);
		enum dr_reason reason = DR_REASON_COUNT;

		print_message("%s\n", cases[i].headers);
		assert_int_equal(
				dr_reason_of_headers(headers, names, COUNT(names), &reason),
				cases[i].reason != DR_REASON_COUNT);
		assert_int_equal(reason, cases[i].reason);
		assert_false(dr_reason_of_headers(headers, names, 0, &reason));
	}
}

static void test_out_of_range(void **state)
{
	(void)state;
	assert_text(dr_reason_name(DR_REASON_COUNT), "");
	assert_text(dr_reason_name((enum dr_reason) - 1), "");
	assert_text(dr_source_name(DR_SOURCE_COUNT), "");
	assert_text(dr_after_name(DR_AFTER_COUNT), "");
}

static void test_sources_both_ways(void **state)
{
	enum dr_source source;
	size_t i;

	(void)state;
	assert_int_equal(COUNT(sources), DR_SOURCE_COUNT);
	for(i = 0; i < COUNT(sources); i++) {
		assert_text(dr_source_name((enum dr_source)i), sources[i]);
		assert_int_equal(dr_source_parse(edge_string(sources[i]), &source), 0);
		assert_int_equal(source, i);
	}
	assert_int_equal(dr_source_parse(edge_string("Remote"), &source), EINVAL);
	assert_int_equal(source, DR_SOURCE_SCRIPT);
}

static void test_afters_both_ways(void **state)
{
	enum dr_after after;
	size_t i;

	(void)state;
	assert_int_equal(COUNT(afters), DR_AFTER_COUNT);
	for(i = 0; i < COUNT(afters); i++) {
		assert_text(dr_after_name((enum dr_after)i), afters[i]);
		assert_int_equal(dr_after_parse(edge_string(afters[i]), &after), 0);
		assert_int_equal(after, i);
	}
	assert_int_equal(dr_after_parse(edge_string("ring"), &after), EINVAL);
	assert_int_equal(after, DR_AFTER_RINGING);
}

static void test_after_of(void **state)
{
	static const struct
	{
		int code;
		enum dr_after after;
	} cases[] = {{INT32_MIN, DR_AFTER_NONE}, {-1, DR_AFTER_NONE},
			{0, DR_AFTER_NONE}, {99, DR_AFTER_NONE}, {100, DR_AFTER_TRYING},
			{101, DR_AFTER_TRYING}, {179, DR_AFTER_TRYING},
			{180, DR_AFTER_RINGING}, {183, DR_AFTER_RINGING},
			{199, DR_AFTER_RINGING}, {200, DR_AFTER_NONE},
			{INT32_MAX, DR_AFTER_NONE}};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++)
		assert_int_equal(dr_after_of(cases[i].code), cases[i].after);
}

static void test_texts(void **state)
{
	struct dr_text nothing = {NULL, 0};

	(void)state;
	assert_true(dr_text_is(nothing, EDGE("")));
	assert_true(dr_text_is(EDGE("a\0b"), EDGE("a\0b")));
	assert_false(dr_text_is(EDGE("a\0b"), EDGE("a\0c")));
	assert_false(dr_text_is(EDGE("a"), EDGE("A")));

	assert_true(dr_text_alike(nothing, EDGE("")));
	assert_true(dr_text_alike(EDGE("aZ-@["), EDGE("Az-@[")));
	assert_false(dr_text_alike(EDGE("@"), EDGE("`")));
	assert_false(dr_text_alike(EDGE("["), EDGE("{")));
	assert_false(dr_text_alike(EDGE("ab"), EDGE("abc")));

	assert_true(dr_text_starts(EDGE("abc"), EDGE("ab")));
	assert_true(dr_text_starts(EDGE("abc"), nothing));
	assert_false(dr_text_starts(EDGE("ab"), EDGE("abc")));
	assert_false(dr_text_starts(EDGE("abc"), EDGE("Ab")));

	assert_text(dr_text_trim(EDGE(" \t\r\n")), "");
	assert_text(dr_text_trim(EDGE("\r\n a b\t\r\n")), "a b");
	assert_int_equal(dr_text_trim(nothing).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_reasons_both_ways, edge_free),
			cmocka_unit_test_teardown(test_reason_bad_names, edge_free),
			cmocka_unit_test_teardown(test_reason_of_headers, edge_free),
			cmocka_unit_test(test_out_of_range),
			cmocka_unit_test_teardown(test_sources_both_ways, edge_free),
			cmocka_unit_test_teardown(test_afters_both_ways, edge_free),
			cmocka_unit_test(test_after_of),
			cmocka_unit_test_teardown(test_texts, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
