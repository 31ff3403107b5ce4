/**
 * @file sip_header.c  Walks the header fields of a SIP message
 *
 * Where lines end, by Kamailio's parser (5.6.3 to master) and RFC 3261:
 *
 *  - get_hdr_field() ends a header field at the first LF, with or without CR
 *    before it, that no SP or HT follows. So does this file.
 *  - parse_via() and parse_to() also end one at a CR alone. A trunk could hide a
 *    header field after such a CR, so this file ends every field there: at a CR
 *    that no CR, LF, SP or HT follows. RFC 3261 has no CR alone anywhere.
 *  - A line that begins with CR or LF ends the header section.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "sip_header.h"

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

/* After the line end of the field that starts at s; end when it has none */
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
 * Take header fields off the front of a message's up to the next one whose name
 * may be one of many (RFC 3261 section 7.3); the quick way past all others, which
 * are only searched for their ends
 *
 * Names that are no tokens are let through: whoever looks for a name does not
 * find them. A field without a colon has an empty name and an empty value.
 *
 * @param headers  Header fields, from the first byte after the first line; text
 *                 after the header section (a body) is never looked at. Moved
 *                 past the field; at the end it starts at the empty line or is
 *                 empty.
 * @param initials The bits dr_initial() of the names' first letters. The first
 *                 field of a message may have a space before its name: it is
 *                 never passed.
 * @param header   Set to the field; its texts point into headers, its name is
 *                 yet to be compared. Left alone at the end.
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

/** Take the next header field off the front; as dr_header_find_initial() */
bool dr_header_next(struct dr_text *headers, struct dr_header *header)
{
	return dr_header_find_initial(headers, UINT32_MAX, header);
}

/**
 * Take header fields off the front up to the next one that has one of several
 * names; as dr_header_find_initial()
 *
 * @param names  The names, any case; none is empty
 * @param header Set to the field; undefined at the end
 */
bool dr_header_find(struct dr_text *headers, const struct dr_text *names,
		size_t count, struct dr_header *header)
{
	uint32_t initials = 0;
	size_t i;

	for(i = 0; i < count; i++)
		initials |= dr_initial(*names[i].s);
	while(dr_header_find_initial(headers, initials, header)) {
		if(is_any(header, names, count))
			return true;
	}
	return false;
}

/** Has a header field this name, in any case? Compact forms are other names. */
bool dr_header_is(const struct dr_header *header, struct dr_text name)
{
	return dr_text_alike(header->name, name);
}

static bool is_token_char(char c)
{
	if((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
			|| (c >= '0' && c <= '9'))
		return true;

	return c != '\0' && strchr("-.!%*_+`'~", c) != NULL;
}

/** How many bytes of a text's front are token characters (RFC 3261 section 25.1)?
 */
size_t dr_token_length(struct dr_text text)
{
	size_t len = 0;

	while(len < text.len && is_token_char(text.s[len]))
		len++;

	return len;
}

/** Is a text a token, the whole of it? An empty text is none. */
bool dr_token_check(struct dr_text token)
{
	return token.len > 0 && dr_token_length(token) == token.len;
}

/** Is a text fit to name a header field of ours? Besides being a token of at most
 * DR_HEADER_NAME_MAX bytes it has a character that dr_strip() changes. */
bool dr_header_name_check(struct dr_text name)
{
	size_t i;

	if(!dr_token_check(name) || name.len > DR_HEADER_NAME_MAX)
		return false;
	for(i = 0; i < name.len; i++) {
		if(name.s[i] != '-' && name.s[i] != '_')
			return true;
	}
	return false;
}
