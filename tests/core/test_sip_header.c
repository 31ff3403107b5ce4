/**
 * @file test_sip_header.c  Tests of sip_header.c: header fields as hostile as they come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "edge.h"
#include "sip_header.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the walker makes of a text: "name=value|" of each field, then "#" and
 * what is left */
static void walk(struct dr_text headers, char *out, size_t size)
{
	const char *at = headers.s;
	struct dr_header h;
	size_t n = 0;

	while(dr_header_next(&headers, &h)) {
		/* fields follow each other without a gap */
		assert_ptr_equal(h.field.s, at);
		assert_true(h.field.len > 0);
		at += h.field.len;
		assert_ptr_equal(headers.s, at);
		n += (size_t)snprintf(out + n, size - n, "%.*s=%.*s|", (int)h.name.len,
				h.name.s, (int)h.value.len, h.value.s);
		assert_true(n < size);
	}
	assert_false(dr_header_next(&headers, &h));
	snprintf(out + n, size - n, "#%.*s", (int)headers.len, headers.s);
}

static void test_walk(void **state)
{
	static const struct
	{
		const char *headers;
		const char *expected;
	} cases[] = {
			/* line ends */
			{"", "#"},
			{"A: 1\r\nB: 2\r\n\r\nC: 3\r\n", "A=1|B=2|#\r\nC: 3\r\n"},
			{"A: 1\nB: 2\n\nC: 3\n", "A=1|B=2|#\nC: 3\n"},
			{"A: 1\r\nB: 2\n\r\n", "A=1|B=2|#\r\n"},
			{"A: 1\n\rB: 2\r\n", "A=1|#\rB: 2\r\n"},
			{"\r\nA: 1\r\n", "#\r\nA: 1\r\n"},
			{"A: 1\r\n", "A=1|#"},
			{"A: 1", "A=1|#"},
			{"A: 1\r", "A=1|#"},
			{"A: 1\r\r\nB: 2\r\n\r\n", "A=1|B=2|#\r\n"},
			/* a CR alone hides no field */
			{"A: 1\rB: 2\r\n\r\n", "A=1|B=2|#\r\n"},
			{"A: 1\r\rB: 2\rC: 3\r\nD: 4\r\n", "A=1|B=2|C=3|D=4|#"},
			{"A: 1\r 2\r\nB: 2\r\n", "A=1\r 2|B=2|#"},
			{"A: 1\r\t2\rB: 2", "A=1\r\t2|B=2|#"},
			/* folded */
			{"A: 1\r\n 2\r\n\t3\r\nB: 4\r\n", "A=1\r\n 2\r\n\t3|B=4|#"},
			{"A: 1\n 2\nB: 4\n", "A=1\n 2|B=4|#"},
			{"A:\r\n 1\r\n", "A=1|#"},
			{"A: 1\r\n \r\nB: 2\r\n", "A=1|B=2|#"},
			{"A: 1\r\n ", "A=1|#"},
			{"A\r\n : 1\r\n", "A=1|#"},
			/* colons */
			{"A:1\r\nB :2\r\nC\t \t: 3\r\n", "A=1|B=2|C=3|#"},
			{"A: sip:b@c:5060\r\n", "A=sip:b@c:5060|#"},
			{"A:\r\nB: \t \r\nC:", "A=|B=|C=|#"},
			{": 1\r\nB: 2\r\n", "=1|B=2|#"},
			{" A: 1\r\nB: 2\r\n", "A=1|B=2|#"},
			{"no colon here\r\nB: 2\r\n", "=|B=2|#"},
			{"no colon", "=|#"},
			{"A B: 1\r\n", "A B=1|#"},
	};
	char out[256];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		walk(edge_string(cases[i].headers), out, sizeof(out));
		assert_string_equal(out, cases[i].expected);
		edge_free(NULL);
	}
}

static void test_fields_to_delete(void **state)
{
	struct dr_text headers = EDGE("A: 1\r\n 2\r\nB: 3\nC: 4\rD: 5");
	static const char *const fields[] = {
			"A: 1\r\n 2\r\n", "B: 3\n", "C: 4\r", "D: 5"};
	struct dr_header h;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(fields); i++) {
		assert_true(dr_header_next(&headers, &h));
		assert_int_equal(h.field.len, strlen(fields[i]));
		assert_memory_equal(h.field.s, fields[i], h.field.len);
	}
	assert_false(dr_header_next(&headers, &h));
}

static void test_zero_bytes(void **state)
{
	struct dr_text headers = EDGE("A\0: \0"
								  "1\r\n\0\nB: 2");
	struct dr_header h;

	(void)state;
	assert_true(dr_header_next(&headers, &h));
	assert_int_equal(h.name.len, 2);
	assert_int_equal(h.value.len, 2);
	assert_false(dr_header_is(&h, EDGE("A")));
	assert_true(dr_header_next(&headers, &h));
	assert_int_equal(h.name.len, 0);
	assert_true(dr_header_next(&headers, &h));
	assert_true(dr_header_is(&h, EDGE("b")));
	assert_false(dr_header_next(&headers, &h));
}

