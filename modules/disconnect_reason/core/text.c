/**
 * @file text.c  A piece of text that belongs to somebody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "text.h"


/* Not tolower(): a locale must not change what a header field is called */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}


static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


/**
 * Are two texts the same, byte by byte?
 *
 * @param a One text
 * @param b The other
 *
 * @return true when they are the same; two empty texts are
 */
bool dr_text_is(struct dr_text a, struct dr_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}


/**
 * Are two texts the same but for the case of ASCII letters?
 *
 * @param a One text
 * @param b The other
 *
 * @return true when they are; two empty texts are
 */
bool dr_text_alike(struct dr_text a, struct dr_text b)
{
	size_t i;

	if(a.len != b.len)
		return false;

	for(i = 0; i < a.len; i++) {
		if(lower(a.s[i]) != lower(b.s[i]))
			return false;
	}
	return true;
}


/**
 * Does a text start with another one, byte by byte?
 *
 * @param text   The text
 * @param prefix What it should start with
 *
 * @return true when it does; every text starts with the empty one
 */
bool dr_text_starts(struct dr_text text, struct dr_text prefix)
{
	if(text.len < prefix.len)
		return false;

	text.len = prefix.len;
	return dr_text_is(text, prefix);
}


/**
 * Cut white space and line ends off both ends of a text (RFC 3261 section 25.1,
 * LWS, without asking whether a line end is a proper folding)
 *
 * @param text The text
 *
 * @return The part of it that is left, maybe empty
 */
struct dr_text dr_text_trim(struct dr_text text)
{
	while(text.len > 0 && is_space(text.s[text.len - 1]))
		text.len--;

	while(text.len > 0 && is_space(text.s[0])) {
		text.s++;
		text.len--;
	}
	return text;
}
