/**
 * @file text.c  A piece of text that belongs to somebody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "text.h"


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
		if(dr_lower(a.s[i]) != dr_lower(b.s[i]))
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
	while(text.len > 0 && dr_is_space(text.s[text.len - 1]))
		text.len--;

	while(text.len > 0 && dr_is_space(text.s[0])) {
		text.s++;
		text.len--;
	}
	return text;
}


/**
 * Read a number of decimal digits; zeros may lead it
 *
 * @param most The largest one, below INT_MAX / 10
 *
 * @return 0 to most; -1 for anything else, an empty text too
 */
int dr_parse_number(struct dr_text text, int most)
{
	int number = 0;
	size_t i;

	for(i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return -1;
		number = number * 10 + (text.s[i] - '0');
		if(number > most)
			return -1;
	}
	return text.len > 0 ? number : -1;
}
