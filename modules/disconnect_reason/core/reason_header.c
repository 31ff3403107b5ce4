/**
 * @file reason_header.c  The Reason header field (RFC 3326, RFC 9366)
 *
 * Grammar (RFC 3326 section 2, with the tokens of RFC 3261 section 25.1; RFC
 * 9366 lets a protocol appear more than once):
 *
 *  Reason        =  "Reason" HCOLON reason-value *(COMMA reason-value)
 *  reason-value  =  protocol *(SEMI reason-param)
 *  protocol      =  "SIP" / "Q.850" / token
 *  reason-param  =  "cause" EQUAL 1*DIGIT
 *                /  "text" EQUAL quoted-string
 *                /  token [ EQUAL gen-value ]
 *  quoted-string =  SWS DQUOTE *(any byte but DQUOTE and "\" / "\" any) DQUOTE
 *
 * LWS, folded lines too, may stand around COMMA, SEMI and EQUAL. Taken as it
 * comes from the wire:
 *
 *  - an empty list element, or one whose protocol is no token, is skipped
 *  - a parameter that is empty or has no name is skipped
 *  - the first cause counts, be it good or not; the same for text
 *  - a quote that never closes goes on to the end of the field, and what it
 *    holds is lost; the parameters before it count
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "reason_header.h"
#include "sip_header.h"

#define CAUSE_MAX 999

const struct dr_text dr_reason_field = DR_TEXT("Reason");

/* Length of the quoted string that text begins with, quotes included; 0 when it
 * never closes */
static size_t quoted_length(struct dr_text text)
{
	size_t i = 1;

	while(i < text.len && text.s[i] != '"')
		i += text.s[i] == '\\' ? 2 : 1;

	return i < text.len ? i + 1 : 0;
}

/* Take the part before the next separator outside quotes off the front of text,
 * and the separator too; the whole text when there is none */
static struct dr_text take(struct dr_text *text, char separator)
{
	struct dr_text part = {text->s, 0};

	while(text->len > 0 && *text->s != separator) {
		size_t len = 1;

		if(*text->s == '"')
			len = quoted_length(*text);
		if(len == 0)
			len = text->len;

		part.len += len;
		text->s += len;
		text->len -= len;
	}
	if(text->len > 0) {
		text->s++;
		text->len--;
	}
	return dr_text_trim(part);
}

/* What is inside the quotes; empty when text is no quoted string */
static struct dr_text unquote(struct dr_text text)
{
	if(text.len == 0 || text.s[0] != '"' || quoted_length(text) != text.len)
		return (struct dr_text){text.s, 0};

	return (struct dr_text){text.s + 1, text.len - 2};
}

/* One reason-param; seen says which kinds came before */
struct seen
{
	bool cause;
	bool text;
};

static void parse_param(
		struct dr_text param, struct seen *seen, struct dr_reason_value *value)
{
	static const struct dr_text cause = DR_TEXT("cause");
	static const struct dr_text text = DR_TEXT("text");
	struct dr_text name = take(&param, '=');

	if(!seen->cause && dr_text_alike(name, cause)) {
		seen->cause = true;
		value->cause = dr_parse_number(dr_text_trim(param), CAUSE_MAX);
	} else if(!seen->text && dr_text_alike(name, text)) {
		seen->text = true;
		value->text = unquote(dr_text_trim(param));
	}
}

/* One reason-value; false when it is none */
static bool parse_value(struct dr_text element, struct dr_reason_value *value)
{
	struct seen seen = {false, false};

	value->protocol = take(&element, ';');
	value->cause = DR_CAUSE_NONE;
	value->text = (struct dr_text){element.s, 0};
	if(!dr_token_check(value->protocol))
		return false;

	while(element.len > 0)
		parse_param(take(&element, ';'), &seen, value);

	return true;
}

/**
 * Take the next value off the front of a Reason header field's body (RFC 3326
 * section 2, RFC 9366)
 *
 * Looks at each byte a fixed number of times, copies nothing.
 *
 * @param body  Body of the header field, folded or not; moved past the value
 *              and its comma; empty at the end
 * @param value Set to the value; its texts point into body; undefined at the
 *              end
 *
 * @return true when there was one, false at the end
 */
bool dr_reason_value_next(struct dr_text *body, struct dr_reason_value *value)
{
	while(body->len > 0) {
		if(parse_value(take(body, ','), value))
			return true;
	}
	return false;
}

/* The Q.850 cause of a value, or DR_CAUSE_NONE */
static int q850_cause(const struct dr_reason_value *value)
{
	static const struct dr_text q850 = DR_TEXT("Q.850");

	if(value->cause < DR_CAUSE_MIN || value->cause > DR_CAUSE_MAX
			|| !dr_text_alike(value->protocol, q850))
		return DR_CAUSE_NONE;

	return value->cause;
}

/**
 * Take the next Q.850 cause off a reply's header fields: from all its Reason
 * header fields and all their values
 *
 * @param walk Moved past the cause
 *
 * @return The cause, DR_CAUSE_MIN to DR_CAUSE_MAX; DR_CAUSE_NONE at the end
 */
int dr_q850_next(struct dr_q850_walk *walk)
{
	struct dr_reason_value value;
	struct dr_header header;

	for(;;) {
		while(dr_reason_value_next(&walk->body, &value)) {
			int cause = q850_cause(&value);

			if(cause != DR_CAUSE_NONE)
				return cause;
		}
		if(!dr_header_find(&walk->headers, &dr_reason_field, 1, &header))
			return DR_CAUSE_NONE;
		walk->body = header.value;
	}
}
