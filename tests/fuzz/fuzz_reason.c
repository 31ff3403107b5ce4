/**
 * @file fuzz_reason.c  Fuzzes the parser of Reason header fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "model_reply.h"

static void check_same(struct dr_text text, struct dr_text expected)
{
	CHECK(text.len == expected.len);
	CHECK(text.len == 0 || text.s == expected.s);
}

/* The plain way takes the same value, and leaves the same */
static void check_value(struct dr_text *plain, struct dr_text body,
		const struct dr_reason_value *value)
{
	struct dr_reason_value expected;

	CHECK(model_reason_next(plain, &expected));
	check_same(*plain, body);
	check_same(value->protocol, expected.protocol);
	check_same(value->text, expected.text);
	CHECK(value->cause == expected.cause);
}

/**
 * Parse one input: every value lies behind the last one and holds what it says,
 * and the plain way finds the same
 *
 * @param data Body of a Reason header field
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dr_text whole = {(const char *)data, size};
	struct dr_text body = whole;
	struct dr_text before = body;
	struct dr_text plain = body;
	struct dr_reason_value value;

	while(dr_reason_value_next(&body, &value)) {
		struct dr_text taken = {before.s, before.len - body.len};

		CHECK(body.len < before.len);
		CHECK(body.s == before.s + taken.len && is_inside(body, whole));
		CHECK(is_inside(value.protocol, taken) && is_inside(value.text, taken));
		CHECK(dr_token_check(value.protocol));
		CHECK(value.cause >= DR_CAUSE_NONE && value.cause <= 999);
		CHECK(value.text.len == 0
				|| (value.text.s[-1] == '"'
						&& value.text.s[value.text.len] == '"'));
		check_value(&plain, body, &value);
		before = body;
	}
	CHECK(body.len == 0 && !model_reason_next(&plain, &value));
	return 0;
}
