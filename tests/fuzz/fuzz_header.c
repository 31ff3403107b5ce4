/**
 * @file fuzz_header.c  Fuzzes the header walker
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "check.h"
#include "model_reply.h"

static const struct dr_text names[] = {DR_TEXT("x-b"), DR_TEXT("Reason")};
#define NAMES (sizeof(names) / sizeof(*names))

static bool is_wanted(const struct dr_header *header)
{
	return model_alike(header->name, "x-b")
		   || model_alike(header->name, "reason");
}

static void check_same(struct dr_text text, struct dr_text expected)
{
	CHECK(text.len == expected.len);
	CHECK(text.len == 0 || text.s == expected.s);
}

/* Each field lies behind the last one, holds its own name and value, is what
 * the plain way finds, and none is lost */
static void check_walk(struct dr_text whole)
{
	struct dr_text headers = whole;
	struct dr_text plain = whole;
	struct dr_header h, expected;
	const char *at = whole.s;

	while(dr_header_next(&headers, &h)) {
		CHECK(h.field.s == at && h.field.len > 0);
		CHECK(is_inside(h.field, whole));
		CHECK(is_inside(h.name, h.field) && is_inside(h.value, h.field));
		CHECK(h.name.len == 0 || h.name.s + h.name.len <= h.value.s);
		at += h.field.len;
		CHECK(model_header_next(&plain, &expected));
		check_same(h.field, expected.field);
		check_same(h.name, expected.name);
		check_same(h.value, expected.value);
		check_same(headers, plain);
		CHECK(dr_header_is(&h, names[0]) == model_alike(h.name, "x-b"));
	}
	CHECK(!model_header_next(&plain, &expected));
	CHECK(headers.len == 0 || *headers.s == '\r' || *headers.s == '\n');
}

/* What is found is all that has one of the names */
static void check_find(struct dr_text whole)
{
	struct dr_text headers = whole;
	struct dr_text all = whole;
	struct dr_header h, expected;

	while(model_header_next(&all, &expected)) {
		if(!is_wanted(&expected))
			continue;
		CHECK(dr_header_find(&headers, names, NAMES, &h));
		check_same(h.field, expected.field);
	}
	CHECK(!dr_header_find(&headers, names, NAMES, &h));
}

/**
 * Walk one input, and find fields in it
 *
 * @param data Header fields, maybe with a body
 * @param size Their length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dr_text whole = {(const char *)data, size};

	check_walk(whole);
	check_find(whole);
	return 0;
}
