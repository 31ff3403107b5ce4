/**
 * @file text.h  A piece of text that belongs to somebody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_TEXT_H
#define DR_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes inside a buffer of the caller's; not terminated, may be empty */
struct dr_text
{
	const char *s;
	size_t len;
};

/** A constant text from a string literal */
#define DR_TEXT(literal) {(literal), sizeof(literal) - 1}

/** The lower case of an ASCII letter; other characters stay. Not tolower(): a
 * locale must not change what a name is. */
static inline char dr_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool dr_is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/** White space of SIP: SP, HT and line ends */
static inline bool dr_is_space(char c)
{
	return c == ' ' || c == '\t' || dr_is_line_end(c);
}

bool dr_text_is(struct dr_text a, struct dr_text b);
bool dr_text_alike(struct dr_text a, struct dr_text b);
bool dr_text_starts(struct dr_text text, struct dr_text prefix);
struct dr_text dr_text_trim(struct dr_text text);
int dr_parse_number(struct dr_text text, int most);
size_t dr_lower_case(char *buf, size_t size, struct dr_text text);
size_t dr_words(char *buf, size_t size, struct dr_text phrase);
size_t dr_unfold(char *buf, size_t size, struct dr_text value);
size_t dr_host_key(char *buf, size_t size, struct dr_text host);

#endif
