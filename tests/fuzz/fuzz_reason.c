/**
 * @file fuzz_reason.c  Fuzzes the parser of Reason header fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "header.h"
#include "reason_header.h"


/**
 * Parse one input: every value lies behind the last one and holds what it says
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
		before = body;
	}
	CHECK(body.len == 0);
	return 0;
}
