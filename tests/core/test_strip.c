/**
 * @file test_strip.c  Tests of strip.c: names hidden as well as a trunk can
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
#include "model_strip.h"
#include "strip.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE "SIP/2.0 486 "
#define MESSAGE_MAX 1024

/* X-Ks has all that a reader may take for something else; no name ends with
 * another one */
static const struct dr_text names[] = {DR_TEXT("X-Ks"), DR_TEXT("9_b"),
		DR_TEXT("s-9"), DR_TEXT("x-a"), DR_TEXT("X-KS")};

/* A reply at the edge of what can be read, and where its parts begin */
struct reply
{
	char *s;
	size_t len;
	size_t phrase;
	size_t phrase_len;
	size_t headers;
};

/* A reply as Kamailio parses it: the phrase ends at the first CR or LF, the line
 * after the first LF and a CR that follows it */
static struct reply parse(const char *s, size_t len)
{
	struct dr_text copy = edge_text(s, len);
	struct reply reply = {(char *)copy.s, len, strlen(LINE), 0, 0};
	const char *phrase = copy.s + reply.phrase;
	const char *lf = memchr(phrase, '\n', len - reply.phrase);

	assert_non_null(lf);
	reply.headers = (size_t)(lf + 1 - copy.s);
	if(reply.headers < len && copy.s[reply.headers] == '\r'
			&& lf + 2 < copy.s + len && lf[2] != '\n')
		reply.headers++;
	while(phrase[reply.phrase_len] != '\r' && phrase[reply.phrase_len] != '\n')
		reply.phrase_len++;
	return reply;
}

static size_t strip(struct reply *reply)
{
	return dr_strip(reply->s, reply->len, reply->phrase, reply->phrase_len,
			reply->headers, names, COUNT(names));
}

static size_t strip_plainly(struct reply *reply)
{
	return model_strip(reply->s, reply->len, reply->phrase, reply->phrase_len,
			reply->headers, names, COUNT(names));
}

/* What a reply turns into, in how many names, and that the second time nothing
 * happens */
static void check(const char *s, const char *expected, size_t len, size_t count)
{
	struct reply reply = parse(s, len);
	struct reply plain = parse(s, len);

	assert_int_equal(strip(&reply), count);
	assert_memory_equal(reply.s, expected, len);
	assert_int_equal(strip(&reply), 0);
	assert_memory_equal(reply.s, expected, len);
	assert_int_equal(strip_plainly(&plain), count);
	assert_memory_equal(plain.s, expected, len);
	edge_free(NULL);
}

static void test_status_line(void **state)
{
	static const struct
	{
		const char *line; /* after LINE */
		const char *expected;
		size_t count;
	} cases[] = {
			{"Busy\r\nA: 1\r\n\r\n", "Busy\r\nA: 1\r\n\r\n", 0},
			{"\r\nA: 1\r\n\r\n", "\r\nA: 1\r\n\r\n", 0},
			{"Busy\r\n", "Busy\r\n", 0},
			/* a LF alone stays; Kamailio counts a CR after it in */
			{"Busy\nA: 1\r\n\r\n", "Busy\nA: 1\r\n\r\n", 0},
			{"\nA: 1\r\n\r\n", "\nA: 1\r\n\r\n", 0},
			{"Busy\n\rA: 1\r\n\r\n", "Busy\r\nA: 1\r\n\r\n", 0},
			{"Busy\r\n\rA: 1\r\n\r\n", "Busy \r\nA: 1\r\n\r\n", 0},
			/* what Kamailio skips after a CR */
			{"Busy\r\r\nA: 1\r\n\r\n", "Busy \r\nA: 1\r\n\r\n", 0},
			{"\r\r\r\nA: 1\r\n\r\n", "  \r\nA: 1\r\n\r\n", 0},
			{"Busy\rX-Ks: 1\r\n\r\n", "Busy ----: 1\r\n\r\n", 1},
			{"Busy\rA: 1\rX-Ks: 12\n\r\n", "Busy A: 1 ----: 1\r\n\r\n", 1},
			{"Busy\r \nA: 1\r\n\r\n", "Busy \r\nA: 1\r\n\r\n", 0},
			/* names in the phrase */
			{"X-Ks: 1\r\nA: 1\r\n\r\n", "----: 1\r\nA: 1\r\n\r\n", 1},
			{"a X-Ks:\nA: 1\r\n\r\n", "a ----:\nA: 1\r\n\r\n", 1},
			{"X-Ks\r\n:\r\n\r\n", "----\r\n:\r\n\r\n", 1},
			{"X-K\r\n s:\r\n\r\n", "X-K\r\n-s:\r\n\r\n", 0},
	};
	char s[64], expected[64];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		int len = snprintf(s, sizeof(s), LINE "%s", cases[i].line);

		snprintf(expected, sizeof(expected), LINE "%s", cases[i].expected);
		check(s, expected, (size_t)len, cases[i].count);
	}
}

