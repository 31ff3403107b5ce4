/**
 * @file json.c  Writes JSON (RFC 8259) to the standard output
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "json.h"

/* Most objects and arrays inside each other */
#define DEPTH_MAX 15

static int depth;
static bool has_value[DEPTH_MAX + 1]; /* at each depth: a comma is due */
static bool on_line[DEPTH_MAX + 1];	  /* a list of words or numbers */

/* Length of the UTF-8 sequence that a text begins with, as RFC 3629 section 4
 * has it; 0 when there is none */
static size_t utf8_length(struct dr_text text)
{
	static const struct
	{
		unsigned char first;	   /* byte, up to this */
		unsigned char length;	   /* of the sequence; 0: there is none */
		unsigned char least, most; /* of the second byte */
	} rows[] = {{0x7f, 1, 0, 0}, {0xc1, 0, 0, 0}, {0xdf, 2, 0x80, 0xbf},
			{0xe0, 3, 0xa0, 0xbf}, {0xec, 3, 0x80, 0xbf}, {0xed, 3, 0x80, 0x9f},
			{0xef, 3, 0x80, 0xbf}, {0xf0, 4, 0x90, 0xbf}, {0xf3, 4, 0x80, 0xbf},
			{0xf4, 4, 0x80, 0x8f}, {0xff, 0, 0, 0}};
	const unsigned char *s = (const unsigned char *)text.s;
	size_t row = 0, i;

	while(s[0] > rows[row].first)
		row++;
	if(text.len < rows[row].length)
		return 0;
	if(rows[row].length > 1
			&& (s[1] < rows[row].least || s[1] > rows[row].most))
		return 0;
	for(i = 2; i < rows[row].length; i++) {
		if((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return rows[row].length;
}

/* A text in quotes; bytes that are no UTF-8 become U+FFFD */
static void print_quoted(struct dr_text text)
{
	size_t len;

	putchar('"');
	for(; text.len > 0; text.s += len, text.len -= len) {
		len = utf8_length(text);
		if(len == 0) {
			fputs("\\ufffd", stdout);
			len = 1;
		} else if(*text.s == '"' || *text.s == '\\') {
			printf("\\%c", *text.s);
		} else if(len == 1 && (*text.s < ' ' || *text.s == 0x7f)) {
			printf("\\u%04x", (unsigned)*text.s);
		} else {
			fwrite(text.s, 1, len, stdout);
		}
	}
	putchar('"');
}

/* Comma, line and key before a value; a list of words or numbers stays on its
 * line */
static void begin_value(const char *key, bool word)
{
	if(has_value[depth])
		putchar(',');
	on_line[depth] = word && key == NULL;
	if(on_line[depth] && has_value[depth])
		putchar(' ');
	has_value[depth] = true;
	if(depth > 0 && !on_line[depth])
		printf("\n%*s", 2 * depth, "");
	if(key)
		printf("\"%s\": ", key);
}

/** Begin an object with {, or an array with [ */
void json_open(const char *key, char bracket)
{
	begin_value(key, false);
	putchar(bracket);
	has_value[++depth] = false;
}

/** End an object with }, or an array with ]; at the top the document */
void json_close(char bracket)
{
	if(has_value[depth] && !on_line[depth])
		printf("\n%*s", 2 * (depth - 1), "");
	depth--;
	putchar(bracket);
	if(depth == 0)
		putchar('\n');
}

/** Write a text, of any bytes: what is no UTF-8 becomes U+FFFD */
void json_text(const char *key, struct dr_text text)
{
	begin_value(key, true);
	print_quoted(text);
}

/** Write a string, as json_text() does */
void json_string(const char *key, const char *s)
{
	json_text(key, (struct dr_text){s, strlen(s)});
}

/** Write a number */
void json_number(const char *key, long number)
{
	begin_value(key, true);
	printf("%ld", number);
}

/** Write true or false */
void json_bool(const char *key, bool value)
{
	begin_value(key, true);
	fputs(value ? "true" : "false", stdout);
}
