/**
 * @file test_tables.c  Tests of the three tables, row by row
 *
 * What is expected is written down here a second time, by answer instead of by
 * code or cause, so that a slip in a table shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "edge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An answer and the codes or causes that lead to it, up to the first 0 */
struct expectation
{
	enum dr_reason reason;
	const char *detail;
	int numbers[32];
};

static const struct expectation code_answers[] = {
		{DR_SIP_TRUNK_FAILURE, "redirect", {300, 301, 302, 305, 380}},
		{DR_SIP_TRUNK_FAILURE, "protocol",
				{400, 405, 412, 413, 417, 420, 421, 422, 423, 424, 425, 430,
						439, 469, 481, 489, 491, 493, 494, 505, 513, 555}},
		{DR_SIP_TRUNK_FAILURE, "authentication", {401, 407}},
		{DR_SIP_TRUNK_FAILURE, "payment-required", {402}},
		{DR_SIP_TRUNK_FAILURE, "forbidden", {403}},
		{DR_SIP_TRUNK_FAILURE, "not-found", {404, 604}},
		{DR_SIP_TRUNK_FAILURE, "media-negotiation", {406, 415, 488, 580, 606}},
		{DR_USER_UNAVAILABLE, "request-timeout", {408}},
		{DR_SIP_TRUNK_FAILURE, "number-changed", {410}},
		{DR_SIP_TRUNK_FAILURE, "bad-number", {414, 416, 484, 485}},
		{DR_SIP_TRUNK_FAILURE, "identity", {428, 429, 436, 437, 438}},
		{DR_USER_REJECTED, "anonymous-refused", {433}},
		{DR_SIP_TRUNK_FAILURE, "routing-loop", {440, 482, 483}},
		{DR_USER_REJECTED, "consent-needed", {470}},
		{DR_USER_UNAVAILABLE, "unavailable", {480}},
		{DR_USER_REJECTED, "busy", {486, 600}},
		{DR_USER_UNAVAILABLE, "terminated", {487}},
		{DR_SIP_TRUNK_FAILURE, "server-error", {500}},
		{DR_SIP_TRUNK_FAILURE, "not-implemented", {501}},
		{DR_SIP_TRUNK_FAILURE, "bad-gateway", {502}},
		{DR_SIP_TRUNK_FAILURE, "service-unavailable", {503}},
		{DR_SIP_TRUNK_FAILURE, "gateway-timeout", {504}},
		{DR_USER_REJECTED, "declined", {603}},
		{DR_USER_REJECTED, "unwanted", {607}},
		{DR_USER_REJECTED, "blocked", {608}},
};

static const struct expectation cause_answers[] = {
		{DR_SIP_TRUNK_FAILURE, "not-found", {1, 4}},
		{DR_SIP_TRUNK_FAILURE, "no-route", {2, 3}},
		{DR_SIP_TRUNK_FAILURE, "bad-number", {5, 28}},
		{DR_SIP_TRUNK_FAILURE, "network",
				{6, 8, 9, 14, 29, 38, 39, 41, 43, 49, 50, 62, 63, 66, 69, 79,
						81, 82, 83, 84, 85, 86, 91, 95, 96, 97, 98, 99, 100,
						101, 111}},
		{DR_USER_REJECTED, "busy", {17}},
		{DR_USER_UNAVAILABLE, "no-response", {18}},
		{DR_USER_UNAVAILABLE, "no-answer", {19}},
		{DR_USER_UNAVAILABLE, "absent", {20}},
		{DR_USER_REJECTED, "declined", {21}},
		{DR_SIP_TRUNK_FAILURE, "number-changed", {22}},
		{DR_SIP_TRUNK_FAILURE, "redirect", {23}},
		{DR_USER_REJECTED, "blocked", {24, 55}},
		{DR_SIP_TRUNK_FAILURE, "routing-loop", {25}},
		{DR_SIP_TRUNK_FAILURE, "out-of-order", {27}},
		{DR_SIP_TRUNK_FAILURE, "congestion", {34, 42, 44, 46, 47}},
		{DR_SIP_TRUNK_FAILURE, "forbidden", {53, 57, 87, 90}},
		{DR_SIP_TRUNK_FAILURE, "media-negotiation", {58, 65, 70, 88}},
};

/* The code or cause that is tested, for whoever reads of a failure */
static int tested;

static const int silent_causes[] = {7, 16, 26, 30, 31, 40, 102, 103, 110, 127};

static void assert_text(struct dr_text text, const char *expected)
{
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.s, expected, text.len);
}

