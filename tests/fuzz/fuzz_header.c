/**
 * @file fuzz_header.c  Fuzzes the header walker, and what it says to cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

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
 * the plain way finds, and none is lost; returns where the fields end */
static struct dr_text check_walk(struct dr_text whole)
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
	return headers;
}


/* What is found is all that has one of the names */
static void check_find(struct dr_text whole)
{
	struct dr_text headers = whole;
	struct dr_text all = whole;
	struct dr_header h, expected;
	bool any = false;

	while(model_header_next(&all, &expected)) {
		if(!is_wanted(&expected))
			continue;
		any = true;
		CHECK(dr_header_find(&headers, names, NAMES, &h));
		check_same(h.field, expected.field);
	}
	CHECK(!dr_header_find(&headers, names, NAMES, &h));
	CHECK(!any || dr_header_may_have(whole, names, NAMES));
}


/* A message without what is to be cut of it */
static struct dr_text cut_all(struct dr_text whole, char *out)
{
	struct dr_text headers = whole;
	struct dr_text cut = {whole.s, 0};
	const char *at = whole.s;
	struct dr_header h;
	size_t len = 0;

	while(dr_header_find(&headers, names, NAMES, &h)) {
		dr_header_cut(whole, &h, &cut);
		CHECK(is_inside(cut, h.field) && cut.len > 0);
		memcpy(out + len, at, (size_t)(cut.s - at));
		len += (size_t)(cut.s - at);
		at = cut.s + cut.len;
	}
	memcpy(out + len, at, (size_t)(whole.s + whole.len - at));
	return (struct dr_text){out, len + (size_t)(whole.s + whole.len - at)};
}


static void check_equal(struct dr_text text, struct dr_text expected)
{
	CHECK(text.len == expected.len);
	CHECK(text.len == 0 || memcmp(text.s, expected.s, text.len) == 0);
}


/* Nothing else is lost, nothing comes up, and the body stays the body */
static void check_cut(struct dr_text whole, struct dr_text body)
{
	char *buf = malloc(whole.len + 1);
	struct dr_text headers = whole;
	struct dr_text left;
	struct dr_header h, expected;

	CHECK(buf);
	left = cut_all(whole, buf);
	while(model_header_next(&headers, &expected)) {
		if(is_wanted(&expected))
			continue;
		CHECK(model_header_next(&left, &h));
		check_equal(h.name, expected.name);
		check_equal(h.value, expected.value);
	}
	CHECK(!model_header_next(&left, &h));
	check_equal(left, body);
	free(buf);
}


/**
 * Walk one input, find fields in it, and cut them out
 *
 * @param data Header fields, maybe with a body
 * @param size Their length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dr_text whole = {(const char *)data, size};
	struct dr_text body = check_walk(whole);

	check_find(whole);
	check_cut(whole, body);
	return 0;
}