static void test_headers(void **state)
{
#define CASE(s, expected, count) {s, expected, sizeof(s) - 1, count}
	static const struct
	{
		const char *s;
		const char *expected;
		size_t len;
		size_t count;
	} cases[] = {
			/* names that stay */
			CASE("X-K: 1\r\nX-Kss: 1\r\nyX-Ks: 1\r\nX-Ks 1: X-Ks\r\n\r\n",
					"X-K: 1\r\nX-Kss: 1\r\nyX-Ks: 1\r\nX-Ks 1: X-Ks\r\n\r\n",
					0),
			CASE("\r\n", "\r\n", 0),
			CASE("\n", "\n", 0),
			CASE("", "", 0),
			CASE("X-K", "X-K", 0),
			CASE("X-Ks", "X-Ks", 0),
			CASE("X-Ks \r", "X-Ks  ", 0),
			CASE("X-Ks\r\n \r\n", "X-Ks\r\n \r\n", 0),
			/* wherever they stand, in any case */
			CASE("X-Ks: 1\r\nx-kS: 2\r\n", "----: 1\r\n----: 2\r\n", 2),
			CASE("A: 1\r\n9_B:\r\nS-9:\r\n\r\n", "A: 1\r\n---:\r\n---:\r\n\r\n",
					2),
			CASE("A: X-Ks: 1\r\n", "A: ----: 1\r\n", 1),
			CASE("A: 1\r\n X-Ks: 1\r\n\tx-ks:", "A: 1\r\n ----: 1\r\n\t----:",
					2),
			CASE("A: \"X-Ks:\",X-Ks:;<x-a:>", "A: \"----:\",----:;<---:>", 3),
			CASE("X-Ks:X-Ks:X-Ks:", "----:----:----:", 3),
			CASE("A: 1\xffX-Ks: 1", "A: 1\xff----: 1", 1),
			CASE("A: 1\vX-Ks: 1\fx-a: 2", "A: 1\v----: 1\f---: 2", 2),
			/* what a reader may trim before the colon */
			CASE("A\r\nX-Ks \t: 1\r\n", "A\r\n---- \t: 1\r\n", 1),
			CASE("X-Ks\r\n : 1\r\n", "----\r\n : 1\r\n", 1),
			CASE("X-Ks\r\n\r : 1\r\n", "----\r\n  : 1\r\n", 1),
			CASE("X-Ks\xc2\xa0\xe2\x80\xa8\x7f\x01: 1",
					"----\xc2\xa0\xe2\x80\xa8\x7f\x01: 1", 1),
			CASE("A: 1\r\nX-Ks\xe2\x84\xaa:", "A: 1\r\n----\xe2\x84\xaa:", 1),
			CASE("A: X-Ks\r: 1", "A: ---- : 1", 1),
			/* a text of C ends at a zero byte */
			CASE("X-Ks\0foo: 1\r\n", "----\0foo: 1\r\n", 1),
			CASE("X-Ks \t\0foo: 1\r\n", "---- \t\0foo: 1\r\n", 1),
			/* what a reader may take for the name */
			CASE("X_Ks:\r\nx-\xe2\x84\xaa\xc5\xbf:\r\n",
					"----:\r\n-------:\r\n", 2),
			CASE("\xc5\xbf-9:\r\n", "---9:\r\n", 0),
			CASE("A:\r\n\xc5\xbf-9:\r\n", "A:\r\n----:\r\n", 1),
			CASE("A:\r\n\xc5\xbe-9:\r\n", "A:\r\n\xc5\xbe-9:\r\n", 0),
			CASE("9-b:\r\n9_b:\r\n", "---:\r\n---:\r\n", 2),
			CASE("X-\xe2\x84", "X-\xe2\x84", 0),
			CASE("X-\xe2\x84\xab: 1", "X-\xe2\x84\xab: 1", 0),
			/* names with folds, which stay, for they are lines of others */
			CASE("X\r\n -K\r\n\t\r\n s\r\n : 1\r\n",
					"-\r\n --\r\n\t\r\n -\r\n : 1\r\n", 1),
			CASE("X\n -Ks: 1\r\nA\nB\r\n", "-\n ---: 1\r\nA\nB\r\n", 1),
			CASE("X\r\n-Ks: 1\r\n", "X\r\n-Ks: 1\r\n", 0),
			CASE("X\r\n", "X\r\n", 0),
			CASE("X-Ks\r\n\tx-a: 1", "X-Ks\r\n\t---: 1", 1),
			/* nothing continues our lines */
			CASE(" X-Ks: 1\r\nA: 1\r\n", "-X-Ks: 1\r\nA: 1\r\n", 0),
			CASE("\t \v\r\x7f\x01"
				 "A: 1\r\n",
					"------A: 1\r\n", 0),
			CASE("\xc2\x85\xe2\x80\xa8\xef\xbb\xbfX-Ks: 1\r\n",
					"--------X-Ks: 1\r\n", 0),
			CASE(" \r\n X-Ks: 1\r\n", "-\r\n ----: 1\r\n", 1),
			CASE(" \nA: 1\n", "-\nA: 1\n", 0),
			CASE("\r", "-", 0),
			/* lines are the same for all */
			CASE("A: 1\rX-Ks: 1\nX-Ks: 2\r\n\r\n",
					"A: 1 ----: 1\n----: 2\r\n\r\n", 2),
			CASE("A: 1\r\nB: 1\rX-Ks: 1\nx-a: 2\r\n",
					"A: 1\r\nB: 1 ----: 1 ---: 2\r\n", 2),
			CASE("A: 1\r\n\rB: 1\r\r\nC\n\rD\n", "A: 1\r\n B: 1 \r\nC  D ", 0),
			CASE("A: 1\r\nX-K\rs: 1\r\n\nX-Ks: 1",
					"A: 1\r\nX-K s: 1\r\n\n----: 1", 1),
			CASE("A: 1\r\nB: 1\r", "A: 1\r\nB: 1 ", 0),
			CASE("A: 1\r\nB: 1\n", "A: 1\r\nB: 1 ", 0),
			/* the line end before the empty line stays */
			CASE("A: 1\r\nB: 1\n\n\r\rC", "A: 1\r\nB: 1\n\n\r\rC", 0),
			CASE("A: 1\r\nB: 1\n\r\nC\nD", "A: 1\r\nB: 1\n\r\nC\nD", 0),
			/* an honest device that knows no CR */
			CASE("A: 1\nB: 2\n C\r: 3\r\nD: 4\n\nE\nF\r",
					"A: 1\nB: 2\n C : 3\r\nD: 4\n\nE\nF\r", 0),
			/* and one that pretends to be */
			CASE("A: 1\nX-Ks: 1\nB: 1\n x-a: 2\n\nX-Ks: 3\r\n\r\nX-Ks: 4",
					"A: 1\n----: 1\nB: 1\n ---: 2\n\n----: 3\r\n\r\nX-Ks: 4",
					3),
			/* the body is what the strictest reader calls so */
			CASE("A: 1\r\n\r\nX-Ks: 1\rB\nC\r\nX-Ks: 2\r\n\r\n",
					"A: 1\r\n\r\nX-Ks: 1\rB\nC\r\nX-Ks: 2\r\n\r\n", 0),
			CASE("\r\nX-Ks: 1\r\n\r\nX-Ks: 2", "\r\nX-Ks: 1\r\n\r\nX-Ks: 2", 0),
			CASE("\nX-Ks: 1\r\n\r\nX-Ks: 2", "\n----: 1\r\n\r\nX-Ks: 2", 1),
			CASE("x-a: 1\r\n\r\nX-Ks: 2", "---: 1\r\n\r\nX-Ks: 2", 1),
			CASE("X-Ks\r\n\r\n: 1", "X-Ks\r\n\r\n: 1", 0),
	};
#undef CASE
	static const char line[] = LINE "Busy Here\r\n";
	char s[256], expected[256];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		size_t start = sizeof(line) - 1;

		memcpy(s, line, start);
		memcpy(expected, line, start);
		memcpy(s + start, cases[i].s, cases[i].len);
		memcpy(expected + start, cases[i].expected, cases[i].len);
		check(s, expected, start + cases[i].len, cases[i].count);
	}
}

