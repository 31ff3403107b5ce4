/**
 * @file fuzz_strip.c  Fuzzes what makes header names in a reply unreadable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "model_strip.h"
#include "strip.h"

#define LINE "SIP/2.0 486 "

/* None ends with another one */
static const struct dr_text names[] = {
		DR_TEXT("X-Ks"), DR_TEXT("9_b"), DR_TEXT("s-9"), DR_TEXT("x-a")};
#define NAMES (sizeof(names) / sizeof(*names))

typedef size_t strip_function(char *message, size_t len, size_t phrase,
		size_t phrase_len, size_t headers, const struct dr_text *names,
		size_t count);

struct reply
{
	char *s;
	size_t len;
	size_t phrase_len;
	size_t headers;
};

/* A copy of the reply, in as much memory as it needs */
static struct reply parse(const uint8_t *data, size_t size, const uint8_t *lf)
{
	struct reply reply = {NULL, strlen(LINE) + size, 0, 0};

	reply.s = malloc(reply.len);
	CHECK(reply.s);
	memcpy(reply.s, LINE, strlen(LINE));
	memcpy(reply.s + strlen(LINE), data, size);
	while(data[reply.phrase_len] != '\r' && data[reply.phrase_len] != '\n')
		reply.phrase_len++;
	reply.headers = strlen(LINE) + (size_t)(lf + 1 - data);
	return reply;
}

static size_t run(strip_function *strip, struct reply *reply)
{
	return strip(reply->s, reply->len, strlen(LINE), reply->phrase_len,
			reply->headers, names, NAMES);
}

static void check_same(const struct reply *a, const struct reply *b)
{
	CHECK(memcmp(a->s, b->s, a->len) == 0);
}

/**
 * Strip one reply, and see that the plain way does the same, and that nothing
 * is left to do
 *
 * @param data A reply, from its reason phrase on
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;
	struct reply reply, plain;

	if(!lf)
		return 0;
	reply = parse(data, size, lf);
	plain = parse(data, size, lf);
	CHECK(run(dr_strip, &reply) == run(model_strip, &plain));
	check_same(&reply, &plain);
	CHECK(run(dr_strip, &reply) == 0);
	check_same(&reply, &plain);
	free(reply.s);
	free(plain.s);
	return 0;
}
