/**
 * @file map_load_bridges.c  Reads bridges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "header.h"
#include "map_load_keys.h"

#define EXPECTED_BRIDGES "a list of bridges: ( { ... }, { ... } )"
#define EXPECTED_NAME "the name of a bridge, a token of at most 64 characters"
#define EXPECTED_HEADER \
	"the name of a header field of your own, a token of at most 64 characters"
#define EXPECTED_REPLIES "a list: ( { code = 603; send = 486; }, { ... } )"
#define EXPECTED_SEND "a code from 300 to 699, but not 401, 407 or 503"

/* Header fields with a meaning in SIP (RFC 3261 section 20, their compact forms,
 * RFC 3326). A bridge's own are removed from replies of trunks. */
static const struct dr_text sip_headers[] = {
		DR_TEXT("Accept"),
		DR_TEXT("Accept-Encoding"),
		DR_TEXT("Accept-Language"),
		DR_TEXT("Alert-Info"),
		DR_TEXT("Allow"),
		DR_TEXT("Authentication-Info"),
		DR_TEXT("Authorization"),
		DR_TEXT("Call-ID"),
		DR_TEXT("Call-Info"),
		DR_TEXT("Contact"),
		DR_TEXT("Content-Disposition"),
		DR_TEXT("Content-Encoding"),
		DR_TEXT("Content-Language"),
		DR_TEXT("Content-Length"),
		DR_TEXT("Content-Type"),
		DR_TEXT("CSeq"),
		DR_TEXT("Date"),
		DR_TEXT("Error-Info"),
		DR_TEXT("Expires"),
		DR_TEXT("From"),
		DR_TEXT("In-Reply-To"),
		DR_TEXT("Max-Forwards"),
		DR_TEXT("MIME-Version"),
		DR_TEXT("Min-Expires"),
		DR_TEXT("Organization"),
		DR_TEXT("Priority"),
		DR_TEXT("Proxy-Authenticate"),
		DR_TEXT("Proxy-Authorization"),
		DR_TEXT("Proxy-Require"),
		DR_TEXT("Reason"),
		DR_TEXT("Record-Route"),
		DR_TEXT("Reply-To"),
		DR_TEXT("Require"),
		DR_TEXT("Retry-After"),
		DR_TEXT("Route"),
		DR_TEXT("Server"),
		DR_TEXT("Subject"),
		DR_TEXT("Supported"),
		DR_TEXT("Timestamp"),
		DR_TEXT("To"),
		DR_TEXT("Unsupported"),
		DR_TEXT("User-Agent"),
		DR_TEXT("Via"),
		DR_TEXT("Warning"),
		DR_TEXT("WWW-Authenticate"),
		DR_TEXT("c"),
		DR_TEXT("e"),
		DR_TEXT("f"),
		DR_TEXT("i"),
		DR_TEXT("k"),
		DR_TEXT("l"),
		DR_TEXT("m"),
		DR_TEXT("s"),
		DR_TEXT("t"),
		DR_TEXT("v"),
};


static void read_name(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_bridge *bridge = target;

	dr_get_token(loader, s, EXPECTED_NAME, &bridge->name);
}


static void read_address(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_pattern *pattern;
	struct dr_spec_pattern read;

	(void)target;
	if(!dr_get_network(loader, s, &read))
		return;
	pattern = dr_spec_add(loader->spec, bridge_patterns);
	if(pattern)
		*pattern = read;
}


static void read_addresses(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	dr_read_each(loader, s, read_address, target);
}


/* Get a header name that the bridge does not have yet */
static bool get_header(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_spec_bridge *bridge, struct dr_text *name)
{
	char shown[DR_SHOWN_MAX];
	size_t i;

	if(!dr_get_token(loader, s, EXPECTED_HEADER, name))
		return false;

	for(i = 0; i < sizeof(sip_headers) / sizeof(*sip_headers); i++) {
		if(dr_text_alike(*name, sip_headers[i])) {
			dr_complain(loader->complainer, dr_place_of(loader, s),
					"header \"%s\" has a meaning in SIP, "
					"expected " EXPECTED_HEADER,
					dr_shown(shown, *name));
			return false;
		}
	}
	for(i = 0; i < bridge->header_count; i++) {
		if(dr_text_alike(*name, bridge->headers[i])) {
			dr_complain(loader->complainer, dr_place_of(loader, s),
					"header \"%s\" is there twice, expected each once",
					dr_shown(shown, *name));
			return false;
		}
	}
	return true;
}


static void read_header(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_bridge *bridge = target;
	struct dr_text name;

	if(!get_header(loader, s, bridge, &name))
		return;
	if(bridge->header_count == DR_BRIDGE_HEADERS_MAX)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"too many headers, expected at most %d", DR_BRIDGE_HEADERS_MAX);
	else
		bridge->headers[bridge->header_count++] = name;
}


static void read_headers(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	dr_read_each(loader, s, read_header, target);
}


