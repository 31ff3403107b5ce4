/**
 * @file test_reason_header.c  Tests of reason_header.c: Reason header fields,
 * good and ugly
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "edge.h"
#include "reason_header.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the parser makes of a body: "protocol/cause/text|" of each value; a cause
 * that is none is "-" */
static void parse(struct dr_text body, char *out, size_t size)
{
	struct dr_reason_value v;
	size_t n = 0;

	out[0] = '\0';
	while(dr_reason_value_next(&body, &v)) {
		char cause[16] = "-";

		if(v.cause != DR_CAUSE_NONE)
			snprintf(cause, sizeof(cause), "%d", v.cause);
		n += (size_t)snprintf(out + n, size - n, "%.*s/%s/%.*s|",
				(int)v.protocol.len, v.protocol.s, cause, (int)v.text.len,
				v.text.s);
		assert_true(n < size);
	}
	assert_int_equal(body.len, 0);
	assert_false(dr_reason_value_next(&body, &v));
}

struct reason_case
{
	const char *body;
	const char *expected;
};

static void check_cases(const struct reason_case *cases, size_t count)
{
	char out[256];
	size_t i;

	for(i = 0; i < count; i++) {
		parse(edge_string(cases[i].body), out, sizeof(out));
		assert_string_equal(out, cases[i].expected);
		edge_free(NULL);
	}
}

