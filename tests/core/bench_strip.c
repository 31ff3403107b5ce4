/**
 * @file bench_strip.c  What it costs to make header names unreadable
 *
 * usage: bench_strip KIND FIELDS REPLIES    for valgrind
 *
 * Strips REPLIES copies of a reply, with FIELDS of a KIND in it: header fields that
 * have one of our names, or names that a reader may trim and that begin no field.
 * Run under valgrind, count what is collected inside dr_strip() (see core-bench in
 * core.mk).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strip.h"

/* A reply of a trunk with 15 header fields */
#define LINE "SIP/2.0 486 "
#define PHRASE "Busy Here"
#define HEADERS                                                              \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKcydzigwkX;rport=5060\r\n" \
	"Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK-524287-1---a7\r\n"      \
	"Record-Route: <sip:192.0.2.1;lr>\r\n"                                   \
	"From: \"Agent\" <sip:+15550100@example.com>;tag=f7b6a1c8\r\n"           \
	"To: <sip:+15550199@example.net>;tag=as58f4201b\r\n"                     \
	"Call-ID: 843817637684230@998sdasdh09\r\n"                               \
	"CSeq: 1826 INVITE\r\n"                                                  \
	"Contact: <sip:192.0.2.20:5060>\r\n"                                     \
	"User-Agent: Some PBX 18.2\r\n"                                          \
	"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"            \
	"Supported: replaces, timer\r\n"                                         \
	"Server: Some PBX\r\n"                                                   \
	"Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n"                                \
	"Reason: Q.850;cause=17\r\n"
#define END "Content-Length: 0\r\n\r\n"

static const struct dr_text names[] = {
		DR_TEXT("X-LK-Disconnect-Reason"), DR_TEXT("X-LK-Disconnect-Detail")};
/* One of letters that have another character in Unicode */
static const struct dr_text odd_names[] = {DR_TEXT("ks")};

static const struct kind
{
	const char *name;
	const char *field;
	const struct dr_text *names;
	size_t count;
	size_t found; /* in one field */
} kinds[] = {
		{"name", "X-LK-Disconnect-Reason: ROOM_DELETED\r\n", names, 2, 1},
		{"trimmed", "\xe2\x84\xaa\xc5\xbf\xe2\x84\xaa\xc5\xbf", odd_names, 1,
				0},
};

static char *append(char *s, const char *text)
{
	size_t len = strlen(text);

	memcpy(s, text, len);
	return s + len;
}

static const struct kind *find_kind(const char *name)
{
	size_t i;

	for(i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if(strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const char start[] = LINE PHRASE "\r\n";
	const struct kind *kind = argc == 4 ? find_kind(argv[1]) : NULL;
	size_t fields, len, found = 0;
	char *reply, *copy, *s;
	long replies, i;

	if(!kind) {
		fprintf(stderr, "usage: bench_strip name|trimmed FIELDS REPLIES\n");
		return 2;
	}
	fields = strtoul(argv[2], NULL, 10);
	replies = strtol(argv[3], NULL, 10);
	len = strlen(start) + strlen(HEADERS END) + fields * strlen(kind->field);
	reply = malloc(len);
	copy = malloc(len);
	if(!reply || !copy)
		abort();

	s = append(append(reply, start), HEADERS);
	for(i = 0; i < (long)fields; i++)
		s = append(s, kind->field);
	append(s, END);
	for(i = 0; i < replies; i++) {
		size_t phrase_len = strlen(PHRASE);

		memcpy(copy, reply, len);
		found += dr_strip(copy, len, strlen(LINE), phrase_len, strlen(start),
				kind->names, kind->count);
	}
	free(reply);
	free(copy);
	return found == kind->found * fields * (size_t)replies ? 0 : 1;
}
