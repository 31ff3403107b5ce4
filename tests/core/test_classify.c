/**
 * @file test_classify.c  Tests of classify.c: what decides, in which order, and the detail header
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
#define NO_CAUSE DR_CAUSE_NONE
#define ANALYTICS \
	"Reason: SIP;cause=603;text=\"v=analytics1;url=https://a\"\r\n"

static const char longest[] = "abcdefghijklmnopqrstuvwxyz-01239";

struct classify_case
{
	const char *what;
	enum dr_source source;
	enum dr_after after;
	int code;
	const char *phrase;
	const char *headers;
	enum dr_reason reason;
	const char *detail;
	int cause;
	enum dr_decider by;
};

static void assert_text(struct dr_text text, const char *expected)
{
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.s, expected, text.len);
}

static struct dr_answer classify(const struct classify_case *c, bool q850)
{
	const struct dr_attempt attempt = {.source = c->source,
			.after = c->after,
			.code = c->code,
			.q850 = q850,
			.phrase = edge_string(c->phrase),
			.headers = edge_string(c->headers)};
	struct dr_answer answer;

	memset(&answer, 0xff, sizeof(answer));
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.source, c->source);
	assert_int_equal(answer.code, c->code);
	assert_true(answer.row.len > 0);
	edge_free(NULL);
	return answer;
}

static void check_cases(const struct classify_case *cases, size_t count)
{
	size_t i;

	for(i = 0; i < count; i++) {
		const struct classify_case *c = &cases[i];
		struct dr_answer answer = classify(c, true);

		print_message("%s\n", c->what);
		assert_int_equal(answer.reason, c->reason);
		assert_int_equal(answer.detail.len, strlen(c->detail));
		assert_memory_equal(answer.detail.s, c->detail, answer.detail.len);
		assert_int_equal(answer.cause, c->cause);
		assert_int_equal(answer.decided_by, c->by);
	}
}

static void test_seven_rows(void **state)
{
	static const struct classify_case cases[] = {
			{"486", DR_SOURCE_REMOTE, DR_AFTER_NONE, 486, "Busy Here", "",
					DR_USER_REJECTED, "busy", NO_CAUSE, DR_BY_CODE},
			{"480", DR_SOURCE_REMOTE, DR_AFTER_NONE, 480, "Away", "",
					DR_USER_UNAVAILABLE, "unavailable", NO_CAUSE, DR_BY_CODE},
			{"603", DR_SOURCE_REMOTE, DR_AFTER_RINGING, 603, "Decline", "",
					DR_USER_REJECTED, "declined", NO_CAUSE, DR_BY_CODE},
			{"408", DR_SOURCE_REMOTE, DR_AFTER_NONE, 408, "Timeout", "",
					DR_USER_UNAVAILABLE, "request-timeout", NO_CAUSE,
					DR_BY_CODE},
			{"404", DR_SOURCE_REMOTE, DR_AFTER_NONE, 404, "Not Found", "",
					DR_SIP_TRUNK_FAILURE, "not-found", NO_CAUSE, DR_BY_CODE},
			{"500", DR_SOURCE_REMOTE, DR_AFTER_NONE, 500, "Error", "",
					DR_SIP_TRUNK_FAILURE, "server-error", NO_CAUSE, DR_BY_CODE},
			{"silence", DR_SOURCE_TIMEOUT, DR_AFTER_NONE, 408, "", "",
					DR_CONNECTION_TIMEOUT, "no-reply", NO_CAUSE, DR_BY_EVENT},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_every_5xx(void **state)
{
	struct classify_case c = {"5xx", DR_SOURCE_REMOTE, DR_AFTER_NONE, 0, "", "",
			DR_SIP_TRUNK_FAILURE, "", NO_CAUSE, DR_BY_CODE};

	(void)state;
	for(c.code = 500; c.code <= 599; c.code++)
		assert_int_equal(classify(&c, true).reason, DR_SIP_TRUNK_FAILURE);
}

static void test_no_reply(void **state)
{
	static const struct classify_case cases[] = {
			{"only 100", DR_SOURCE_TIMEOUT, DR_AFTER_TRYING, 408, "", "",
					DR_CONNECTION_TIMEOUT, "no-progress", NO_CAUSE,
					DR_BY_EVENT},
			{"rang and rang", DR_SOURCE_TIMEOUT, DR_AFTER_RINGING, 408, "", "",
					DR_USER_UNAVAILABLE, "no-answer", NO_CAUSE, DR_BY_EVENT},
			{"a timeout has no reply to read", DR_SOURCE_TIMEOUT, DR_AFTER_NONE,
					480, "", "Reason: Q.850;cause=17\r\n",
					DR_CONNECTION_TIMEOUT, "no-reply", NO_CAUSE, DR_BY_EVENT},
			{"not sent", DR_SOURCE_TRANSPORT, DR_AFTER_NONE, 477, "", "",
					DR_SIP_TRUNK_FAILURE, "transport", NO_CAUSE, DR_BY_EVENT},
			{"after is nonsense", DR_SOURCE_TIMEOUT, DR_AFTER_COUNT, 0, "", "",
					DR_CONNECTION_TIMEOUT, "no-reply", NO_CAUSE, DR_BY_EVENT},
			{"after is more nonsense", DR_SOURCE_TIMEOUT,
					(enum dr_after)(DR_AFTER_COUNT + 1), 0, "", "",
					DR_CONNECTION_TIMEOUT, "no-reply", NO_CAUSE, DR_BY_EVENT},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_unresolved(void **state)
{
	const struct dr_attempt attempt = {
			.source = DR_SOURCE_TRANSPORT, .unresolved = true, .code = 478};
	struct dr_answer answer;

	(void)state;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.reason, DR_SIP_TRUNK_FAILURE);
	assert_int_equal(answer.detail.len, strlen("dns"));
	assert_memory_equal(answer.detail.s, "dns", answer.detail.len);
}

static void test_cancel_wins(void **state)
{
	static const struct classify_case cases[] = {
			{"cancelled, 487", DR_SOURCE_CANCEL, DR_AFTER_RINGING, 487, "", "",
					DR_CLIENT_INITIATED, "cancelled", NO_CAUSE, DR_BY_EVENT},
			{"cancelled, 486 came", DR_SOURCE_CANCEL, DR_AFTER_RINGING, 486, "",
					"", DR_CLIENT_INITIATED, "cancelled", NO_CAUSE,
					DR_BY_EVENT},
			{"cancelled, cause came", DR_SOURCE_CANCEL, DR_AFTER_NONE, 480, "",
					"Reason: Q.850;cause=17\r\n", DR_CLIENT_INITIATED,
					"cancelled", NO_CAUSE, DR_BY_EVENT},
			{"cancelled, blocked came", DR_SOURCE_CANCEL, DR_AFTER_NONE, 603,
					"Network Blocked", ANALYTICS, DR_CLIENT_INITIATED,
					"cancelled", NO_CAUSE, DR_BY_EVENT},
			{"cancelled, nothing came", DR_SOURCE_CANCEL, DR_AFTER_NONE, 0, "",
					"", DR_CLIENT_INITIATED, "cancelled", NO_CAUSE,
					DR_BY_EVENT},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_blocked(void **state)
{
	static const struct classify_case cases[] = {
			{"603+", DR_SOURCE_REMOTE, DR_AFTER_NONE, 603, "Network Blocked",
					ANALYTICS, DR_USER_REJECTED, "blocked", NO_CAUSE,
					DR_BY_EVENT},
			{"603+, any case, second value of second header", DR_SOURCE_REMOTE,
					DR_AFTER_NONE, 603, "NETWORK blocked",
					"Reason: Q.850;cause=21\r\nreason: SIP,\r\n "
					"SIP;text=\"v=analytics1;url=u\"\r\n",
					DR_USER_REJECTED, "blocked", NO_CAUSE, DR_BY_EVENT},
			{"no Reason", DR_SOURCE_REMOTE, DR_AFTER_NONE, 603,
					"Network Blocked", "", DR_USER_REJECTED, "declined",
					NO_CAUSE, DR_BY_CODE},
			{"other phrase", DR_SOURCE_REMOTE, DR_AFTER_NONE, 603,
					"Network Blocked!", ANALYTICS, DR_USER_REJECTED, "declined",
					NO_CAUSE, DR_BY_CODE},
			{"other text", DR_SOURCE_REMOTE, DR_AFTER_NONE, 603,
					"Network Blocked",
					"Reason: SIP;text=\"x v=analytics1;\"\r\n"
					"Reason: SIP;text=\"v=analytics1\"\r\n",
					DR_USER_REJECTED, "declined", NO_CAUSE, DR_BY_CODE},
			{"other code", DR_SOURCE_REMOTE, DR_AFTER_NONE, 403,
					"Network Blocked", ANALYTICS, DR_SIP_TRUNK_FAILURE,
					"forbidden", NO_CAUSE, DR_BY_CODE},
			{"the script's own 603", DR_SOURCE_SCRIPT, DR_AFTER_NONE, 603,
					"Network Blocked", ANALYTICS, DR_USER_REJECTED, "declined",
					NO_CAUSE, DR_BY_CODE},
			{"608", DR_SOURCE_REMOTE, DR_AFTER_NONE, 608, "Rejected", "",
					DR_USER_REJECTED, "blocked", NO_CAUSE, DR_BY_CODE},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

#define A_480 DR_SOURCE_REMOTE, DR_AFTER_NONE, 480, ""

static void test_q850(void **state)
{
	static const struct classify_case cases[] = {
			{"17", A_480, "Reason: Q.850;cause=17\r\n", DR_USER_REJECTED,
					"busy", 17, DR_BY_Q850},
			{"34, any case, folded", A_480,
					"Via: x\r\nREASON :\r\n q.850\r\n ;\r\n\tcause=34\r\n\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"19", A_480, "Reason: Q.850;cause=19\r\n", DR_USER_UNAVAILABLE,
					"no-answer", 19, DR_BY_Q850},
			{"16 says nothing", A_480, "Reason: Q.850;cause=16\r\n",
					DR_USER_UNAVAILABLE, "unavailable", 16, DR_BY_CODE},
			{"127 says nothing", A_480, "Reason: Q.850;cause=127\r\n",
					DR_USER_UNAVAILABLE, "unavailable", 127, DR_BY_CODE},
			{"35 has no row", A_480, "Reason: Q.850;cause=35\r\n",
					DR_USER_UNAVAILABLE, "unavailable", 35, DR_BY_CODE},
			{"no Q.850 cause is 0 or 128", A_480,
					"Reason: Q.850;cause=0,Q.850;cause=128,Q.850\r\n",
					DR_USER_UNAVAILABLE, "unavailable", NO_CAUSE, DR_BY_CODE},
			{"no cause of SIP", A_480,
					"Reason: SIP;cause=17,Q.8500;cause=17\r\n",
					DR_USER_UNAVAILABLE, "unavailable", NO_CAUSE, DR_BY_CODE},
			{"in a body it counts for nothing", A_480,
					"Via: x\r\n\r\nReason: Q.850;cause=17\r\n",
					DR_USER_UNAVAILABLE, "unavailable", NO_CAUSE, DR_BY_CODE},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

/* The first cause that overrides decides; one that does not, or that has no
 * row, keeps nothing from a later one */