static void test_no_names(void **state)
{
	struct reply reply = parse(LINE "Busy\nX-Ks: 1\r\n", 26);

	(void)state;
	assert_int_equal(dr_strip(reply.s, reply.len, reply.phrase,
							 reply.phrase_len, reply.headers, NULL, 0),
			0);
	assert_memory_equal(reply.s, LINE "Busy\nX-Ks: 1\r\n", reply.len);
}

/* One lone CR or LF, or one name, at each place of a message of each length */
static void test_one_in_many(void **state)
{
	static const char *const bits[] = {"\r", "\n", "X-Ks:", "\r\n\r\n"};
	char s[MESSAGE_MAX];
	size_t len, at, bit;

	(void)state;
	for(len = 1; len <= 320; len += 13) {
		for(at = 0; at < len; at++) {
			size_t start = strlen(LINE "Busy\r\nA: 1\r\n");

			memcpy(s, LINE "Busy\r\nA: 1\r\n", start);
			memset(s + start, ' ', len);
			for(bit = 0; bit < COUNT(bits); bit++) {
				struct reply reply, plain;

				memcpy(s + start + at, bits[bit], strlen(bits[bit]));
				reply = parse(s, start + len);
				plain = parse(s, start + len);
				assert_int_equal(strip(&reply), strip_plainly(&plain));
				assert_memory_equal(reply.s, plain.s, plain.len);
				edge_free(NULL);
			}
		}
	}
}

