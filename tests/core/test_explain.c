/**
 * @file test_explain.c  Words of queries, and their answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "edge.h"
#include "explain.h"
#include "map_load.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAP "tests/drmap/maps/old.cfg"
#define TRUSTING_MAP "tests/drmap/maps/trust.cfg"

static struct dr_map *map, *trusting;

static int load(const char *path, struct dr_map **loaded)
{
	struct dr_map_errors complaints;
	int err = dr_map_load(path, loaded, &complaints);

	dr_map_errors_free(&complaints);
	return err;
}

static int load_maps(void **state)
{
	(void)state;
	return load(MAP, &map) || load(TRUSTING_MAP, &trusting);
}

static int free_maps(void **state)
{
	(void)state;
	free(map);
	free(trusting);
	return 0;
}

/* Ask with words that are separated by "|" */
static int ask(const struct dr_map *asked, const char *words,
		struct dr_explanation *explanation)
{
	struct dr_query query;

	dr_query_init(&query, true);
	while(*words != '\0') {
		size_t len = strcspn(words, "|");

		assert_int_equal(dr_query_add_word(&query, edge_text(words, len)), 0);
		words += len + (words[len] == '|');
	}
	return dr_explain(asked, &query, explanation);
}

/* All pairs as one text, NAME=VALUE and a space each */
static void print_pairs(
		const struct dr_explanation *explanation, char *buf, size_t size)
{
	size_t len = 0;
	int i;

	for(i = 0; i < explanation->pair_count; i++) {
		const struct dr_pair *pair = &explanation->pairs[i];

		if(pair->text.s)
			len += (size_t)snprintf(buf + len, size - len, "%s=%.*s ",
					pair->name, (int)pair->text.len, pair->text.s);
		else
			len += (size_t)snprintf(
					buf + len, size - len, "%s=%d ", pair->name, pair->number);
		assert_true(len < size);
	}
}

static void assert_answer(
		const struct dr_map *asked, const char *words, const char *expected)
{
	struct dr_explanation explanation;
	char pairs[1024];

	assert_int_equal(ask(asked, words, &explanation), 0);
	assert_string_equal(explanation.error, "");
	print_pairs(&explanation, pairs, sizeof(pairs));
	assert_string_equal(pairs, expected);
}

static void assert_no_answer(
		const struct dr_map *asked, const char *words, const char *error)
{
	struct dr_explanation explanation;

	assert_int_equal(ask(asked, words, &explanation), EINVAL);
	assert_string_equal(explanation.error, error);
	assert_int_equal(explanation.pair_count, 0);
}

static void assert_no_word(struct dr_text word, const char *error)
{
	struct dr_query query;

	dr_query_init(&query, true);
	assert_int_equal(dr_query_add_word(&query, word), EINVAL);
	assert_string_equal(query.error, error);
}

static void test_built_in(void **state)
{
	(void)state;
	assert_answer(NULL, "code=480|q850=34|after=trying",
			"reason=SIP_TRUNK_FAILURE number=13 detail=congestion "
			"source=remote code=480 q850=34 decided_by=q850 "
			"row=No circuit/channel available profile=default ");
	assert_answer(NULL, "code=480|q850=34|no-q850|host=h",
			"reason=USER_UNAVAILABLE number=11 detail=unavailable "
			"source=remote code=480 decided_by=code "
			"row=Temporarily Unavailable profile=default ");
	assert_answer(NULL, "cancelled|profile=default",
			"reason=CLIENT_INITIATED number=1 detail=cancelled "
			"source=cancel decided_by=event row=caller cancelled first "
			"profile=default ");
	assert_answer(NULL, "unresolved",
			"reason=SIP_TRUNK_FAILURE number=13 detail=dns "
			"source=transport decided_by=event "
			"row=destination could not be resolved profile=default ");
	assert_answer(NULL, "source=script|code=403",
			"reason=SIP_TRUNK_FAILURE number=13 detail=forbidden "
			"source=script code=403 decided_by=code row=Forbidden "
			"profile=default ");
}