static void assert_answer(const struct dr_answer *answer, enum dr_reason reason,
		const char *detail, enum dr_decider by)
{
	assert_int_equal(answer->reason, reason);
	assert_text(answer->detail, detail);
	assert_int_equal(dr_detail_check(answer->detail), 0);
	assert_int_equal(answer->decided_by, by);
	assert_true(answer->row.len > 0);
}

static struct dr_answer classify_code(int code)
{
	const struct dr_attempt attempt = {
			.source = DR_SOURCE_REMOTE, .q850 = true, .code = code};
	struct dr_answer answer;

	tested = code;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.code, code);
	assert_int_equal(answer.cause, DR_CAUSE_NONE);
	assert_int_equal(answer.source, DR_SOURCE_REMOTE);
	return answer;
}

/* A 480 with a cause */
static struct dr_answer classify_cause(int cause)
{
	char reason[64];
	struct dr_attempt attempt = {
			.source = DR_SOURCE_REMOTE, .q850 = true, .code = 480};
	struct dr_answer answer;

	tested = cause;
	snprintf(reason, sizeof(reason), "Reason: Q.850;cause=%d\r\n", cause);
	attempt.headers = edge_string(reason);
	dr_classify(&attempt, &answer);
	edge_free(NULL);
	return answer;
}

static const struct expectation *find(
		const struct expectation *table, size_t count, int number)
{
	size_t i, j;

	for(i = 0; i < count; i++) {
		for(j = 0; table[i].numbers[j] != 0; j++) {
			if(table[i].numbers[j] == number)
				return &table[i];
		}
	}
	return NULL;
}

static void test_every_code(void **state)
{
	int code, known = 0;

	(void)state;
	for(code = 300; code <= 999; code++) {
		const struct expectation *e =
				find(code_answers, COUNT(code_answers), code);
		struct dr_answer answer = classify_code(code);

		if(e) {
			known++;
			assert_answer(&answer, e->reason, e->detail,
					code == 487 ? DR_BY_EVENT : DR_BY_CODE);
		} else if(code < 600) {
			assert_answer(
					&answer, DR_SIP_TRUNK_FAILURE, "protocol", DR_BY_EVENT);
			assert_text(answer.row, "unknown 3xx, 4xx, 5xx code");
		} else {
			assert_answer(&answer, DR_USER_REJECTED, "declined", DR_BY_EVENT);
			assert_text(answer.row, "unknown code from 600 on");
		}
	}
	assert_int_equal(known, 66);
}

static void test_code_487_of_script(void **state)
{
	const struct dr_attempt attempt = {
			.source = DR_SOURCE_SCRIPT, .q850 = true, .code = 487};
	struct dr_answer answer;

	(void)state;
	dr_classify(&attempt, &answer);
	assert_answer(&answer, DR_USER_UNAVAILABLE, "terminated", DR_BY_CODE);
	assert_text(answer.row, "Request Terminated");
}

static void test_every_cause(void **state)
{
	int cause, overriding = 0;

	(void)state;
	for(cause = -1; cause <= 1001; cause++) {
		const struct expectation *e =
				find(cause_answers, COUNT(cause_answers), cause);
		struct dr_answer answer = classify_cause(cause);

		if(e) {
			overriding++;
			assert_answer(&answer, e->reason, e->detail, DR_BY_Q850);
		} else {
			assert_answer(
					&answer, DR_USER_UNAVAILABLE, "unavailable", DR_BY_CODE);
		}
		assert_int_equal(answer.cause,
				cause >= 1 && cause <= 127 ? cause : DR_CAUSE_NONE);
	}
	assert_int_equal(overriding, 61);
}

/* A cause that does not override has a row with words all the same */
static void test_silent_causes(void **state)
{
	static const struct
	{
		int cause;
		bool overrides;
		const char *detail;
		const char *words;
	} rows[] = {
#define YES true
#define NO false
#define DR_Q850_CAUSE(cause, overrides, reason, detail, words) \
	{cause, overrides, detail, words},
#include "table_q850_causes.h"
	};
	size_t i, silent = 0;

	(void)state;
	for(i = 0; i < COUNT(rows); i++) {
		assert_true(strlen(rows[i].words) > 0);
		if(rows[i].overrides)
			continue;
		assert_int_equal(rows[i].cause, silent_causes[silent++]);
		assert_string_equal(rows[i].detail, "");
	}
	assert_int_equal(silent, COUNT(silent_causes));
	assert_int_equal(COUNT(rows), 71);
}

