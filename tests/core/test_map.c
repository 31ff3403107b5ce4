/**
 * @file test_map.c  Which rule of a loaded map decides an attempt
 *
 * Run from the root of the project.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "classify.h"
#include "edge.h"
#include "map.h"
#include "map_design.h"
#include "map_match.h"

struct answer_case
{
	const char *what;
	const char *profile;
	enum dr_source source;
	enum dr_after after;
	int code;
	const char *phrase;
	const char *headers;
	enum dr_reason reason;
	const char *detail;
	enum dr_decider by;
	int line; /* of the rule; 0: none */
};

static void check_case(const struct dr_map *map, const struct answer_case *c)
{
	const struct dr_attempt attempt = {.map = map,
			.profile = dr_map_find_profile(map, text_of(c->profile)),
			.source = c->source,
			.after = c->after,
			.code = c->code,
			.q850 = true,
			.phrase = edge_string(c->phrase),
			.headers = edge_string(c->headers)};
	struct dr_answer answer;
	struct dr_rule rule;

	print_message("%s\n", c->what);
	assert_int_not_equal(attempt.profile, DR_NONE);
	memset(&answer, 0xff, sizeof(answer));
	dr_classify(&attempt, &answer);
	edge_free(NULL);
	assert_int_equal(answer.reason, c->reason);
	assert_text(answer.detail, c->detail);
	assert_int_equal(answer.decided_by, c->by);
	assert_int_equal(answer.after, c->after);
	assert_true(answer.row.len > 0);
	assert_int_equal(answer.rule != DR_NONE, c->line > 0);
	if(c->line > 0) {
		dr_map_get_rule(map, answer.rule, &rule);
		assert_int_equal(rule.line, c->line);
	}
}

#define Q850(cause) "Reason: Q.850;cause=" #cause "\r\n"

static void test_rules(void **state)
{
	static const struct answer_case cases[] = {
			{"header and prefix", "twilio", REMOTE, 603, "Decline",
					"x-twilio-error: 32203 blocked\r\n", DR_USER_REJECTED,
					"blocked", DR_BY_RULE, 9},
			{"second field of the name, folded", "twilio", REMOTE, 603, "",
					"X-Twilio-Error: 1\r\nX-TWILIO-ERROR:\r\n 32203\r\n",
					DR_USER_REJECTED, "blocked", DR_BY_RULE, 9},
			{"first field, after white space", "twilio", REMOTE, 603, "",
					" X-Twilio-Error: 32203\r\n", DR_USER_REJECTED, "blocked",
					DR_BY_RULE, 9},
			{"first field, after a tab", "twilio", REMOTE, 603, "",
					"\tX-Twilio-Error: 32203\r\n", DR_USER_REJECTED, "blocked",
					DR_BY_RULE, 9},
			{"other value", "twilio", REMOTE, 603, "",
					"X-Twilio-Error: 132203\r\n", DR_USER_REJECTED, "declined",
					DR_BY_CODE, 0},
			{"only in the body", "twilio", REMOTE, 603, "",
					"Via: x\r\n\r\nX-Twilio-Error: 32203\r\n", DR_USER_REJECTED,
					"declined", DR_BY_CODE, 0},
			{"code of a list, after", "twilio", DR_SOURCE_REMOTE,
					DR_AFTER_TRYING, 503, "", "", DR_SIP_TRUNK_FAILURE,
					"congestion", DR_BY_RULE, 10},
			{"other after", "twilio", DR_SOURCE_REMOTE, DR_AFTER_RINGING, 480,
					"", "", DR_USER_UNAVAILABLE, "unavailable", DR_BY_CODE, 0},
			{"class and cause, no detail", "twilio", REMOTE, 599, "", Q850(21),
					DR_USER_REJECTED, "", DR_BY_RULE, 11},
			{"a code beyond all classes", "twilio", REMOTE, 700, "", Q850(21),
					DR_USER_REJECTED, "declined", DR_BY_EVENT, 0},
			{"a code of one digit is no class", "twilio", REMOTE, 5, "",
					Q850(21), DR_UNKNOWN_REASON, "unknown", DR_BY_EVENT, 0},
			{"other cause refines", "twilio", REMOTE, 500, "", Q850(34),
					DR_SIP_TRUNK_FAILURE, "congestion", DR_BY_Q850, 0},
			{"words, any case", "twilio", REMOTE, 486, "Limit (d5)", "",
					DR_SIP_TRUNK_FAILURE, "channel-limit", DR_BY_RULE, 12},
			{"part of a word", "twilio", REMOTE, 486, "Limit D51", "",
					DR_USER_REJECTED, "busy", DR_BY_CODE, 0},
			{"cancelled", "twilio", DR_SOURCE_CANCEL, DR_AFTER_NONE, 486, "D5",
					"", DR_CLIENT_INITIATED, "cancelled", DR_BY_EVENT, 0},
	};
	size_t i;

	for(i = 0; i < COUNT(cases); i++)
		check_case(*state, &cases[i]);
}