static void read_phrase(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	static const char expected[] = "\"reason\", or no such key";
	static const struct dr_text reason = DR_TEXT("reason");
	struct dr_spec_bridge *bridge = target;
	char shown[DR_SHOWN_MAX];
	struct dr_text word;

	if(!dr_get_text(loader, s, expected, &word))
		return;
	if(dr_text_is(word, reason))
		bridge->phrase_is_reason = true;
	else
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"unknown phrase \"%s\", expected %s", dr_shown(shown, word),
				expected);
}


/* Read behind all other keys: its name must differ from those of "headers" */
static void read_detail_header(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	(void)loader;
	(void)s;
	(void)target;
}


static void read_reply_code(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;
	struct dr_codes codes;
	size_t i;

	dr_get_codes(loader, s, &codes);
	reply->codes = codes.list;
	reply->code_count = codes.count;
	for(i = 0; i < codes.count; i++) {
		if(codes.list[i] >= 300 && !dr_may_translate(codes.list[i]))
			dr_complain(loader->complainer, dr_place_of(loader, s),
					"code %d is never translated, expected " EXPECTED_SEND,
					codes.list[i]);
	}
}


static void read_reply_reason(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;
	enum dr_reason reason;

	if(dr_get_reason(loader, s, &reason))
		reply->reason = (int)reason;
}


static void read_reply_source(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;

	dr_get_source(loader, s, &reply->source);
}


static void read_reply_after(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;

	dr_get_after(loader, s, &reply->after);
}


static void read_reply_detail(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;

	dr_get_detail(loader, s, &reply->detail);
}


static void read_reply_send(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_reply *reply = target;

	if(dr_get_int(loader, s, EXPECTED_SEND, &reply->send)
			&& !dr_may_translate(reply->send))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad send %d, expected " EXPECTED_SEND, reply->send);
}


static const struct dr_key reply_keys[] = {
		{"code", read_reply_code},
		{"reason", read_reply_reason},
		{"source", read_reply_source},
		{"after", read_reply_after},
		{"detail", read_reply_detail},
		{"send", read_reply_send},
		{NULL, NULL},
};


static void read_reply(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	static const struct dr_keys keys = {
			"an entry: { code = 603; send = 486; }", reply_keys};
	struct dr_reply reply = {
			.reason = DR_ANY, .source = DR_ANY, .after = DR_ANY};
	struct dr_spec_reply *out;
	bool has_send;

	(void)target;
	dr_read_group(loader, s, &keys, &reply);
	if(!config_setting_is_group(s))
		return;
	has_send = config_setting_get_member(s, "send") != NULL;
	if(!has_send)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a reply without \"send\", expected " EXPECTED_SEND);
	if(config_setting_length(s) == (has_send ? 1 : 0))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a reply without a condition, expected at least one of code, "
				"reason, source, after, detail");

	out = dr_spec_add(loader->spec, replies);
	if(!out)
		return;
	out->place = dr_place_of(loader, s);
	out->bridge = loader->owner;
	out->reply = reply;
}


static void read_replies(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	if(config_setting_length(s) > DR_BRIDGE_REPLIES_MAX)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"too many replies, expected at most %d in a bridge",
				DR_BRIDGE_REPLIES_MAX);
	else
		dr_read_list(loader, s, EXPECTED_REPLIES, read_reply, target);
}


static const struct dr_key bridge_keys[] = {
		{"name", read_name},
		{"address", read_addresses},
		{"headers", read_headers},
		{"phrase", read_phrase},
		{"detail_header", read_detail_header},
		{"reply", read_replies},
		{NULL, NULL},
};


/* What is missing, and what can only be read when the rest is there */
static void complete(struct dr_loader *loader, const config_setting_t *s,
		struct dr_spec_bridge *bridge)
{
	static const struct dr_text header = DR_TEXT("X-LK-Disconnect-Reason");
	const config_setting_t *detail;

	if(!config_setting_get_member(s, "name"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a bridge without \"name\", expected " EXPECTED_NAME);
	if(!config_setting_get_member(s, "address"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a bridge without \"address\", expected where its calls come "
				"from");
	if(!config_setting_get_member(s, "headers"))
		bridge->headers[bridge->header_count++] = header;

	detail = config_setting_get_member(s, "detail_header");
	if(detail)
		get_header(loader, detail, bridge, &bridge->detail_header);
}


static void read_bridge(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	static const struct dr_keys keys = {
			"a bridge: { name = \"...\"; address = \"...\"; }", bridge_keys};
	struct dr_spec_bridge bridge = {.phrase_is_reason = false};
	struct dr_spec_bridge *out;

	(void)target;
	bridge.place = dr_place_of(loader, s);
	loader->owner = (int)loader->spec->bridges.count;
	dr_read_group(loader, s, &keys, &bridge);
	if(config_setting_is_group(s))
		complete(loader, s, &bridge);

	out = dr_spec_add(loader->spec, bridges);
	if(out)
		*out = bridge;
}


/**
 * Read the bridges of a map
 *
 * @param loader The loader
 * @param s      The setting
 * @param target Not used
 */
void dr_read_bridges(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	if(config_setting_length(s) > DR_BRIDGES_MAX)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"too many bridges, expected at most %d in a map",
				DR_BRIDGES_MAX);
	else
		dr_read_list(loader, s, EXPECTED_BRIDGES, read_bridge, target);
}
