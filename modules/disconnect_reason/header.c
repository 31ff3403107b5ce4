/**
 * @file header.c  Walks the header fields of a SIP message
 *
 * Where lines end, by Kamailio's parser (5.6.3 to master) and RFC 3261:
 *
 *  - get_hdr_field() ends a header field at the first LF, with or without CR
 *    before it, that no SP or HT follows. So does this file.
 *  - parse_via() and parse_to() also end one at a CR alone. A trunk could hide a
 *    header field behind such a CR, so this file ends every field there: at a CR
 *    that no CR, LF, SP or HT follows. RFC 3261 has no CR alone anywhere.
 *  - A line that begins with CR or LF ends the header section.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "header.h"


/* The first CR between s and end that ends a line alone, or NULL */
static const char *lone_cr(const char *s, const char *end)
{
	while((s = memchr(s, '\r', (size_t)(end - s))) != NULL) {
		s++;
		if(s == end)
			return NULL;
		if(*s != '\r' && *s != '\n' && *s != ' ' && *s != '\t')
			return s - 1;
	}
	return NULL;
}


/* Behind the line end of the field that starts at s; end when it has none */
static const char *field_end(const char *s, const char *end)
{
	while(s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		const char *cr = lone_cr(s, lf ? lf : end);

		if(cr)
			return cr + 1;
		if(!lf)
			return end;

		s = lf + 1;
		if(s < end && *s != ' ' && *s != '\t')
			return s;
	}
	return end;
}


/**
 * Take the next header field off the front of a message's header fields (RFC
 * 3261 section 7.3)
 *
 * Names that are no tokens are let through: whoever looks for a name does not
 * find them. A field without a colon has an empty name and an empty value.
 *
 * @param headers Header fields, from the first byte behind the first line; text
 *                behind the header section (a body) is never looked at. Moved
 *                behind the field; at the end it starts at the empty line or is
 *                empty.
 * @param header  Set to the field; its texts point into headers. Left alone at
 *                the end.
 *
 * @return true when there was one, false at the end
 */
bool dr_header_next(struct dr_text *headers, struct dr_header *header)
{
	const char *start = headers->s;
	const char *next;
	const char *colon;
	const char *value;
	size_t len;

	if(headers->len == 0 || *start == '\r' || *start == '\n')
		return false;

	next = field_end(start, start + headers->len);
	len = (size_t)(next - start);
	headers->s = next;
	headers->len -= len;

	colon = memchr(start, ':', len);
	value = colon ? colon + 1 : next;
	if(!colon)
		colon = start;

	header->field = (struct dr_text){start, len};
	header->name =
			dr_text_trim((struct dr_text){start, (size_t)(colon - start)});
	header->value =
			dr_text_trim((struct dr_text){value, (size_t)(next - value)});
	return true;
}


/**
 * Take header fields off the front up to the next one of a name
 *
 * @param headers Header fields, as for dr_header_next(), and moved like there
 * @param name    The name, any case
 * @param header  Set to the field; undefined at the end
 *
 * @return true when there was one, false at the end
 */
bool dr_header_find(
		struct dr_text *headers, struct dr_text name, struct dr_header *header)
{
	while(dr_header_next(headers, header)) {
		if(dr_header_is(header, name))
			return true;
	}
	return false;
}


/**
 * Has a header field this name?
 *
 * @param header The field
 * @param name   The name, any case; not a compact form
 *
 * @return true when it has
 */
bool dr_header_is(const struct dr_header *header, struct dr_text name)
{
	return header->name.len == name.len && dr_text_alike(header->name, name);
}


static bool is_token_char(char c)
{
	if((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
			|| (c >= '0' && c <= '9'))
		return true;

	return c != '\0' && strchr("-.!%*_+`'~", c) != NULL;
}


/**
 * How much of a text's front is token characters (RFC 3261 section 25.1)
 *
 * @param text The text
 *
 * @return Number of bytes, 0 when it does not begin with a token
 */
size_t dr_token_length(struct dr_text text)
{
	size_t len = 0;

	while(len < text.len && is_token_char(text.s[len]))
		len++;

	return len;
}


/**
 * Is a text a token, the whole of it (RFC 3261 section 25.1)?
 *
 * @param token The text
 *
 * @return true when it is; an empty text is none
 */
bool dr_token_check(struct dr_text token)
{
	return token.len > 0 && dr_token_length(token) == token.len;
}
