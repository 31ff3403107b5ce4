/**
 * @file fuzz_header.c  Fuzzes the header walker
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "check.h"
#include "header.h"

static const struct dr_text names[] = {DR_TEXT("x-b"), DR_TEXT("Reason")};


static size_t count_found(struct dr_text headers)
{
	struct dr_header h;
	size_t count = 0;

	while(dr_header_find(&headers, names, 2, &h))
		count++;

	return count;
}


/**
 * Walk one input: every field lies behind the last one, holds its own name and
 * value, and none is lost
 *
 * @param data Header fields
 * @param size Their length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dr_text whole = {(const char *)data, size};
	struct dr_text headers = whole;
	struct dr_header h;
	const char *at = whole.s;
	size_t count = 0;

	while(dr_header_next(&headers, &h)) {
		CHECK(h.field.s == at && h.field.len > 0);
		CHECK(is_inside(h.field, whole));
		CHECK(is_inside(h.name, h.field) && is_inside(h.value, h.field));
		CHECK(h.name.len == 0 || h.name.s + h.name.len <= h.value.s);
		at += h.field.len;
		CHECK(headers.s == at && headers.s + headers.len == whole.s + size);
		count += dr_header_is(&h, names[0]) || dr_header_is(&h, names[1]);
	}
	CHECK(headers.len == 0 || *headers.s == '\r' || *headers.s == '\n');
	CHECK(count == count_found(whole));
	CHECK(count == 0 || dr_header_may_have(whole, names, 2));
	return 0;
}