static unsigned int next(unsigned int *random)
{
	*random = *random * 1103515245u + 12345u;
	return *random >> 16;
}

/* A reply of bits that are nasty, or harmless nearly all of the time */
static size_t write_random(char *s, unsigned int *random)
{
#define BIT(literal) {literal, sizeof(literal) - 1}
	static const struct dr_text bits[] = {BIT("\r"), BIT("\n"), BIT("\r\n"),
			BIT("\r\n\r\n"), BIT("\r\n "), BIT("\n\t"), BIT(" "), BIT("\t"),
			BIT(":"), BIT(":"), BIT("\0"), BIT("\x7f"), BIT("\xc2\xa0"),
			BIT("X"), BIT("x"), BIT("-"), BIT("_"), BIT("K"), BIT("s"),
			BIT("a"), BIT("9"), BIT("b"), BIT("\xe2\x84\xaa"), BIT("\xe2\x84"),
			BIT("\xc5\xbf"), BIT("X-Ks"), BIT("x-a"), BIT("x-k"), BIT("X-Ks:"),
			BIT("s-9"), BIT("9_b"), BIT("9-"), BIT("A: 1\r\n"), BIT("B: 2\n"),
			BIT("C: 3456789\r\n"), BIT("D: 0123456789abcdefghijklmnopq\r\n")};
#undef BIT
	size_t len = strlen(LINE);
	size_t most = len + next(random) % (MESSAGE_MAX - 64);
	bool harmless = next(random) % 4 == 0;

	memcpy(s, LINE, len);
	while(len < most) {
		size_t bit = next(random) % COUNT(bits);

		if(harmless && next(random) % 16 != 0)
			bit = COUNT(bits) - 1 - bit % 2;
		memcpy(s + len, bits[bit].s, bits[bit].len);
		len += bits[bit].len;
	}
	if(memchr(s, '\n', len) == NULL)
		s[len++] = '\n';
	return len;
}

static void test_random(void **state)
{
	unsigned int random = 1;
	char s[MESSAGE_MAX];
	size_t found = 0;
	int i;

	(void)state;
	for(i = 0; i < 20000; i++) {
		size_t len = write_random(s, &random);
		struct reply reply = parse(s, len);
		struct reply plain = parse(s, len);
		size_t count = strip(&reply);

		found += count;
		assert_int_equal(count, strip_plainly(&plain));
		assert_memory_equal(reply.s, plain.s, len);
		assert_int_equal(strip(&reply), 0);
		assert_memory_equal(reply.s, plain.s, len);
		edge_free(NULL);
	}
	assert_true(found > 5000);
}