static void test_extends(void **state)
{
	static const struct answer_case cases[] = {
			{"own rule, hexadecimal code", "mixed", REMOTE, 480, "",
					"X-Any: 1\r\n", DR_AGENT_ERROR, "", DR_BY_RULE, 16},
			{"own rule, class in a list", "mixed", REMOTE, 699, "",
					"x-any:\r\n", DR_AGENT_ERROR, "", DR_BY_RULE, 16},
			{"rule of what it extends", "mixed", REMOTE, 486, "D5", "",
					DR_SIP_TRUNK_FAILURE, "channel-limit", DR_BY_RULE, 12},
			{"rule of default", "mixed", REMOTE, 488, "", "", DR_MEDIA_FAILURE,
					"", DR_BY_RULE, 23},
			{"rule of default, not said to be extended", "empty", REMOTE, 488,
					"", "", DR_MEDIA_FAILURE, "", DR_BY_RULE, 23},
			{"no q850", "mixed", REMOTE, 480, "", Q850(17), DR_USER_UNAVAILABLE,
					"unavailable", DR_BY_CODE, 0},
			{"a rule's own q850, any code", "mixed", REMOTE, 403, "", Q850(34),
					DR_SIP_TRUNK_FAILURE, "", DR_BY_RULE, 20},
			{"the module's q850", "empty", REMOTE, 480, "", Q850(17),
					DR_USER_REJECTED, "busy", DR_BY_Q850, 0},
			{"timeout", "mixed", DR_SOURCE_TIMEOUT, DR_AFTER_NONE, 0, "", "",
					DR_SIP_TRUNK_FAILURE, "dead", DR_BY_RULE, 17},
			{"timeout after ringing", "mixed", DR_SOURCE_TIMEOUT,
					DR_AFTER_RINGING, 0, "", "", DR_USER_UNAVAILABLE,
					"no-answer", DR_BY_EVENT, 0},
			{"a timeout's 488 is no reply", "mixed", DR_SOURCE_TIMEOUT,
					DR_AFTER_TRYING, 488, "", "", DR_CONNECTION_TIMEOUT,
					"no-progress", DR_BY_EVENT, 0},
			{"transport", "mixed", DR_SOURCE_TRANSPORT, DR_AFTER_NONE, 0, "",
					"", DR_CONNECTION_TIMEOUT, "", DR_BY_RULE, 18},
			{"script", "mixed", DR_SOURCE_SCRIPT, DR_AFTER_RINGING, 487, "", "",
					DR_ROOM_CLOSED, "", DR_BY_RULE, 19},
			{"script has no causes", "mixed", DR_SOURCE_SCRIPT, DR_AFTER_NONE,
					480, "", Q850(34), DR_USER_UNAVAILABLE, "unavailable",
					DR_BY_CODE, 0},
	};
	size_t i;

	for(i = 0; i < COUNT(cases); i++)
		check_case(*state, &cases[i]);
}