static void test_no_text(void **state)
{
	struct dr_text headers = {NULL, 0};
	struct dr_header h;

	(void)state;
	assert_false(dr_header_next(&headers, &h));
	assert_false(dr_header_find(&headers, NULL, 0, &h));
}

/* The values of the fields that dr_header_find() finds, then "#" and what is
 * left */
static void find(struct dr_text headers, const struct dr_text *names,
		size_t count, char *out, size_t size)
{
	struct dr_header h;
	size_t n = 0;

	while(dr_header_find(&headers, names, count, &h)) {
		n += (size_t)snprintf(
				out + n, size - n, "%.*s|", (int)h.value.len, h.value.s);
		assert_true(n < size);
	}
	snprintf(out + n, size - n, "#%.*s", (int)headers.len, headers.s);
}

static void test_find(void **state)
{
	static const struct dr_text names[] = {DR_TEXT("Reason"), DR_TEXT("X-a")};
	static const char text[] = "Via: 1\r\nREASON : a\r\nReason-X: b\r\n"
							   "Reaso: c\r\nreason:\r\n d\r\nx-A\t:e\n"
							   "Reason f\r\nX-B: g\rReason: h\r\n\tReason: i"
							   "\r\n:\r\n\r\nReason: j";
	char out[64];

	(void)state;
	find(EDGE(text), names, 2, out, sizeof(out));
	assert_string_equal(out, "a|d|e|h\r\n\tReason: i|#\r\nReason: j");
	find(EDGE(text), names, 1, out, sizeof(out));
	assert_string_equal(out, "a|d|h\r\n\tReason: i|#\r\nReason: j");
	find(EDGE(text), &names[1], 1, out, sizeof(out));
	assert_string_equal(out, "e|#\r\nReason: j");
	find(EDGE(text), NULL, 0, out, sizeof(out));
	assert_string_equal(out, "#\r\nReason: j");
	find(EDGE(" Reason: a\r\n\tReason: b\r\n"), names, 2, out, sizeof(out));
	assert_string_equal(out, "a\r\n\tReason: b|#");
	find(EDGE("\treason: a"), names, 2, out, sizeof(out));
	assert_string_equal(out, "a|#");
}

static void test_rubbish(void **state)
{
	static const char bytes[] = "\r\n\t :,;\"\\aA\0\xff";
	char rubbish[10240];
	unsigned int seed;
	size_t i;

	(void)state;
	for(seed = 1; seed <= 200; seed++) {
		unsigned int random = seed;
		struct dr_text headers;
		struct dr_header h;
		size_t sum = 0;

		for(i = 0; i < sizeof(rubbish); i++) {
			random = random * 1103515245u + 12345u;
			rubbish[i] = bytes[(random >> 16) % sizeof(bytes)];
		}
		headers = edge_text(rubbish, sizeof(rubbish));
		while(dr_header_next(&headers, &h))
			sum += h.field.len;
		assert_int_equal(sum + headers.len, sizeof(rubbish));
		edge_free(NULL);
	}
}

static void test_tokens(void **state)
{
	static const char extra[] = "-.!%*_+`'~";
	int c;

	(void)state;
	for(c = 0; c < 256; c++) {
		char byte = (char)c;
		bool expected = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
						|| (c >= 'a' && c <= 'z')
						|| (c != 0 && strchr(extra, c) != NULL);

		assert_int_equal(dr_token_check((struct dr_text){&byte, 1}), expected);
	}
	assert_true(dr_token_check(EDGE("X-LK-Disconnect-Reason")));
	assert_false(dr_token_check(EDGE("")));
	assert_false(dr_token_check(EDGE("X-A:")));
	assert_false(dr_token_check(EDGE("X A")));
	assert_int_equal(dr_token_length(EDGE("Q.850 ;")), 5);
	assert_int_equal(dr_token_length(EDGE(";Q.850")), 0);
}

/* A name of nothing but what dr_strip() writes could not be made unreadable */
static void test_names_of_ours(void **state)
{
	char longest[DR_HEADER_NAME_MAX + 1];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_true(dr_header_name_check(EDGE("-X_")));
	assert_true(dr_header_name_check((struct dr_text){longest, 64}));
	assert_false(dr_header_name_check((struct dr_text){longest, 65}));
	assert_false(dr_header_name_check(EDGE("-")));
	assert_false(dr_header_name_check(EDGE("_-_")));
	assert_false(dr_header_name_check(EDGE("X:")));
	assert_false(dr_header_name_check(EDGE("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_walk, edge_free),
			cmocka_unit_test_teardown(test_fields_to_delete, edge_free),
			cmocka_unit_test_teardown(test_zero_bytes, edge_free),
			cmocka_unit_test_teardown(test_no_text, edge_free),
			cmocka_unit_test_teardown(test_find, edge_free),
			cmocka_unit_test_teardown(test_rubbish, edge_free),
			cmocka_unit_test_teardown(test_tokens, edge_free),
			cmocka_unit_test_teardown(test_names_of_ours, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
