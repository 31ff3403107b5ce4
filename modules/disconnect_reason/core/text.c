/**
 * @file text.c  A piece of text that belongs to somebody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "text.h"

/** Are two texts the same, byte by byte? Two empty ones are. */
bool dr_text_is(struct dr_text a, struct dr_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/**
 * Are two texts the same but for the case of ASCII letters? Two empty ones are.
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
 * Does a text start with another one, byte by byte? All start with the empty one.
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

/* Bytes of UTF-8 beyond ASCII count as letters, so no letter is cut */
static bool is_word(char c)
{
	c = dr_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
		   || (unsigned char)c >= 0x80;
}

/**
 * Write a text in lower case (ASCII)
 *
 * @return Length in bytes of what was written; 0 when it does not fit
 */
size_t dr_lower_case(char *buf, size_t size, struct dr_text text)
{
	size_t i;

	if(text.len > size)
		return 0;

	for(i = 0; i < text.len; i++)
		buf[i] = dr_lower(text.s[i]);

	return text.len;
}

/**
 * Write the words of a reason phrase in lower case, a space after each. What
 * stands between words is lost: "Channel-limit (D5)" gives "channel limit d5 ".
 *
 * @param phrase Letters, digits and bytes beyond ASCII make words
 *
 * @return Length in bytes of what was written: as many words as fit
 */
size_t dr_words(char *buf, size_t size, struct dr_text phrase)
{
	size_t word = 0; /* where the last one begins in buf */
	size_t len = 0;
	size_t i;

	for(i = 0; i <= phrase.len; i++) {
		if(i < phrase.len && is_word(phrase.s[i])) {
			if(len + 1 >= size)
				return word;
			buf[len++] = dr_lower(phrase.s[i]);
		} else if(len > word) {
			buf[len++] = ' ';
			word = len;
		}
	}
	return word;
}

/**
 * Write a header field's value without its foldings: white space with a line
 * end in it becomes one space (RFC 3261 section 7.3.1)
 *
 * @return Length in bytes of what was written: as much as fits
 */
size_t dr_unfold(char *buf, size_t size, struct dr_text value)
{
	size_t len = 0;
	size_t at = 0;

	while(at < value.len && len < size) {
		bool folded = false;
		size_t end = at;

		while(end < value.len && dr_is_space(value.s[end]))
			folded = dr_is_line_end(value.s[end++]) || folded;
		if(folded) {
			buf[len++] = ' ';
			at = end;
			continue;
		}
		if(end == at)
			end++;
		while(at < end && len < size)
			buf[len++] = value.s[at++];
	}
	return len;
}

/**
 * Write a host name in lower case, its last byte first, without the dot that
 * may end it
 *
 * @return Length in bytes of what was written; 0 when it does not fit
 */
size_t dr_host_key(char *buf, size_t size, struct dr_text host)
{
	size_t i;

	if(host.len > 0 && host.s[host.len - 1] == '.')
		host.len--;
	if(host.len > size)
		return 0;

	for(i = 0; i < host.len; i++)
		buf[i] = dr_lower(host.s[host.len - 1 - i]);

	return host.len;
}