/* The cause that an answer tells */
static void test_cause(void **state)
{
	static const struct
	{
		const char *profile;
		int code;
		const char *headers;
		int cause;
	} cases[] = {
			{"twilio", 500, Q850(16) Q850(21) Q850(17), 21},
			{"twilio", 603, "X-Twilio-Error: 32203\r\n" Q850(21), -1},
			{"twilio", 480, Q850(16), 16},
			{"mixed", 480, "X-Any:\r\n" Q850(21), -1},
			{"mixed", 403, Q850(21) Q850(34), 34},
	};
	size_t i;

	for(i = 0; i < COUNT(cases); i++) {
		const struct dr_attempt attempt = {.map = *state,
				.profile =
						dr_map_find_profile(*state, text_of(cases[i].profile)),
				.source = DR_SOURCE_REMOTE,
				.after = DR_AFTER_TRYING,
				.code = cases[i].code,
				.q850 = true,
				.headers = text_of(cases[i].headers)};
		struct dr_answer answer;

		dr_classify(&attempt, &answer);
		assert_int_equal(answer.cause, cases[i].cause);
	}
}

/* A trusted trunk's own reason comes before the rules, the caller's CANCEL before
 * both */
static void test_reported(void **state)
{
	struct dr_attempt attempt = {.map = *state,
			.profile = dr_map_find_profile(*state, text_of("twilio")),
			.source = DR_SOURCE_REMOTE,
			.code = 500,
			.q850 = true,
			.reported = true,
			.report = DR_MEDIA_FAILURE,
			.headers = text_of(Q850(16) Q850(21))};
	struct dr_answer answer;

	dr_classify(&attempt, &answer);
	assert_int_equal(answer.decided_by, DR_BY_TRUNK);
	assert_int_equal(answer.reason, DR_MEDIA_FAILURE);
	assert_int_equal(answer.rule, DR_NONE);
	assert_int_equal(answer.cause, 16);
	attempt.report = DR_CLIENT_INITIATED;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.decided_by, DR_BY_RULE);
	assert_int_equal(answer.cause, 21);
	attempt.report = DR_MEDIA_FAILURE;
	attempt.source = DR_SOURCE_CANCEL;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.decided_by, DR_BY_EVENT);
	assert_int_equal(answer.reason, DR_CLIENT_INITIATED);
}

/* A reply may have all causes that there are, any number of times */
static void test_many_causes(void **state)
{
	char headers[16384];
	struct dr_attempt attempt = {.map = *state,
			.profile = dr_map_find_profile(*state, text_of("mixed")),
			.source = DR_SOURCE_REMOTE,
			.code = 403,
			.headers = {headers, 0}};
	struct dr_answer answer;
	int i;

	for(i = 0; i < 3 * 127; i++)
		attempt.headers.len += (size_t)snprintf(headers + attempt.headers.len,
				sizeof(headers) - attempt.headers.len,
				"Reason: Q.850;cause=%d\r\n", 1 + (i * 2 + 34) % 127);
	dr_classify(&attempt, &answer);
	assert_int_not_equal(answer.rule, DR_NONE);
	assert_int_equal(answer.cause, 34);
}

