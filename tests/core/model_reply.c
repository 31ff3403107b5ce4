/**
 * @file model_reply.c  A plain way to read a reply, byte by byte
 *
 * Written for being read, not for speed, and without anything of the core: what
 * sip_header.c and reason_header.c say of themselves stands here once more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model_reply.h"

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static struct dr_text trimmed(struct dr_text text)
{
	while(text.len > 0 && is_one_of(text.s[0], " \t\r\n"))
		text = (struct dr_text){text.s + 1, text.len - 1};
	while(text.len > 0 && is_one_of(text.s[text.len - 1], " \t\r\n"))
		text.len--;
	return text;
}

/**
 * Is a text a word, in any case?
 *
 * @param text The text
 * @param word The word
 *
 * @return true when it is
 */
bool model_alike(struct dr_text text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.s, word, text.len) == 0;
}

/* Does a line end with the byte at i, and a header field with it? */
static bool ends_field(struct dr_text text, size_t i)
{
	bool is_last = i + 1 == text.len;
	char next = is_last ? '\0' : text.s[i + 1];

	if(text.s[i] == '\n')
		return !is_one_of(next, " \t");

	return text.s[i] == '\r' && !is_last && !is_one_of(next, "\r\n \t");
}

/**
 * Take the next header field off the front; as dr_header_next()
 *
 * @param headers Header fields, moved past the field
 * @param header  Set to the field
 *
 * @return true when there was one
 */
bool model_header_next(struct dr_text *headers, struct dr_header *header)
{
	size_t len = 0;
	size_t colon = 0;

	if(headers->len == 0 || is_one_of(headers->s[0], "\r\n"))
		return false;

	while(len < headers->len && !ends_field(*headers, len))
		len++;
	if(len < headers->len)
		len++;

	header->field = (struct dr_text){headers->s, len};
	header->name = header->value = (struct dr_text){headers->s + len, 0};
	while(colon < len && headers->s[colon] != ':')
		colon++;
	if(colon < len) {
		header->name = trimmed((struct dr_text){headers->s, colon});
		header->value = trimmed(
				(struct dr_text){headers->s + colon + 1, len - colon - 1});
	}
	headers->s += len;
	headers->len -= len;
	return true;
}

/* Take what stands before the next separator outside quotes off the front, and
 * the separator with it */
static struct dr_text take(struct dr_text *text, char separator)
{
	struct dr_text part = {text->s, 0};
	bool quoted = false;
	size_t len = 0;

	while(len < text->len && (quoted || text->s[len] != separator)) {
		if(quoted && text->s[len] == '\\' && len + 1 < text->len)
			len++;
		else if(text->s[len] == '"')
			quoted = !quoted;
		len++;
	}
	part.len = len;
	if(len < text->len)
		len++;
	text->s += len;
	text->len -= len;
	return trimmed(part);
}

static bool is_token(struct dr_text text)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789"
								"ABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%*_+`'~";
	size_t i;

	for(i = 0; i < text.len; i++) {
		if(!is_one_of(text.s[i], chars))
			return false;
	}
	return text.len > 0;
}

/* A number without its leading zeros is one of up to three digits */
static int cause_of(struct dr_text text)
{
	char digits[4] = "";
	size_t i;

	for(i = 0; i < text.len; i++) {
		if(!is_one_of(text.s[i], "0123456789"))
			return DR_CAUSE_NONE;
	}
	if(text.len == 0)
		return DR_CAUSE_NONE;
	while(text.len > 0 && text.s[0] == '0')
		text = (struct dr_text){text.s + 1, text.len - 1};
	if(text.len > 3)
		return DR_CAUSE_NONE;

	memcpy(digits, text.s, text.len);
	return atoi(digits); /* NOLINT(cert-err34-c): digits only */
}

/* What stands in quotes; empty when it is not in one pair of them */
static struct dr_text inside_quotes(struct dr_text text)
{
	struct dr_text none = {text.s, 0};
	size_t i = 1;

	if(text.len < 2 || text.s[0] != '"')
		return none;
	while(i < text.len && text.s[i] != '"')
		i += text.s[i] == '\\' ? 2 : 1;

	return i + 1 == text.len ? (struct dr_text){text.s + 1, text.len - 2}
							 : none;
}

static void read_params(struct dr_text params, struct dr_reason_value *value)
{
	bool has_cause = false;
	bool has_text = false;

	while(params.len > 0) {
		struct dr_text right = take(&params, ';');
		struct dr_text left = take(&right, '=');

		right = trimmed(right);
		if(model_alike(left, "cause") && !has_cause) {
			value->cause = cause_of(right);
			has_cause = true;
		}
		if(model_alike(left, "text") && !has_text) {
			value->text = inside_quotes(right);
			has_text = true;
		}
	}
}

/**
 * Take the next value off the front of a Reason header field's body; as
 * dr_reason_value_next()
 *
 * @param body  The body, moved past the value
 * @param value Set to the value
 *
 * @return true when there was one
 */
bool model_reason_next(struct dr_text *body, struct dr_reason_value *value)
{
	while(body->len > 0) {
		struct dr_text element = take(body, ',');

		value->protocol = take(&element, ';');
		value->cause = DR_CAUSE_NONE;
		value->text = (struct dr_text){element.s, 0};
		read_params(element, value);
		if(is_token(value->protocol))
			return true;
	}
	return false;
}

/**
 * Take the next Q.850 cause off the front of a reply
 *
 * @param headers The reply's header fields; moved
 * @param body    What is left of the last Reason header field, empty at first;
 *                moved
 *
 * @return The cause, 1 to 127; DR_CAUSE_NONE at the end
 */
int model_cause_next(struct dr_text *headers, struct dr_text *body)
{
	struct dr_reason_value value;
	struct dr_header header;

	for(;;) {
		while(model_reason_next(body, &value)) {
			if(model_alike(value.protocol, "Q.850") && value.cause >= 1
					&& value.cause <= 127)
				return value.cause;
		}
		do {
			if(!model_header_next(headers, &header))
				return DR_CAUSE_NONE;
		} while(!model_alike(header.name, "Reason"));
		*body = header.value;
	}
}