/* The words of some rows; those of a table can not all be shifted by one */
static void test_words(void **state)
{
	static const struct
	{
		int number;
		const char *words;
	} codes[] = {{300, "Multiple Choices"}, {408, "Request Timeout"},
			{486, "Busy Here"}, {480, "Temporarily Unavailable"},
			{500, "Server Internal Error"}, {603, "Decline"},
			{608, "Rejected"}},
	  causes[] = {{1, "Unallocated (unassigned) number"}, {17, "User busy"},
			  {34, "No circuit/channel available"},
			  {62, "Inconsistency in outgoing access information and "
				   "subscriber class"},
			  {111, "Protocol error, unspecified"}};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(codes); i++)
		assert_text(classify_code(codes[i].number).row, codes[i].words);
	for(i = 0; i < COUNT(causes); i++)
		assert_text(classify_cause(causes[i].number).row, causes[i].words);
}

/* Every row of the events table, so that one without a case of its own (it has
 * the answer of another one) is checked too */
static void test_events(void **state)
{
	static const struct
	{
		enum dr_reason reason;
		const char *detail;
		const char *words;
	} rows[] =
			{
#define DR_EVENT(id, reason, detail, words) {DR_##reason, detail, words},
#include "table_events.h"
			},
	  expected[] = {
			  {DR_CONNECTION_TIMEOUT, "no-reply",
					  "no reply of any kind before fr_timer"},
			  {DR_CONNECTION_TIMEOUT, "no-progress",
					  "only 100 Trying before the timer"},
			  {DR_USER_UNAVAILABLE, "no-answer",
					  "180..199 seen, then the timer"},
			  {DR_CONNECTION_TIMEOUT, "no-progress",
					  "101..179 seen, then the timer"},
			  {DR_SIP_TRUNK_FAILURE, "transport",
					  "request could not be sent (socket, TLS, refused)"},
			  {DR_SIP_TRUNK_FAILURE, "dns",
					  "destination could not be resolved"},
			  {DR_CLIENT_INITIATED, "cancelled", "caller cancelled first"},
			  {DR_USER_UNAVAILABLE, "terminated", "487 without our CANCEL"},
			  {DR_USER_REJECTED, "blocked",
					  "603 with phrase \"Network Blocked\" and a Reason text "
					  "beginning v=analytics1;"},
			  {DR_SIP_TRUNK_FAILURE, "protocol", "unknown 3xx, 4xx, 5xx code"},
			  {DR_USER_REJECTED, "declined", "unknown code from 600 on"},
			  {DR_UNKNOWN_REASON, "unknown", "no final failure code"},
	  };
	size_t i;

	(void)state;
	assert_int_equal(COUNT(rows), COUNT(expected));
	for(i = 0; i < COUNT(rows); i++) {
		assert_int_equal(rows[i].reason, expected[i].reason);
		assert_string_equal(rows[i].detail, expected[i].detail);
		assert_string_equal(rows[i].words, expected[i].words);
	}
}

/* Only a code that no table has is unclassified, not what has none */
static void test_unclassified(void **state)
{
	static const struct
	{
		enum dr_source source;
		int code;
		bool unclassified;
	} cases[] = {{DR_SOURCE_REMOTE, 480, false}, {DR_SOURCE_REMOTE, 487, false},
			{DR_SOURCE_REMOTE, 499, true}, {DR_SOURCE_REMOTE, 699, true},
			{DR_SOURCE_REMOTE, 700, true}, {DR_SOURCE_SCRIPT, 999, true},
			{DR_SOURCE_REMOTE, 200, true}, {DR_SOURCE_SCRIPT, 399, true},
			{DR_SOURCE_TIMEOUT, 499, false}, {DR_SOURCE_CANCEL, 699, false}};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		const struct dr_attempt attempt = {
				.source = cases[i].source, .code = cases[i].code};
		struct dr_answer answer;

		dr_classify(&attempt, &answer);
		assert_int_equal(dr_is_unclassified(&answer), cases[i].unclassified);
	}
}

static int print_tested(void **state)
{
	(void)state;
	print_message("last code or cause: %d\n", tested);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_every_code, print_tested),
			cmocka_unit_test(test_code_487_of_script),
			cmocka_unit_test_teardown(test_every_cause, print_tested),
			cmocka_unit_test(test_silent_causes),
			cmocka_unit_test(test_words),
			cmocka_unit_test(test_events),
			cmocka_unit_test(test_unclassified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