static void test_several_q850(void **state)
{
	static const struct classify_case cases[] = {
			{"16 and 34", A_480, "Reason: Q.850;cause=16,Q.850;cause=34\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"127 and 34 in two headers", A_480,
					"Reason: Q.850;cause=127\r\nReason: Q.850;cause=34\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"no row and 34", A_480,
					"Reason: Q.850;cause=35,Q.850;cause=34\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"broken and 34", A_480, "Reason: Q.850;cause=x,Q.850;cause=34\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"SIP and 34", A_480, "Reason: SIP;cause=486,Q.850;cause=34\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"17 and 34", A_480, "Reason: Q.850;cause=17,Q.850;cause=34\r\n",
					DR_USER_REJECTED, "busy", 17, DR_BY_Q850},
			{"34 and 16", A_480, "Reason: Q.850;cause=34,Q.850;cause=16\r\n",
					DR_SIP_TRUNK_FAILURE, "congestion", 34, DR_BY_Q850},
			{"16 and 127", A_480, "Reason: Q.850;cause=16,Q.850;cause=127\r\n",
					DR_USER_UNAVAILABLE, "unavailable", 16, DR_BY_CODE},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static bool is_soft(int code)
{
	static const int soft[] = {
			400, 404, 408, 410, 480, 484, 487, 500, 501, 502, 503, 504};
	size_t i;

	for(i = 0; i < COUNT(soft); i++) {
		if(soft[i] == code)
			return true;
	}
	return false;
}

static void test_soft_codes_only(void **state)
{
	struct classify_case c = {"", DR_SOURCE_REMOTE, DR_AFTER_NONE, 0, "",
			"Reason: Q.850;cause=20\r\n", DR_UNKNOWN_REASON, "", 0, DR_BY_Q850};

	(void)state;
	for(c.code = 0; c.code <= 800; c.code++) {
		struct dr_answer with = classify(&c, true);
		struct dr_answer without = classify(&c, false);

		assert_int_equal(with.decided_by == DR_BY_Q850, is_soft(c.code));
		assert_int_equal(with.cause, is_soft(c.code) ? 20 : NO_CAUSE);
		assert_int_not_equal(without.decided_by, DR_BY_Q850);
		assert_int_equal(without.cause, NO_CAUSE);
		if(!is_soft(c.code)) {
			assert_int_equal(with.reason, without.reason);
			assert_ptr_equal(with.detail.s, without.detail.s);
		}
	}
}

static void test_q850_of_remote_only(void **state)
{
	struct classify_case c = {"", DR_SOURCE_REMOTE, DR_AFTER_NONE, 480, "",
			"Reason: Q.850;cause=34\r\n", DR_UNKNOWN_REASON, "", 0, DR_BY_Q850};
	int source;

	(void)state;
	for(source = 0; source <= DR_SOURCE_COUNT; source++) {
		c.source = (enum dr_source)source;
		assert_int_equal(classify(&c, true).decided_by == DR_BY_Q850,
				source == DR_SOURCE_REMOTE);
	}
}

static void test_487(void **state)
{
	static const struct classify_case cases[] = {
			{"nobody here asked for it", DR_SOURCE_REMOTE, DR_AFTER_RINGING,
					487, "", "", DR_USER_UNAVAILABLE, "terminated", NO_CAUSE,
					DR_BY_EVENT},
			{"with a cause", DR_SOURCE_REMOTE, DR_AFTER_RINGING, 487, "",
					"Reason: Q.850;cause=17\r\n", DR_USER_REJECTED, "busy", 17,
					DR_BY_Q850},
			{"with a cause that says nothing", DR_SOURCE_REMOTE, DR_AFTER_NONE,
					487, "", "Reason: Q.850;cause=31\r\n", DR_USER_UNAVAILABLE,
					"terminated", 31, DR_BY_EVENT},
			{"the script cancelled", DR_SOURCE_SCRIPT, DR_AFTER_RINGING, 487,
					"", "Reason: Q.850;cause=17\r\n", DR_USER_UNAVAILABLE,
					"terminated", NO_CAUSE, DR_BY_CODE},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

/* What a trusted trunk reports stands above all that its reply says, and a cause
 * is told where it would have counted */
static void test_reported(void **state)
{
	static const struct
	{
		const char *what;
		int code;
		const char *phrase;
		const char *headers;
		bool q850;
		int cause;
	} cases[] = {
			{"silence behind an inner proxy", 408, "Request Timeout", "", true,
					NO_CAUSE},
			{"a firm code", 486, "Busy Here", "Reason: Q.850;cause=17\r\n",
					true, NO_CAUSE},
			{"a cause that would decide", 480, "", "Reason: Q.850;cause=17\r\n",
					true, 17},
			{"the first of two causes", 480, "",
					"Reason: Q.850;cause=16,Q.850;cause=34\r\n", true, 16},
			{"causes are off", 480, "", "Reason: Q.850;cause=17\r\n", false,
					NO_CAUSE},
			{"blocked", 603, "Network Blocked", ANALYTICS, true, NO_CAUSE},
			{"487", 487, "", "", true, NO_CAUSE},
			{"a code without a row", 499, "", "", true, NO_CAUSE},
	};
	struct dr_answer answer;
	size_t i;
	int reason;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		struct dr_attempt attempt = {.source = DR_SOURCE_REMOTE,
				.after = DR_AFTER_TRYING,
				.code = cases[i].code,
				.q850 = cases[i].q850,
				.reported = true,
				.phrase = edge_string(cases[i].phrase),
				.headers = edge_string(cases[i].headers)};

		print_message("%s\n", cases[i].what);
		for(reason = 0; reason < DR_REASON_COUNT; reason++) {
			attempt.report = (enum dr_reason)reason;
			memset(&answer, 0xff, sizeof(answer));
			dr_classify(&attempt, &answer);
			if(reason == DR_CLIENT_INITIATED) {
				assert_int_not_equal(answer.decided_by, DR_BY_TRUNK);
				continue;
			}
			assert_int_equal(answer.reason, reason);
			assert_int_equal(answer.decided_by, DR_BY_TRUNK);
			assert_text(answer.detail, "reported");
			assert_text(answer.row, "the trunk's own header");
			assert_int_equal(answer.source, DR_SOURCE_REMOTE);
			assert_int_equal(answer.after, DR_AFTER_TRYING);
			assert_int_equal(answer.code, cases[i].code);
			assert_int_equal(answer.cause, cases[i].cause);
			assert_int_equal(answer.rule, -1);
			assert_int_equal(answer.trunk.len, 0);
			assert_false(dr_is_unclassified(&answer));
		}
		edge_free(NULL);
	}
}

/* Nobody but the trunk itself reports anything */
static void test_reported_by_remote_only(void **state)
{
	int source;

	(void)state;
	for(source = 0; source <= DR_SOURCE_COUNT; source++) {
		struct dr_attempt attempt = {.source = (enum dr_source)source,
				.code = 408,
				.reported = true,
				.report = DR_MEDIA_FAILURE};
		struct dr_answer reported, plain;

		dr_classify(&attempt, &reported);
		attempt.reported = false;
		dr_classify(&attempt, &plain);
		assert_int_not_equal(plain.decided_by, DR_BY_TRUNK);
		if(source == DR_SOURCE_REMOTE) {
			assert_int_equal(reported.decided_by, DR_BY_TRUNK);
			continue;
		}
		assert_int_equal(reported.decided_by, plain.decided_by);
		assert_int_equal(reported.reason, plain.reason);
		assert_ptr_equal(reported.detail.s, plain.detail.s);
	}
}

/* For the trunk its caller is this proxy, so it does not know whether the caller
 * gave up */
static void test_reported_cancel(void **state)
{
	const struct dr_attempt attempt = {.source = DR_SOURCE_REMOTE,
			.code = 487,
			.reported = true,
			.report = DR_CLIENT_INITIATED};
	struct dr_answer answer;

	(void)state;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.reason, DR_USER_UNAVAILABLE);
	assert_text(answer.detail, "terminated");
	assert_int_equal(answer.decided_by, DR_BY_EVENT);
}

static void test_odd_codes(void **state)
{
	static const int codes[] = {
			INT_MIN, -1, 0, 1, 100, 200, 299, 1000, INT_MAX};
	struct classify_case c = {"", DR_SOURCE_REMOTE, DR_AFTER_NONE, 0, "",
			"Reason: Q.850;cause=34\r\n", DR_UNKNOWN_REASON, "unknown",
			NO_CAUSE, DR_BY_EVENT};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(codes); i++) {
		c.code = codes[i];
		c.source = DR_SOURCE_REMOTE;
		check_cases(&c, 1);
		c.source = DR_SOURCE_SCRIPT;
		check_cases(&c, 1);
		c.source = DR_SOURCE_COUNT;
		check_cases(&c, 1);
		c.source = (enum dr_source)(DR_SOURCE_COUNT + 1);
		check_cases(&c, 1);
	}
}

/* SIP has no class from 700 on, but room for such a code */
static void test_codes_from_700_on(void **state)
{
	struct classify_case c = {"", DR_SOURCE_REMOTE, DR_AFTER_NONE, 0, "",
			"Reason: Q.850;cause=34\r\n", DR_USER_REJECTED, "declined",
			NO_CAUSE, DR_BY_EVENT};

	(void)state;
	for(c.code = 700; c.code <= 999; c.code++) {
		c.source = DR_SOURCE_REMOTE;
		check_cases(&c, 1);
		c.source = DR_SOURCE_SCRIPT;
		check_cases(&c, 1);
	}
}

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

static void test_detail_check(void **state)
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

static void test_detail_print(void **state)
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

static void test_detail_print_sizes(void **state)
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

static void test_detail_print_longest(void **state)
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

static void test_detail_print_no_tokens(void **state)
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
			cmocka_unit_test(test_seven_rows),
			cmocka_unit_test(test_every_5xx),
			cmocka_unit_test(test_no_reply),
			cmocka_unit_test(test_unresolved),
			cmocka_unit_test(test_cancel_wins),
			cmocka_unit_test(test_blocked),
			cmocka_unit_test(test_q850),
			cmocka_unit_test(test_several_q850),
			cmocka_unit_test(test_soft_codes_only),
			cmocka_unit_test(test_q850_of_remote_only),
			cmocka_unit_test(test_487),
			cmocka_unit_test(test_reported),
			cmocka_unit_test(test_reported_by_remote_only),
			cmocka_unit_test(test_reported_cancel),
			cmocka_unit_test(test_odd_codes),
			cmocka_unit_test(test_codes_from_700_on),
			cmocka_unit_test_teardown(test_detail_check, edge_free),
			cmocka_unit_test_teardown(test_detail_print, edge_free),
			cmocka_unit_test_teardown(test_detail_print_sizes, edge_free),
			cmocka_unit_test_teardown(test_detail_print_longest, edge_free),
			cmocka_unit_test_teardown(test_detail_print_no_tokens, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
