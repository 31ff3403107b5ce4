/**
 * @file fuzz_match.c  Fuzzes replies that rules of a map look at
 *
 * An input is a digit each for source and after, three for the status code, the
 * reason phrase, LF, and the header fields. The map asks for all parts of a
 * reply, in every way that a rule can.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "classify.h"
#include "map_compile.h"

#define FIXED 5

static const unsigned char causes[] = {17, 34};
static const unsigned short codes[] = {480, 5};

/* Conditions of the map's rules; source and after are set below */
static const struct dr_conditions conditions[] = {
		{.header = DR_TEXT("X-Error"), .prefix = DR_TEXT("32203")},
		{.header = DR_TEXT("x-error"), .prefix = DR_TEXT("3")},
		{.header = DR_TEXT("X-Error"),
				.prefix = DR_TEXT("a b"),
				.codes = codes,
				.code_count = 2},
		{.header = DR_TEXT("Reason"), .phrase = DR_TEXT("limit")},
		{.phrase = DR_TEXT("Channel limit D5"),
				.codes = codes,
				.code_count = 2},
		{.phrase = DR_TEXT("D5"), .causes = causes, .cause_count = 2},
		{.phrase = DR_TEXT("a")},
		{.causes = causes, .cause_count = 1, .header = DR_TEXT("X-Error")},
		{.causes = causes, .cause_count = 2, .codes = codes, .code_count = 2},
};

#define RULES (sizeof(conditions) / sizeof(*conditions))


static struct dr_map *make_map(void)
{
	struct dr_map *map = NULL;
	struct dr_spec spec;
	size_t i;

	dr_spec_init(&spec);
	for(i = 0; i < RULES; i++) {
		struct dr_spec_rule *rule = dr_spec_add(&spec, rules);

		CHECK(rule);
		rule->when = conditions[i];
		rule->when.source = DR_ANY;
		rule->when.after = i % 3 ? DR_ANY : DR_AFTER_RINGING;
		rule->reason = DR_AGENT_ERROR;
	}
	CHECK(dr_map_compile(&spec, &map) == 0);
	dr_spec_free(&spec);
	return map;
}


static bool parse_input(
		const uint8_t *data, size_t size, struct dr_attempt *attempt)
{
	const char *text = (const char *)data;
	const char *lf;

	if(size < FIXED)
		return false;
	lf = memchr(text + FIXED, '\n', size - FIXED);
	if(!lf)
		return false;

	attempt->source = (enum dr_source)(text[0] & 7);
	attempt->after = (enum dr_after)(text[1] & 3);
	attempt->code =
			(text[2] - '0') * 100 + (text[3] - '0') * 10 + text[4] - '0';
	attempt->phrase =
			(struct dr_text){text + FIXED, (size_t)(lf - text - FIXED)};
	attempt->headers = (struct dr_text){lf + 1, (size_t)(text + size - lf - 1)};
	return true;
}


/**
 * Classify one input with the map and without it: a rule only answers a reply of
 * the remote side, and where none does, the built-in tables do
 *
 * @param data See above
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dr_map *map;
	struct dr_attempt attempt = {.q850 = true};
	struct dr_answer answer, plain;

	if(!map)
		map = make_map();
	if(!parse_input(data, size, &attempt))
		return 0;

	dr_classify(&attempt, &plain);
	attempt.map = map;
	dr_classify(&attempt, &answer);
	if(answer.decided_by == DR_BY_RULE) {
		CHECK(answer.rule >= 0 && answer.rule < (int)RULES);
		CHECK(attempt.source == DR_SOURCE_REMOTE);
		CHECK(answer.reason == DR_AGENT_ERROR && answer.detail.len == 0);
		if(conditions[answer.rule].cause_count > 0)
			CHECK(answer.cause == 17 || answer.cause == 34);
		return 0;
	}
	CHECK(answer.rule == DR_NONE && answer.reason == plain.reason);
	CHECK(answer.row.s == plain.row.s && answer.cause == plain.cause);
	return 0;
}