static void test_well_formed(void **state)
{
	static const struct reason_case cases[] = {
			{"SIP ;cause=200 ;text=\"Call completed elsewhere\"",
					"SIP/200/Call completed elsewhere|"},
			{"Q.850 ;cause=16 ;text=\"Terminated\"", "Q.850/16/Terminated|"},
			{"q.850;cause=17", "q.850/17/|"},
			{"Q.850;text=\"Busy\";cause=17", "Q.850/17/Busy|"},
			{"Q.850;location=LN;CAUSE=17;x=[::1];y;Text=\"a\"", "Q.850/17/a|"},
			{"Preemption", "Preemption/-/|"},
			{"SIP;cause=600;text=\"a\", Q.850;cause=17",
					"SIP/600/a|Q.850/17/|"},
			{"Q.850;cause=16,Q.850;cause=34,SIP;cause=503",
					"Q.850/16/|Q.850/34/|SIP/503/|"},
			{"Q.850;cause=0", "Q.850/0/|"},
			{"Q.850;cause=999", "Q.850/999/|"},
			{"Q.850;cause=017", "Q.850/17/|"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_white_space(void **state)
{
	static const struct reason_case cases[] = {
			{" \tQ.850 ; cause = 17 ; text = \"a b\" \t", "Q.850/17/a b|"},
			{"Q.850\r\n ;\r\n\tcause\r\n =\r\n 17\r\n ,\r\n SIP;cause=1\r\n",
					"Q.850/17/|SIP/1/|"},
			{"Q.850\n ;\n cause\n =\n 17\n ,\n SIP;cause=1\n",
					"Q.850/17/|SIP/1/|"},
			{"Q.850;text=\"a\r\n b\";cause=17", "Q.850/17/a\r\n b|"},
			{"Q.850;cause=1 7", "Q.850/-/|"},
			{"Q.850;cause=1\r\n 7", "Q.850/-/|"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_quotes(void **state)
{
	static const struct reason_case cases[] = {
			{"SIP;text=\"a,b;cause=1\";cause=2,SIP;cause=3",
					"SIP/2/a,b;cause=1|SIP/3/|"},
			{"SIP;text=\"a\\\"b,c\\\\\";cause=2", "SIP/2/a\\\"b,c\\\\|"},
			{"SIP;x=\"cause=1\";cause=2", "SIP/2/|"},
			{"SIP;text=\"\";cause=2", "SIP/2/|"},
			{"SIP;text=bare;cause=2", "SIP/2/|"},
			{"SIP;text=\"a\"b;cause=2", "SIP/2/|"},
			{"SIP;text=\"a\" \"b\";cause=2", "SIP/2/|"},
			{"SIP;text;cause=2", "SIP/2/|"},
			{"SIP;cause=\"17\"", "SIP/-/|"},
			/* a quote that never closes */
			{"SIP;cause=2;text=\"a", "SIP/2/|"},
			{"SIP;text=\"a;cause=2,SIP;cause=3", "SIP/-/|"},
			{"SIP;cause=2;text=\"", "SIP/2/|"},
			{"SIP;cause=2;text=\"a\\\"", "SIP/2/|"},
			{"SIP;cause=2;text=\"a\\", "SIP/2/|"},
			{"\"", ""},
			{"\"SIP\";cause=1,SIP;cause=2", "SIP/2/|"},
			{"SI\"P;cause=1,SIP;cause=2", ""},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_malformed(void **state)
{
	static const struct reason_case cases[] = {
			{"", ""},
			{" \r\n ", ""},
			{",", ""},
			{",,, ,Q.850;cause=17,, ,", "Q.850/17/|"},
			{";cause=17,Q.850;cause=34", "Q.850/34/|"},
			{"Q.850 cause=17,Q.850;cause=34", "Q.850/34/|"},
			{"Q.850=17;cause=1,SIP", "SIP/-/|"},
			{"Q.850;;; ;cause=17;", "Q.850/17/|"},
			{"Q.850;=17;cause=17", "Q.850/17/|"},
			{"Q.850;cause==17", "Q.850/-/|"},
			{"Q.850;causes=1;acause=2;cause=17", "Q.850/17/|"},
			{"<>@:/?[]{}()", ""},
			/* causes */
			{"Q.850;cause", "Q.850/-/|"},
			{"Q.850;cause=", "Q.850/-/|"},
			{"Q.850;cause=;x", "Q.850/-/|"},
			{"Q.850;cause=1000", "Q.850/-/|"},
			{"Q.850;cause=-1", "Q.850/-/|"},
			{"Q.850;cause=+1", "Q.850/-/|"},
			{"Q.850;cause=17.0", "Q.850/-/|"},
			{"Q.850;cause=17x", "Q.850/-/|"},
			{"Q.850;cause=x17", "Q.850/-/|"},
			{"Q.850;cause=0x11", "Q.850/-/|"},
			{"Q.850;cause=4294967313", "Q.850/-/|"},
			{"Q.850;cause=18446744073709551633", "Q.850/-/|"},
			/* the first one counts, be it good or not */
			{"Q.850;cause=17;cause=34", "Q.850/17/|"},
			{"Q.850;cause=x;cause=34", "Q.850/-/|"},
			{"Q.850;text=\"a\";text=\"b\"", "Q.850/-/a|"},
	};

	(void)state;
	check_cases(cases, COUNT(cases));
}

static void test_zero_bytes(void **state)
{
	char out[64];

	(void)state;
	parse(EDGE("Q.850\0;cause=17,SIP;cause=1\0,SIP;\0cause=2,SIP;cause=3"), out,
			sizeof(out));
	assert_string_equal(out, "SIP/-/|SIP/-/|SIP/3/|");
}

static void test_no_text(void **state)
{
	struct dr_text body = {NULL, 0};
	struct dr_reason_value value;

	(void)state;
	assert_false(dr_reason_value_next(&body, &value));
}

/* "Q.850;cause=", the byte count times, then tail */
static void check_long(
		char byte, size_t count, const char *tail, const char *expected)
{
	static const char head[] = "Q.850;cause=";
	size_t len = strlen(head) + count + strlen(tail);
	char *body = malloc(len + 1);
	char out[64];

	assert_non_null(body);
	memcpy(body, head, strlen(head));
	memset(body + strlen(head), byte, count);
	memcpy(body + strlen(head) + count, tail, strlen(tail) + 1);
	parse(edge_text(body, len), out, sizeof(out));
	free(body);
	assert_string_equal(out, expected);
}

static void test_long(void **state)
{
	(void)state;
	check_long('9', 5000, ",SIP;cause=1", "Q.850/-/|SIP/1/|");
	check_long('0', 5000, "17", "Q.850/17/|");
	check_long(' ', 10240, "17", "Q.850/17/|");
	check_long(',', 10240, "SIP;cause=1", "Q.850/-/|SIP/1/|");
	check_long(';', 10240, "cause=1", "Q.850/-/|");
	check_long('"', 10240, ";text=\"a\",SIP", "Q.850/-/a|SIP/-/|");
	check_long('"', 10241, ",SIP;cause=1", "Q.850/-/|");
	check_long('\\', 10240, ",SIP;cause=1", "Q.850/-/|SIP/1/|");
	check_long('=', 10240, ",SIP;cause=1", "Q.850/-/|SIP/1/|");
}

static void test_rubbish(void **state)
{
	static const char bytes[] = "\r\n\t ,;=\"\\Q.850cause1\0\xff";
	char rubbish[10240];
	unsigned int seed;
	size_t i;

	(void)state;
	for(seed = 1; seed <= 200; seed++) {
		unsigned int random = seed;
		struct dr_text body;
		struct dr_reason_value v;
		size_t left;

		for(i = 0; i < sizeof(rubbish); i++) {
			random = random * 1103515245u + 12345u;
			rubbish[i] = bytes[(random >> 16) % sizeof(bytes)];
		}
		body = edge_text(rubbish, sizeof(rubbish));
		left = body.len;
		while(dr_reason_value_next(&body, &v)) {
			assert_true(body.len < left);
			assert_in_range(v.cause + 1, 0, 1000);
			left = body.len;
		}
		assert_int_equal(body.len, 0);
		edge_free(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_well_formed, edge_free),
			cmocka_unit_test_teardown(test_white_space, edge_free),
			cmocka_unit_test_teardown(test_quotes, edge_free),
			cmocka_unit_test_teardown(test_malformed, edge_free),
			cmocka_unit_test_teardown(test_zero_bytes, edge_free),
			cmocka_unit_test(test_no_text),
			cmocka_unit_test_teardown(test_long, edge_free),
			cmocka_unit_test_teardown(test_rubbish, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
