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


/* The first CR in s that ends a line alone, or NULL; no LF before end */
static const char *lone_cr(const char *s, const char *end)
{
	while((s = memchr(s, '\r', (size_t)(end - s))) != NULL) {
		s++;
		if(s == end)
			return NULL;
		if(*s != '\r' && *s != ' ' && *s != '\t')
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


/* Take the field that starts at headers->s, if one does */
static bool take_field(struct dr_text *headers, struct dr_text *field)
{
	const char *start = headers->s;

	if(headers->len == 0 || *start == '\r' || *start == '\n')
		return false;

	headers->s = field_end(start, start + headers->len);
	field->s = start;
	field->len = (size_t)(headers->s - start);
	headers->len -= field->len;
	return true;
}


static void split_field(struct dr_text field, struct dr_header *header)
{
	const char *end = field.s + field.len;
	const char *colon = memchr(field.s, ':', field.len);
	const char *value = colon ? colon + 1 : end;
	size_t name_len = colon ? (size_t)(colon - field.s) : 0;

	header->field = field;
	header->name = dr_text_trim((struct dr_text){field.s, name_len});
	header->value =
			dr_text_trim((struct dr_text){value, (size_t)(end - value)});
}


/* Could a field have one of the names? Asks for the first letter only, or for
 * the space before it that only the first field of a message can have. */
static bool may_be_any(
		struct dr_text field, const struct dr_text *names, size_t count)
{
	size_t i;

	if(*field.s == ' ' || *field.s == '\t')
		return true;

	for(i = 0; i < count; i++) {
		if(((*field.s ^ *names[i].s) & ~0x20) == 0)
			return true;
	}
	return false;
}


static bool is_any(const struct dr_header *header, const struct dr_text *names,
		size_t count)
{
	size_t i;

	for(i = 0; i < count; i++) {
		if(dr_header_is(header, names[i]))
			return true;
	}
	return false;
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
	struct dr_text field;

	if(!take_field(headers, &field))
		return false;

	split_field(field, header);
	return true;
}


/**
 * Take header fields off the front up to the next one that has one of several
 * names; the quick way past all others, which are only searched for their ends
 *
 * @param headers Header fields, as for dr_header_next(), and moved like there
 * @param names   The names, any case; none is empty
 * @param count   How many names there are
 * @param header  Set to the field; undefined at the end
 *
 * @return true when there was one, false at the end
 */
bool dr_header_find(struct dr_text *headers, const struct dr_text *names,
		size_t count, struct dr_header *header)
{
	struct dr_text field;

	while(take_field(headers, &field)) {
		if(!may_be_any(field, names, count))
			continue;
		split_field(field, header);
		if(is_any(header, names, count))
			return true;
	}
	return false;
}


/**
 * Take header fields off the front up to the next one whose name may be one of
 * many; the quick way past the others
 *
 * @param headers  Header fields, as for dr_header_next(), and moved like there
 * @param initials The bits dr_initial() of the names' first letters
 * @param header   Set to the field; its name is yet to be compared. Undefined at
 *                 the end.
 *
 * @return true when there was one, false at the end
 */
bool dr_header_find_initial(
		struct dr_text *headers, uint32_t initials, struct dr_header *header)
{
	struct dr_text field;

	while(take_field(headers, &field)) {
		if(!(initials & dr_initial(*field.s)) && *field.s != ' '
				&& *field.s != '\t')
			continue;
		split_field(field, header);
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
