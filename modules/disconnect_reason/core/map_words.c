/**
 * @file map_words.c  Texts in the shape in which a map compares them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map_words.h"


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
 * @param buf  Where to write
 * @param size Its size in bytes
 * @param text The text
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


/* Take the next word off the front of a text; empty at the end */
static struct dr_text take_word(struct dr_text *text)
{
	struct dr_text word;

	while(text->len > 0 && !is_word(*text->s)) {
		text->s++;
		text->len--;
	}
	word = (struct dr_text){text->s, 0};
	while(word.len < text->len && is_word(word.s[word.len]))
		word.len++;

	text->s += word.len;
	text->len -= word.len;
	return word;
}


/**
 * Write the words of a reason phrase in lower case, a space behind each. What
 * stands between words is lost: "Channel-limit (D5)" gives "channel limit d5 ".
 *
 * @param buf    Where to write
 * @param size   Its size in bytes
 * @param phrase The phrase; letters, digits and bytes beyond ASCII make words
 *
 * @return Length in bytes of what was written: as many words as fit
 */
size_t dr_words(char *buf, size_t size, struct dr_text phrase)
{
	struct dr_text word = take_word(&phrase);
	size_t len = 0;

	while(word.len > 0 && word.len < size - len) {
		len += dr_lower_case(buf + len, size - len, word);
		buf[len++] = ' ';
		word = take_word(&phrase);
	}
	return len;
}


/* Length of the white space that a text begins with; folded: is a line end in
 * it? */
static size_t space_length(struct dr_text text, bool *folded)
{
	size_t len = 0;

	*folded = false;
	while(len < text.len && dr_is_space(text.s[len])) {
		*folded = *folded || dr_is_line_end(text.s[len]);
		len++;
	}
	return len;
}


/**
 * Write a header field's value without its foldings: white space with a line
 * end in it becomes one space (RFC 3261 section 7.3.1)
 *
 * @param buf   Where to write
 * @param size  Its size in bytes
 * @param value The value
 *
 * @return Length in bytes of what was written: as much as fits
 */
size_t dr_unfold(char *buf, size_t size, struct dr_text value)
{
	size_t len = 0;

	while(value.len > 0 && len < size) {
		bool folded;
		size_t taken = space_length(value, &folded);
		struct dr_text part = {value.s, taken > 0 ? taken : 1};

		taken = part.len;
		if(folded)
			part = (struct dr_text){" ", 1};
		if(part.len > size - len)
			part.len = size - len;
		memcpy(buf + len, part.s, part.len);
		len += part.len;
		value.s += taken;
		value.len -= taken;
	}
	return len;
}


/**
 * Write a host name in lower case, its last byte first, without the dot that
 * may end it
 *
 * @param buf  Where to write
 * @param size Its size in bytes
 * @param host The name
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
