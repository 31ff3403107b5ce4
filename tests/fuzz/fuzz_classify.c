/**
 * @file fuzz_classify.c  Fuzzes the whole classifier
 *
 * An input is a digit each for source, after, unresolved and q850, three for
 * the status code, the reason phrase, LF, and the header fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "classify.h"
#include "header.h"

#define FIXED 7


static bool parse_input(
		const uint8_t *data, size_t size, struct dr_attempt *attempt)
{
	const char *text = (const char *)data;
	const char *end = text + size;
	const char *lf;

	if(size < FIXED)
		return false;

	lf = memchr(text + FIXED, '\n', size - FIXED);
	if(!lf)
		return false;

	attempt->source = (enum dr_source)(text[0] & 7);
	attempt->after = (enum dr_after)(text[1] & 3);
	attempt->unresolved = text[2] & 1;
	attempt->q850 = text[3] & 1;
	attempt->code =
			(text[4] - '0') * 100 + (text[5] - '0') * 10 + text[6] - '0';
	attempt->phrase =
			(struct dr_text){text + FIXED, (size_t)(lf - text - FIXED)};
	attempt->headers = (struct dr_text){lf + 1, (size_t)(end - lf - 1)};
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


/* What header fields can never change */
static void check_order(
		const struct dr_attempt *attempt, const struct dr_answer *answer)
{
	struct dr_attempt bare = *attempt;
	struct dr_answer plain;

	bare.headers.len = 0;
	dr_classify(&bare, &plain);
	if(attempt->source != DR_SOURCE_REMOTE)
		CHECK(plain.row.s == answer->row.s);
	if(attempt->source == DR_SOURCE_CANCEL)
		CHECK(answer->reason == DR_CLIENT_INITIATED);
	if(!attempt->q850)
		CHECK(answer->cause == DR_CAUSE_NONE
				&& answer->decided_by != DR_BY_Q850);
	if(answer->decided_by == DR_BY_Q850)
		CHECK(answer->cause >= 1 && answer->cause <= 127);
	if(attempt->code / 100 == 6 || attempt->code == 403)
		CHECK(plain.reason == answer->reason);
}


/**
 * Classify one input: the answer is whole, and only what may decide did
 *
 * @param data See above
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dr_attempt attempt;
	struct dr_answer answer;

	if(!parse_input(data, size, &attempt))
		return 0;

	memset(&answer, 0xff, sizeof(answer));
	dr_classify(&attempt, &answer);
	CHECK(answer.reason < DR_REASON_COUNT);
	CHECK(answer.decided_by < DR_DECIDER_COUNT);
	CHECK(answer.source == attempt.source && answer.code == attempt.code);
	CHECK(dr_detail_check(answer.detail) == 0);
	CHECK(answer.row.len > 0);
	check_print(&answer);
	check_order(&attempt, &answer);
	return 0;
}
