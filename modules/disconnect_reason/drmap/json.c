/**
 * @file json.c  Writes JSON (RFC 8259)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "json.h"


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


/* Comma, line and key in front of a value */
static void begin_value(struct json *json, const char *key)
{
	if(json->has_value[json->depth])
		putchar(',');
	json->has_value[json->depth] = true;
	if(json->depth > 0)
		printf("\n%*s", 2 * json->depth, "");
	if(key) {
		print_quoted((struct dr_text){key, strlen(key)});
		fputs(": ", stdout);
	}
}


/**
 * Begin an object or an array
 *
 * @param json    The document
 * @param key     Its key, NULL in an array and at the top; as for all values
 * @param bracket { or [
 */
void json_open(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	putchar(bracket);
	json->depth++;
	json->has_value[json->depth] = false;
}


/**
 * End an object or an array; at the top the document
 *
 * @param json    The document
 * @param bracket } or ]
 */
void json_close(struct json *json, char bracket)
{
	bool filled = json->has_value[json->depth];

	json->depth--;
	if(filled)
		printf("\n%*s", 2 * json->depth, "");
	putchar(bracket);
	if(json->depth == 0)
		putchar('\n');
}


/**
 * Write a text; any bytes will do
 *
 * @param json The document
 * @param key  As for json_open()
 * @param text The text
 */
void json_text(struct json *json, const char *key, struct dr_text text)
{
	begin_value(json, key);
	print_quoted(text);
}


/**
 * Write a string
 *
 * @param json The document
 * @param key  As for json_open()
 * @param s    The string
 */
void json_string(struct json *json, const char *key, const char *s)
{
	json_text(json, key, (struct dr_text){s, strlen(s)});
}


/**
 * Write a number
 *
 * @param json   The document
 * @param key    As for json_open()
 * @param number The number
 */
void json_number(struct json *json, const char *key, long number)
{
	begin_value(json, key);
	printf("%ld", number);
}


/**
 * Write true or false
 *
 * @param json  The document
 * @param key   As for json_open()
 * @param value Which of them
 */
void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", stdout);
}