static void test_map(void **state)
{
	(void)state;
	assert_answer(map, "code=503|after=trying|trunk=carrier-eu",
			"reason=SIP_TRUNK_FAILURE number=13 detail=congestion "
			"source=remote code=503 decided_by=rule rule_profile=carrier "
			"rule=2 file=" MAP " line=9 trunk=carrier-eu profile=carrier ");
	assert_answer(map, "code=500|q850=21|host=[2001:db8::1]|bridge=livekit",
			"reason=USER_REJECTED number=12 detail= source=remote code=500 "
			"q850=21 decided_by=rule rule_profile=carrier rule=3 file=" MAP
			" line=11 trunk=lab-v6 profile=firm bridge=livekit send=500 ");
	assert_answer(map,
			"header=X-Carrier-Error: 32203|code=603|host=192.0.2.1|"
			"bridge=livekit",
			"reason=USER_REJECTED number=12 detail=blocked source=remote "
			"code=603 decided_by=rule rule_profile=carrier rule=1 file=" MAP
			" line=7 trunk=lab profile=firm bridge=livekit send=486 ");
	assert_answer(map, "code=486|phrase=D5|profile=firm",
			"reason=SIP_TRUNK_FAILURE number=13 detail=channel-limit "
			"source=remote code=486 decided_by=rule rule_profile=carrier "
			"rule=4 file=" MAP " line=12 profile=firm ");
	assert_answer(map,
			"source=timeout|after=ringing|host=x.carrier.example.net|"
			"bridge=livekit",
			"reason=USER_UNAVAILABLE number=11 detail=ring-out "
			"source=timeout decided_by=rule rule_profile=carrier rule=5 "
			"file=" MAP " line=14 trunk=carrier-eu profile=carrier "
			"bridge=livekit send=480 ");
	assert_answer(map, "source=transport|host=nobody.example|bridge=livekit",
			"reason=SIP_TRUNK_FAILURE number=13 detail=transport "
			"source=transport decided_by=event row=request could not be sent "
			"(socket, TLS, refused) profile=default bridge=livekit ");
}

/* Only a trunk that is trusted is believed, and where the answer would be another
 * one, it says why it is not */
static void test_said(void **state)
{
	(void)state;
	assert_answer(trusting, "code=408|said=CONNECTION_TIMEOUT|trunk=inner",
			"reason=CONNECTION_TIMEOUT number=14 detail=reported source=remote "
			"code=408 decided_by=trunk row=the trunk's own header trunk=inner "
			"profile=carrier said=believed ");
	assert_answer(trusting, "code=480|q850=34|said=AGENT_ERROR|host=192.0.2.1",
			"reason=AGENT_ERROR number=16 detail=reported source=remote "
			"code=480 q850=34 decided_by=trunk row=the trunk's own header "
			"trunk=lab profile=default said=believed ");
	assert_answer(trusting, "code=408|said=CONNECTION_TIMEOUT|trunk=other",
			"reason=USER_UNAVAILABLE number=11 detail=request-timeout "
			"source=remote code=408 decided_by=code row=Request Timeout "
			"trunk=other profile=default said=ignored: no trunk that is "
			"trusted ");
	assert_answer(trusting, "code=408|said=AGENT_ERROR|profile=carrier",
			"reason=SIP_TRUNK_FAILURE number=13 detail=slow source=remote "
			"code=408 decided_by=rule rule_profile=carrier rule=1 "
			"file=" TRUSTING_MAP " line=7 profile=carrier said=ignored: no "
			"trunk that is trusted ");
	assert_answer(NULL, "code=486|said=CONNECTION_TIMEOUT",
			"reason=USER_REJECTED number=12 detail=busy source=remote "
			"code=486 decided_by=code row=Busy Here profile=default "
			"said=ignored: no trunk that is trusted ");
	assert_answer(trusting, "code=487|said=CLIENT_INITIATED|trunk=lab",
			"reason=USER_UNAVAILABLE number=11 detail=terminated "
			"source=remote code=487 decided_by=event row=487 without our "
			"CANCEL trunk=lab profile=default said=ignored: only a caller's "
			"CANCEL says so ");
	assert_answer(trusting, "cancelled|code=487|said=USER_REJECTED|trunk=lab",
			"reason=CLIENT_INITIATED number=1 detail=cancelled "
			"source=cancel code=487 decided_by=event row=caller cancelled "
			"first trunk=lab profile=default said=ignored: the caller "
			"cancelled ");
}