/* Of a reply the first 32 header fields that rules ask for are seen */
static void test_many_fields(void **state)
{
	static const struct dr_text wanted = DR_TEXT("X-Twilio-Error: 32203\r\n");
	char headers[2048];
	struct dr_attempt attempt = {.map = *state,
			.profile = dr_map_find_profile(*state, text_of("twilio")),
			.source = DR_SOURCE_REMOTE,
			.code = 603,
			.headers = {headers, 0}};
	struct dr_answer answer;
	int before, i;

	for(before = 31; before <= 32; before++) {
		attempt.headers.len = 0;
		for(i = 0; i < before; i++)
			attempt.headers.len +=
					(size_t)snprintf(headers + attempt.headers.len,
							sizeof(headers) - attempt.headers.len,
							"X-Other: 1\r\nx-any: %d\r\n", i);
		memcpy(headers + attempt.headers.len, wanted.s, wanted.len);
		attempt.headers.len += wanted.len;
		dr_classify(&attempt, &answer);
		assert_int_equal(answer.rule != DR_NONE, before < 32);
	}
}

static void test_unknown_profile(void **state)
{
	struct dr_attempt attempt = {.map = *state,
			.profile = DR_NONE,
			.source = DR_SOURCE_REMOTE,
			.code = 488};
	struct dr_answer answer;

	dr_classify(&attempt, &answer);
	assert_int_equal(answer.rule, DR_NONE);
	attempt.profile = dr_map_profile_count(*state);
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.rule, DR_NONE);
	attempt.code = 480;
	attempt.headers = text_of(Q850(17));
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.decided_by, DR_BY_CODE);
	attempt.q850 = true;
	dr_classify(&attempt, &answer);
	assert_int_equal(answer.decided_by, DR_BY_Q850);
	attempt.code = 488;
	attempt.profile = DR_PROFILE_DEFAULT;
	dr_classify(&attempt, &answer);
	assert_int_not_equal(answer.rule, DR_NONE);
}

/* Without a map there is one profile, and nothing else to find */
static void test_no_map(void **state)
{
	const struct dr_address address = {.len = 4};
	struct dr_profile profile;
	struct dr_trunk trunk;

	(void)state;
	assert_int_equal(dr_map_profile_count(NULL), 1);
	assert_int_equal(dr_map_rule_count(NULL), 0);
	assert_int_equal(dr_map_trunk_count(NULL), 0);
	assert_int_equal(dr_map_bridge_count(NULL), 0);
	assert_int_equal(
			dr_map_find_profile(NULL, text_of("default")), DR_PROFILE_DEFAULT);
	assert_int_equal(dr_map_find_profile(NULL, text_of("twilio")), DR_NONE);
	assert_int_equal(dr_map_find_trunk(NULL, text_of("default")), DR_NONE);
	assert_int_equal(dr_map_find_bridge(NULL, text_of("default")), DR_NONE);
	assert_text(dr_map_profile_name(NULL, DR_PROFILE_DEFAULT), "default");

	assert_int_equal(dr_map_trunk_of_host(NULL, text_of("a.b")), DR_NONE);
	assert_int_equal(dr_map_trunk_of_address(NULL, &address), DR_NONE);
	assert_int_equal(dr_map_bridge_of_address(NULL, &address), DR_NONE);

	memset(&profile, 0xff, sizeof(profile));
	dr_map_get_profile(NULL, DR_PROFILE_DEFAULT, &profile);
	assert_text(profile.name, "default");
	assert_int_equal(profile.parent, DR_NONE);
	assert_int_equal(profile.q850, DR_ANY);
	assert_int_equal(profile.rule_count, 0);

	memset(&trunk, 0xff, sizeof(trunk));
	dr_map_get_trunk(NULL, DR_NONE, &trunk);
	assert_int_equal(trunk.name.len, 0);
	assert_int_equal(trunk.profile, DR_PROFILE_DEFAULT);
	assert_false(trunk.trust);
	assert_int_equal(trunk.pattern_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_rules),
			cmocka_unit_test(test_extends),
			cmocka_unit_test(test_cause),
			cmocka_unit_test(test_reported),
			cmocka_unit_test(test_many_causes),
			cmocka_unit_test(test_many_fields),
			cmocka_unit_test(test_unknown_profile),
			cmocka_unit_test(test_no_map),
	};

	return cmocka_run_group_tests(tests, load_design, free_map);
}
