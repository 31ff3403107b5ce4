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


/* Length of the UTF-8 sequence at the front of a text, as RFC 3629 section 4 has
 * it; 0 when there is none */
static size_t utf8_length(struct dr_text text)
{
	const unsigned char *s = (const unsigned char *)text.s;
	unsigned char least = 0x80, most = 0xbf;
	size_t len, i;

	if(s[0] < 0x80)
		return 1;
	if(s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if(text.len < len)
		return 0;
	if(s[0] == 0xe0)
		least = 0xa0;
	else if(s[0] == 0xf0)
		least = 0x90;
	else if(s[0] == 0xed)
		most = 0x9f;
	else if(s[0] == 0xf4)
		most = 0x8f;
	if(s[1] < least || s[1] > most)
		return 0;
	for(i = 2; i < len; i++) {
		if((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
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


/* Comma, line and key before a value */
static void begin_value(const char *key)
{
	if(has_value[depth])
		putchar(',');
	has_value[depth] = true;
	if(depth > 0)
		printf("\n%*s", 2 * depth, "");
	if(key)
		printf("\"%s\": ", key);
}


/** Begin an object with {, or an array with [ */
void json_open(const char *key, char bracket)
{
	begin_value(key);
	putchar(bracket);
	has_value[++depth] = false;
}


/** End an object with }, or an array with ]; at the top the document */
void json_close(char bracket)
{
	if(has_value[depth--])
		printf("\n%*s", 2 * depth, "");
	putchar(bracket);
	if(depth == 0)
		putchar('\n');
}


/** Write a text, of any bytes: what is no UTF-8 becomes U+FFFD */
void json_text(const char *key, struct dr_text text)
{
	begin_value(key);
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
	begin_value(key);
	printf("%ld", number);
}


/** Write true or false */
void json_bool(const char *key, bool value)
{
	begin_value(key);
	fputs(value ? "true" : "false", stdout);
}