static void test_said_without_a_reply(void **state)
{
	static const char *const words[] = {"source=timeout|said=AGENT_ERROR",
			"unresolved|said=AGENT_ERROR|trunk=inner",
			"source=script|code=403|said=AGENT_ERROR|trunk=inner"};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(words); i++)
		assert_no_answer(
				trusting, words[i], "said: expected source remote or cancel");
}

static void test_hosts_without_a_trunk(void **state)
{
	static const char *const hosts[] = {
			"[", "[]", "[2001:db8::1", "192.0.2.0/24", "carrier.example.net"};
	char words[64];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(hosts); i++) {
		snprintf(words, sizeof(words), "code=486|host=%s", hosts[i]);
		assert_answer(map, words,
				"reason=USER_REJECTED number=12 detail=busy source=remote "
				"code=486 decided_by=code row=Busy Here profile=default ");
	}
}

static void test_no_answer(void **state)
{
	static const char *const nothing =
			"expected a code, or source timeout, transport or cancel";
	static const char *const no_code =
			"code: a source of timeout or transport has no reply, so it has no "
			"code";
	const struct dr_map *asked[2];
	size_t i;

	(void)state;
	asked[0] = NULL;
	asked[1] = map;
	for(i = 0; i < COUNT(asked); i++) {
		assert_no_answer(asked[i], "", nothing);
		assert_no_answer(asked[i], "source=remote|after=trying", nothing);
		assert_no_answer(asked[i], "source=script", nothing);
		assert_no_answer(asked[i], "code=408|source=timeout", no_code);
		assert_no_answer(asked[i], "code=500|unresolved", no_code);
		assert_no_answer(asked[i], "cancelled|source=timeout",
				"cancelled: expected source cancel");
		assert_no_answer(asked[i], "unresolved|source=cancel",
				"unresolved: expected source transport");
		assert_no_answer(
				asked[i], "code=480|trunk=x", "no trunk is named \"x\"");
		assert_no_answer(
				asked[i], "code=480|profile=x", "no profile is named \"x\"");
		assert_no_answer(
				asked[i], "code=480|bridge=x", "no bridge is named \"x\"");
		assert_no_answer(asked[i], "code=480|host=x|profile=x",
				"expected one of trunk, host and profile");
	}
}

static void test_bad_words(void **state)
{
	static const char *const code =
			"\" is no final failure code: expected 300 to 999";
	static const struct
	{
		const char *word;
		const char *error;
	} bad[] = {{"code=299", NULL}, {"code=1000", NULL}, {"code=0480", NULL},
			{"code=4 8", NULL}, {"code=-48", NULL}, {"code=48x", NULL},
			{"q850=0", "q850: \"0\" is no Q.850 cause: expected 1 to 127"},
			{"q850=128", "q850: \"128\" is no Q.850 cause: expected 1 to 127"},
			{"after=", "after: expected a value"},
			{"phrase", "phrase: expected a value"},
			{"cancelled=yes", "cancelled: expected no value, not \"yes\""},
			{"after=Trying",
					"after: expected none, trying or ringing, not \"Trying\""},
			{"source=x", "source: expected remote, timeout, transport, cancel "
						 "or script, not \"x\""},
			{"header=X", "header: expected \"Name: value\", not \"X\""},
			{"header= X: y", "header: expected \"Name: value\", not \" X: y\""},
			{"header=\tX: y",
					"header: expected \"Name: value\", not \"?X: y\""},
			{"header=X y: z",
					"header: expected \"Name: value\", not \"X y: z\""},
			{"header=X: y\nZ: z",
					"header: expected \"Name: value\", not \"X: y?Z: z\""},
			{"said=12", "said: expected a reason such as USER_REJECTED, not "
						"\"12\""},
			{"said=", "said: expected a value"},
			{"phrase=x\r", "phrase: expected one line without a zero byte"}};
	char error[DR_EXPLAIN_ERROR_MAX];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(bad); i++) {
		snprintf(error, sizeof(error), "code: \"%s%s", bad[i].word + 5, code);
		assert_no_word(
				edge_string(bad[i].word), bad[i].error ? bad[i].error : error);
	}
	assert_no_word(edge_string("after=\x7f~"),
			"after: expected none, trying or ringing, not \"?~\"");
	assert_no_word(EDGE("phrase=a\0b"),
			"phrase: expected one line without a zero byte");
}

