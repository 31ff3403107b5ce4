/**
 * @file fuzz_classify.c  Fuzzes the whole classifier, rules and all
 *
 * An input is a digit each for source, after, unresolved (with 2 added when the
 * trunk reported a reason) and q850 (with twice the number of that reason), three
 * for the status code, one for the profile, the reason phrase, LF, lines with
 * rules (see rules.c), and the header fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "classify.h"
#include "sip_header.h"
#include "map_compile.h"
#include "map_model.h"
#include "rules.h"

#define FIXED 8

static bool parse_input(
		struct dr_text text, struct dr_spec *spec, struct dr_attempt *attempt)
{
	const char *s = text.s;

	if(text.len < FIXED)
		return false;

	attempt->source = (enum dr_source)(s[0] & 7);
	attempt->after = (enum dr_after)(s[1] & 3);
	attempt->unresolved = s[2] & 1;
	attempt->reported = s[2] & 2;
	attempt->q850 = s[3] & 1;
	attempt->report =
			(enum dr_reason)((unsigned char)s[3] / 2 % DR_REASON_COUNT);
	attempt->code = (s[4] - '0') * 100 + (s[5] - '0') * 10 + s[6] - '0';
	attempt->profile = s[7] & 7;
	text = (struct dr_text){s + FIXED, text.len - FIXED};
	take_line(&text, &attempt->phrase);
	take_rules(spec, &text);
	attempt->headers = text;
	if((size_t)attempt->profile >= spec->profiles.count)
		attempt->profile = DR_PROFILE_DEFAULT;
	return true;
}

static void check_print(const struct dr_answer *answer)
{
	char buf[DR_DETAIL_HEADER_MAX];
	size_t len = dr_detail_print(buf, sizeof(buf), answer);
	char *part = buf;

	if(answer->source >= DR_SOURCE_COUNT) {
		CHECK(len == 0);
		return;
	}
	CHECK(len > 0 && len < sizeof(buf) && strlen(buf) == len);
	while(part) {
		char *next = strchr(part, ';');
		char *equal = strchr(part, '=');
		size_t part_len = next ? (size_t)(next - part) : strlen(part);
		size_t name_len = (size_t)(equal - part);

		CHECK(equal && name_len < part_len);
		CHECK(dr_token_check((struct dr_text){part, name_len}));
		CHECK(dr_token_check(
				(struct dr_text){equal + 1, part_len - name_len - 1}));
		part = next ? next + 1 : NULL;
	}
}

/* The answer with a map, or without one, is that of the plain way */
static void check_answer(
		const struct dr_spec *spec, const struct dr_attempt *attempt)
{
	struct dr_answer answer, expected;
	const char *difference;

	memset(&answer, 0xff, sizeof(answer));
	dr_classify(attempt, &answer);
	model_classify(attempt->map ? spec : NULL, attempt, &expected);
	difference = model_difference(&answer, &expected);
	if(difference)
		fprintf(stderr, "another %s, %s map\n", difference,
				attempt->map ? "with the" : "without a");
	CHECK(!difference);
	CHECK(answer.detail.len == 0 || dr_detail_check(answer.detail) == 0);
	check_print(&answer);
}

/**
 * Classify one input, with its rules and without them
 *
 * @param data See above
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dr_text input = {(const char *)data, size};
	struct dr_attempt attempt = {0};
	struct dr_map *map = NULL;
	struct dr_spec spec;

	dr_spec_init(&spec);
	if(parse_input(input, &spec, &attempt)) {
		check_answer(&spec, &attempt);
		CHECK(dr_map_compile(&spec, &map) == 0);
		attempt.map = map;
		check_answer(&spec, &attempt);
	}
	free(map);
	dr_spec_free(&spec);
	return 0;
}
