/**
 * @file message.c  What drmap replay wants to know of a SIP message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * tshark found the message and the core walks its header fields; this file only
 * cuts what is needed out of the values. What it does not understand, it leaves
 * out.
 */

#include <string.h>

#include "../core/sip_header.h"
#include "message.h"

/* Cut a text at the first of some bytes; what comes before it is returned, and
 * the text goes on after it */
static struct dr_text cut(struct dr_text *text, const char *ends)
{
	struct dr_text front = {text->s, 0};

	while(front.len < text->len
			&& (text->s[front.len] == '\0'
					|| strchr(ends, text->s[front.len]) == NULL))
		front.len++;

	text->s += front.len;
	text->len -= front.len;
	if(text->len > 0) {
		text->s++;
		text->len--;
	}
	return front;
}

/* The value of a parameter after ";", or an empty text (RFC 3261 section 25.1,
 * generic-param) */
static struct dr_text parameter(struct dr_text text, struct dr_text name)
{
	cut(&text, ";");
	while(text.len > 0) {
		struct dr_text value = cut(&text, ";");
		struct dr_text key = cut(&value, "=");

		if(dr_text_alike(dr_text_trim(key), name))
			return dr_text_trim(value);
	}
	return text;
}

static int parse_code(struct dr_text text)
{
	int code = text.len == 3 ? dr_parse_number(text, 999) : -1;

	return code < 0 ? 0 : code;
}

/* The first line: METHOD URI SIP/2.0, or SIP/2.0 CODE PHRASE */
static bool parse_first_line(struct dr_text line, struct message *message)
{
	static const struct dr_text version = DR_TEXT("SIP/2.0");
	struct dr_text first = cut(&line, " ");

	if(!dr_text_alike(first, version)) {
		message->method = first;
		message->uri = cut(&line, " ");
		return dr_text_alike(dr_text_trim(line), version);
	}
	message->code = parse_code(cut(&line, " "));
	message->phrase = dr_text_trim(line);
	return message->code > 0;
}

/* Each value of a Via header field; of all of them, the first two count */
static void parse_via(struct message *message, struct dr_text value)
{
	static const struct dr_text name = DR_TEXT("branch");

	while(value.len > 0 && message->parent.len == 0) {
		struct dr_text branch = parameter(cut(&value, ","), name);

		if(message->branch.len == 0)
			message->branch = branch;
		else
			message->parent = branch;
	}
}

static void parse_to(struct message *message, struct dr_text value)
{
	static const struct dr_text name = DR_TEXT("tag");
	const char *bracket = memchr(value.s, '>', value.len);

	if(bracket) {
		value.len -= (size_t)(bracket - value.s);
		value.s = bracket;
	}
	message->has_to_tag = parameter(value, name).len > 0;
}

static void parse_cseq(struct message *message, struct dr_text value)
{
	message->cseq = cut(&value, " \t\r\n");
	if(message->code > 0)
		message->method = dr_text_trim(value);
}

static void parse_header(
		struct message *message, const struct dr_header *header)
{
	static const struct dr_text via = DR_TEXT("Via"), v = DR_TEXT("v"),
								to = DR_TEXT("To"), t = DR_TEXT("t"),
								call_id = DR_TEXT("Call-ID"), i = DR_TEXT("i"),
								cseq = DR_TEXT("CSeq"),
								route = DR_TEXT("Route");

	if(dr_header_is(header, via) || dr_header_is(header, v))
		parse_via(message, header->value);
	else if(dr_header_is(header, to) || dr_header_is(header, t))
		parse_to(message, header->value);
	else if(dr_header_is(header, call_id) || dr_header_is(header, i))
		message->call_id = header->value;
	else if(dr_header_is(header, cseq))
		parse_cseq(message, header->value);
	else if(dr_header_is(header, route) && message->route.len == 0)
		message->route = header->value;
}

/**
 * Read a message
 *
 * @param text    The message, as received
 * @param message Set; its texts point into the message
 *
 * @return false when it is not a message with Via, Call-ID and CSeq
 */
bool message_parse(struct dr_text text, struct message *message)
{
	struct dr_header header;
	struct dr_text headers;

	memset(message, 0, sizeof(*message));
	if(!parse_first_line(dr_text_trim(cut(&text, "\n")), message))
		return false;

	message->headers = headers = text;
	while(dr_header_next(&headers, &header))
		parse_header(message, &header);
	return message->call_id.len > 0 && message->cseq.len > 0
		   && message->branch.len > 0;
}

/* The host of a URI, SCHEME:[USER@]HOST[:PORT][;...], or of <URI>; an IPv6
 * address keeps its brackets */
static struct dr_text uri_host(struct dr_text uri)
{
	struct dr_text host;
	const char *mark = memchr(uri.s, '<', uri.len);

	if(mark) {
		uri.len -= (size_t)(mark + 1 - uri.s);
		uri.s = mark + 1;
	}
	uri = cut(&uri, ">");
	cut(&uri, ":");
	mark = memchr(uri.s, '@', uri.len);
	if(mark) {
		uri.len -= (size_t)(mark + 1 - uri.s);
		uri.s = mark + 1;
	}
	if(uri.len > 0 && *uri.s == '[') {
		mark = memchr(uri.s, ']', uri.len);
		host = uri;
		host.len = mark ? (size_t)(mark + 1 - uri.s) : 0;
		return host;
	}
	return cut(&uri, ":;?");
}

/**
 * The host that a request names as its next hop: the topmost Route, else the
 * request's URI (RFC 3261 section 16.6)
 *
 * @param message A request
 *
 * @return The host, a name or an address, IPv6 in brackets; may be empty
 */
struct dr_text message_next_hop(const struct message *message)
{
	return uri_host(message->route.len > 0 ? message->route : message->uri);
}
