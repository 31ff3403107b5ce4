/**
 * @file test_map_find.c  What a loaded map has, finds and sends
 *
 * Run from the root of the project.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <arpa/inet.h>
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
#include "map_block.h"
#include "map_design.h"
#include "map_match.h"

#define INCLUDES "tests/core/maps/good/includes.cfg"
#define SHIPPED "cfg/disconnect-reason.cfg"
#define SLOTS 8
#define HASH 7
#define SCOPE 1

static const char block[] = "abxab";

static void test_profiles(void **state)
{
	static const struct
	{
		const char *name;
		const char *parent;
		int q850;
		int rules;
	} expected[] = {{"default", "", DR_ANY, 1}, {"twilio", "default", 1, 4},
			{"mixed", "twilio", 0, 5}, {"empty", "default", DR_ANY, 0}};
	struct dr_profile profile;
	int sum = 0;
	int i;

	assert_int_equal(dr_map_profile_count(*state), COUNT(expected));
	for(i = 0; i < (int)COUNT(expected); i++) {
		assert_int_equal(
				dr_map_find_profile(*state, text_of(expected[i].name)), i);
		assert_text(dr_map_profile_name(*state, i), expected[i].name);
		dr_map_get_profile(*state, i, &profile);
		assert_text(profile.name, expected[i].name);
		assert_int_equal(profile.parent,
				dr_map_find_profile(*state, text_of(expected[i].parent)));
		assert_int_equal(profile.q850, expected[i].q850);
		assert_int_equal(profile.rule_count, expected[i].rules);
		sum += profile.rule_count;
	}
	assert_int_equal(dr_map_rule_count(*state), sum);
	assert_int_equal(dr_map_find_profile(*state, text_of("Twilio")), DR_NONE);
}

static void test_get_rule(void **state)
{
	static const unsigned short codes[] = {404, 6, 480};
	struct dr_profile profile;
	struct dr_rule rule;
	int mixed = dr_map_find_profile(*state, text_of("mixed"));

	dr_map_get_profile(*state, mixed, &profile);
	dr_map_get_rule(*state, profile.first_rule, &rule);
	assert_text(rule.profile, "mixed");
	assert_text(rule.file, DESIGN);
	assert_int_equal(rule.number, 1);
	assert_int_equal(rule.line, 16);
	assert_int_equal(rule.when.code_count, COUNT(codes));
	assert_memory_equal(rule.when.codes, codes, sizeof(codes));
	assert_int_equal(rule.when.source, DR_SOURCE_REMOTE);
	assert_int_equal(rule.when.after, DR_ANY);
	assert_text(rule.when.header, "X-Any");
	assert_text(rule.when.prefix, "");
	dr_map_get_rule(*state, profile.first_rule + 4, &rule);
	assert_int_equal(rule.number, 5);
	assert_int_equal(rule.when.cause_count, 1);
	assert_int_equal(rule.when.causes[0], 34);
	assert_int_equal(rule.reason, DR_SIP_TRUNK_FAILURE);
	assert_text(rule.detail, "");
}

static struct dr_address address_of(const char *text)
{
	struct dr_address address = {.len = strchr(text, ':') ? 16 : 4};

	assert_int_equal(inet_pton(address.len == 4 ? AF_INET : AF_INET6, text,
							 address.bytes),
			1);
	return address;
}

static void test_trunks(void **state)
{
	static const struct
	{
		const char *host;
		const char *trunk;
	} hosts[] = {{"a.pstn.example.net", "twilio-eu"},
			{"A.B.PSTN.EXAMPLE.NET.", "twilio-eu"}, {"pstn.example.net", ""},
			{"xpstn.example.net", ""}, {".pstn.example.net", ""},
			{"gw.pstn.example.net", "exact"}, {"GW.pstn.example.net.", "exact"},
			{"x.gw.pstn.example.net", "twilio-eu"}, {"one.example.net", "one"},
			{"two.one.example.net", "one"}, {"example.net", ""}, {"", ""},
			{".", ""}, {"192.0.2.7", ""}},
	  addresses[] = {{"192.0.2.7", "one"}, {"192.0.2.8", "lab"},
			  {"192.0.3.7", ""}, {"2001:db8:1::1", "one"}, {"2001:db9::", ""}};
	struct dr_address none = {.len = 5};
	struct dr_trunk trunk;
	size_t i;

	for(i = 0; i < COUNT(hosts); i++) {
		struct dr_text host = edge_string(hosts[i].host);

		print_message("%s\n", hosts[i].host);
		assert_int_equal(dr_map_trunk_of_host(*state, host),
				dr_map_find_trunk(*state, text_of(hosts[i].trunk)));
		edge_free(NULL);
	}
	for(i = 0; i < COUNT(addresses); i++) {
		struct dr_address address = address_of(addresses[i].host);

		print_message("%s\n", addresses[i].host);
		assert_int_equal(dr_map_trunk_of_address(*state, &address),
				dr_map_find_trunk(*state, text_of(addresses[i].trunk)));
	}
	assert_int_equal(dr_map_trunk_of_address(*state, &none), DR_NONE);
	assert_int_equal(dr_map_trunk_count(*state), 5);
	dr_map_get_trunk(*state, 3, &trunk);
	assert_text(trunk.name, "one");
	assert_int_equal(trunk.profile, DR_PROFILE_DEFAULT);
	assert_true(trunk.trust);
	assert_int_equal(trunk.pattern_count, 4);
	assert_text(dr_map_trunk_pattern(*state, 3, 1), "2001:db8::/32");
	dr_map_get_trunk(*state, 4, &trunk);
	assert_text(trunk.name, "by-script");
	assert_text(dr_map_profile_name(*state, trunk.profile), "empty");
	assert_int_equal(trunk.pattern_count, 0);
	for(i = 0; i < 5; i++) {
		dr_map_get_trunk(*state, (int)i, &trunk);
		assert_int_equal(trunk.trust, i == 3);
	}
}

static void test_bridges(void **state)
{
	struct dr_address inner = address_of("10.1.2.3");
	struct dr_address outer = address_of("10.2.2.3");
	struct dr_address far = address_of("11.2.2.3");
	struct dr_bridge bridge;

	assert_int_equal(dr_map_bridge_count(*state), 2);
	assert_int_equal(dr_map_bridge_of_address(*state, &inner), 1);
	assert_int_equal(dr_map_bridge_of_address(*state, &outer), 0);
	assert_int_equal(dr_map_bridge_of_address(*state, &far), DR_NONE);
	assert_int_equal(dr_map_find_bridge(*state, text_of("plain")), 1);
	dr_map_get_bridge(*state, 0, &bridge);
	assert_text(bridge.name, "livekit");
	assert_int_equal(bridge.header_count, 2);
	assert_text(bridge.detail_header, "X-LK-Disconnect-Detail");
	assert_true(bridge.phrase_is_reason);
	assert_int_equal(bridge.pattern_count, 2);
	assert_int_equal(bridge.reply_count, 3);
	assert_text(dr_map_bridge_pattern(*state, 0, 0), "10.0.0.0/8");
	assert_text(dr_map_bridge_header(*state, 0, 1), "X-Lk-Test-Id");
	assert_text(dr_map_bridge_lines(*state, 0, DR_USER_REJECTED),
			"X-LK-Disconnect-Reason: USER_REJECTED\r\n"
			"X-Lk-Test-Id: USER_REJECTED\r\n");
	dr_map_get_bridge(*state, 1, &bridge);
	assert_int_equal(bridge.header_count, 1);
	assert_text(bridge.detail_header, "");
	assert_false(bridge.phrase_is_reason);
	assert_text(dr_map_bridge_lines(*state, 1, DR_AGENT_ERROR),
			"X-LK-Disconnect-Reason: AGENT_ERROR\r\n");
}

static void test_send(void **state)
{
	static const struct
	{
		const char *what;
		int code;
		enum dr_reason reason;
		enum dr_source source;
		enum dr_after after;
		const char *detail;
		int send;
	} cases[] = {
			{"code", 603, DR_USER_REJECTED, REMOTE, "declined", 486},
			{"other code", 486, DR_USER_REJECTED, REMOTE, "declined", 486},
			{"reason, source and after", 408, DR_USER_UNAVAILABLE,
					DR_SOURCE_TIMEOUT, DR_AFTER_RINGING, "", 480},
			{"other source", 408, DR_USER_UNAVAILABLE, DR_SOURCE_REMOTE,
					DR_AFTER_RINGING, "", 408},
			{"other after", 408, DR_USER_UNAVAILABLE, DR_SOURCE_TIMEOUT,
					DR_AFTER_TRYING, "", 408},
			{"other reason", 408, DR_CONNECTION_TIMEOUT, DR_SOURCE_TIMEOUT,
					DR_AFTER_RINGING, "", 408},
			{"class and detail", 499, DR_AGENT_ERROR, REMOTE, "dead", 600},
			{"other class", 500, DR_AGENT_ERROR, REMOTE, "dead", 500},
			{"never 401", 401, DR_AGENT_ERROR, REMOTE, "dead", 401},
			{"never 407", 407, DR_AGENT_ERROR, REMOTE, "dead", 407},
			{"never 503", 503, DR_USER_UNAVAILABLE, DR_SOURCE_TIMEOUT,
					DR_AFTER_RINGING, "", 503},
			{"never 200", 200, DR_USER_UNAVAILABLE, DR_SOURCE_TIMEOUT,
					DR_AFTER_RINGING, "", 200},
	};
	struct dr_reply reply;
	size_t i;

	for(i = 0; i < COUNT(cases); i++) {
		const struct dr_answer answer = {.reason = cases[i].reason,
				.source = cases[i].source,
				.after = cases[i].after,
				.detail = text_of(cases[i].detail)};

		print_message("%s\n", cases[i].what);
		assert_int_equal(dr_map_bridge_send(*state, 0, cases[i].code, &answer),
				cases[i].send);
		assert_int_equal(dr_map_bridge_send(*state, 1, cases[i].code, &answer),
				cases[i].code);
	}
	dr_map_get_reply(*state, 0, 1, &reply);
	assert_int_equal(reply.code_count, 0);
	assert_int_equal(reply.reason, DR_USER_UNAVAILABLE);
	assert_int_equal(reply.source, DR_SOURCE_TIMEOUT);
	assert_int_equal(reply.after, DR_AFTER_RINGING);
	assert_text(reply.detail, "");
	assert_int_equal(reply.send, 480);
}

static void test_includes(void **state)
{
	static const struct
	{
		const char *profile;
		int rule;
		const char *file;
		int line;
	} cases[] = {{"c", 0, "parts/rule.cfg", 1},
			{"c", 1, "parts/rule_with_phrase.cfg", 3},
			{"d", 0, "includes.cfg", 14}};
	struct dr_map *map = load_map(INCLUDES);
	struct dr_profile profile;
	struct dr_rule rule;
	size_t i;

	(void)state;
	dr_map_get_profile(map, dr_map_find_profile(map, text_of("a")), &profile);
	assert_text(dr_map_profile_name(map, profile.parent), "b");
	for(i = 0; i < COUNT(cases); i++) {
		char file[256];

		dr_map_get_profile(map,
				dr_map_find_profile(map, text_of(cases[i].profile)), &profile);
		dr_map_get_rule(map, profile.first_rule + cases[i].rule, &rule);
		snprintf(file, sizeof(file), "tests/core/maps/good/%s", cases[i].file);
		assert_text(rule.file, file);
		assert_int_equal(rule.line, cases[i].line);
	}
	free(map);
}

static void test_shipped(void **state)
{
	struct dr_map *map = load_map(SHIPPED);

	(void)state;
	assert_true(dr_map_profile_count(map) > 7);
	assert_true(dr_map_trunk_count(map) > 0);
	assert_true(dr_map_bridge_count(map) > 0);
	free(map);
}

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

/* Keys that share a hash */
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
			cmocka_unit_test(test_profiles),
			cmocka_unit_test(test_get_rule),
			cmocka_unit_test(test_trunks),
			cmocka_unit_test(test_bridges),
			cmocka_unit_test(test_send),
			cmocka_unit_test(test_includes),
			cmocka_unit_test(test_shipped),
			cmocka_unit_test(test_one_hash),
	};

	return cmocka_run_group_tests(tests, load_design, free_map);
}