static void test_unknown_words(void **state)
{
	static const char *const known =
			"expected code, q850, after, source, phrase, header, said, trunk, "
			"host, profile, bridge, cancelled, unresolved or no-q850";
	char error[DR_EXPLAIN_ERROR_MAX];

	(void)state;
	snprintf(error, sizeof(error), "\"\" is unknown: %s", known);
	assert_no_word(edge_string(""), error);
	assert_no_word(edge_string("=x"), error);
	snprintf(error, sizeof(error), "\"CODE\" is unknown: %s", known);
	assert_no_word(edge_string("CODE=480"), error);
	snprintf(error, sizeof(error), "\"%s\" is unknown: %s",
			"?[2J???? 3456789012345678901234567890123", known);
	assert_no_word(EDGE("\x1b[2J\r\n\xc3\xa9 3456789012345678901234567890123"
						"the rest of it is not shown"),
			error);
	snprintf(error, sizeof(error), "\"code\" is unknown: %s", known);
	assert_no_word(EDGE("code\0=480"), error);
}

static void test_headers_fill_the_room(void **state)
{
	static const char too_long[] =
			"header: all header fields together are longer than 4096 bytes";
	struct dr_query query;
	char word[DR_QUERY_HEADERS_MAX + 16];
	size_t fits = DR_QUERY_HEADERS_MAX - 2 + strlen("header=");

	(void)state;
	memset(word, 'x', sizeof(word));
	memcpy(word, "header=X: ", strlen("header=X: "));
	dr_query_init(&query, true);
	assert_int_equal(
			dr_query_add_word(&query, edge_text(word, fits + 1)), EINVAL);
	assert_string_equal(query.error, too_long);
	assert_int_equal(query.headers_len, 0);

	assert_int_equal(dr_query_add_word(&query, edge_text(word, fits)), 0);
	assert_int_equal(query.headers_len, DR_QUERY_HEADERS_MAX);
	assert_int_equal(dr_query_add_word(&query, edge_string("q850=1")), EINVAL);
	assert_string_equal(query.error, too_long);
}

static void test_deciders(void **state)
{
	static const char *const names[] = {
			[DR_BY_SCRIPT] = "script",
			[DR_BY_TRUNK] = "trunk",
			[DR_BY_RULE] = "rule",
			[DR_BY_EVENT] = "event",
			[DR_BY_Q850] = "q850",
			[DR_BY_CODE] = "code",
	};
	int i;

	(void)state;
	assert_int_equal(COUNT(names), DR_DECIDER_COUNT);
	for(i = 0; i < DR_DECIDER_COUNT; i++) {
		struct dr_text name = dr_decider_name((enum dr_decider)i);

		assert_int_equal(name.len, strlen(names[i]));
		assert_memory_equal(name.s, names[i], name.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_built_in, edge_free),
			cmocka_unit_test_teardown(test_map, edge_free),
			cmocka_unit_test_teardown(test_said, edge_free),
			cmocka_unit_test_teardown(test_said_without_a_reply, edge_free),
			cmocka_unit_test_teardown(test_hosts_without_a_trunk, edge_free),
			cmocka_unit_test_teardown(test_no_answer, edge_free),
			cmocka_unit_test_teardown(test_bad_words, edge_free),
			cmocka_unit_test_teardown(test_unknown_words, edge_free),
			cmocka_unit_test_teardown(test_headers_fill_the_room, edge_free),
			cmocka_unit_test(test_deciders),
	};

	return cmocka_run_group_tests(tests, load_maps, free_maps);
}