/* Up to three names of what some reader takes for something else, each up to
 * four characters long; returns how many */
static size_t write_names(
		struct dr_text *odd, char text[3][4], unsigned int *random)
{
	static const char characters[] = "x-ksa_9";
	size_t i, j, count = 1 + next(random) % 3;

	for(i = 0; i < count; i++) {
		size_t len = 1 + next(random) % 4;

		for(j = 0; j < len; j++)
			text[i][j] = characters[next(random) % (sizeof(characters) - 1)];
		/* one of nothing but - stays what it is */
		text[i][0] = text[i][0] == '-' ? '_' : text[i][0];
		odd[i] = (struct dr_text){text[i], len};
	}
	return count;
}

/* Whatever names somebody chooses, the second time nothing is left to do, even
 * where a name that was found gives another one the - that it lacked */
static void test_odd_names(void **state)
{
	unsigned int random = 1;
	char s[MESSAGE_MAX], text[3][4], copy[MESSAGE_MAX];
	struct dr_text odd[3];
	size_t found = 0;
	int i;

	(void)state;
	for(i = 0; i < 20000; i++) {
		size_t count = write_names(odd, text, &random);
		size_t len = write_random(s, &random);
		struct reply reply = parse(s, len);

		found += dr_strip(reply.s, reply.len, reply.phrase, reply.phrase_len,
				reply.headers, odd, count);
		memcpy(copy, reply.s, reply.len);
		assert_int_equal(dr_strip(reply.s, reply.len, reply.phrase,
								 reply.phrase_len, reply.headers, odd, count),
				0);
		assert_memory_equal(reply.s, copy, reply.len);
		edge_free(NULL);
	}
	assert_true(found > 500);
}

/* What names become, and how many there were */
static void test_names_that_meet(void **state)
{
	static const struct
	{
		const char *first, *second;
		const char *s;
		const char *expected;
		size_t count;
	} cases[] = {
			/* _ is a - for some, and - stays */
			{"__", "x-a", "__:--:", "--:--:", 1},
			/* the - that x-k lacked */
			{"x-k", "9", "x\r\n 9\r\n \xe2\x84\xaa: 1\r\n",
					"-\r\n -\r\n ---: 1\r\n", 2},
			/* names that may be trimmed: those after them are, too */
			{"ks", "k", "A: \xe2\x84\xaa\xc5\xbf\xe2\x84\xaa \xe2\x84\xaa:",
					"A: -----\xe2\x84\xaa ---:", 2},
			{"k", "s", "A: \xe2\x84\xaa \xc5\xbf ", "A: --- -- ", 2},
			{"ks", "k", "A: \xe2\x84\xaa\xc5\xbf\xe2\x84\xaa \xe2\x84\xaa;",
					"A: \xe2\x84\xaa\xc5\xbf\xe2\x84\xaa \xe2\x84\xaa;", 0},
	};
	char s[64], expected[64];
	size_t i, run;

	(void)state;
	for(i = 0; i < COUNT(cases); i++) {
		struct dr_text two[] = {{cases[i].first, strlen(cases[i].first)},
				{cases[i].second, strlen(cases[i].second)}};
		int len = snprintf(s, sizeof(s), LINE "Busy\r\n%s", cases[i].s) + 1;
		struct reply reply = parse(s, (size_t)len);

		snprintf(expected, sizeof(expected), LINE "Busy\r\n%s",
				cases[i].expected);
		for(run = 0; run < 2; run++) {
			assert_int_equal(dr_strip(reply.s, reply.len, reply.phrase,
									 reply.phrase_len, reply.headers, two, 2),
					run == 0 ? cases[i].count : 0);
			assert_memory_equal(reply.s, expected, reply.len);
		}
		edge_free(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_teardown(test_status_line, edge_free),
			cmocka_unit_test_teardown(test_headers, edge_free),
			cmocka_unit_test_teardown(test_no_names, edge_free),
			cmocka_unit_test_teardown(test_one_in_many, edge_free),
			cmocka_unit_test_teardown(test_random, edge_free),
			cmocka_unit_test_teardown(test_odd_names, edge_free),
			cmocka_unit_test_teardown(test_names_that_meet, edge_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
