/**
 * @file map_keys.c  The keys of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stddef.h>
#include <string.h>

#include "map_keys.h"

#define NAME_OF(what) "the name of " what ", a token of at most 64 characters"
#define CODE "300 to 699, or a class \"3xx\" to \"6xx\""
#define SOURCE "remote, timeout, transport, cancel or script"
#define AFTER "none, trying or ringing"
#define DETAIL "1 to 32 characters of a-z, 0-9 and \"-\""
#define ADDRESS "an IPv4 or IPv6 address, or a network ADDRESS/BITS"
#define REASON "the name of a reason"
#define BOOLEAN "true or false"

/* clang-format off */
#define AT(type, member) offsetof(struct type, member)
#define ASKS (DR_KEY_CONDITION | DR_KEY_ASKS_REPLY)

static const struct dr_key map_keys[] = {
	{"version", DR_KEY_VERSION, 0, 0, DR_EXPECTED_VERSION, NULL},
	{"profiles", DR_KEY_PROFILES, 0, 0,
		"a group of profiles: { name: { ... }; }", NULL},
	{"trunks", DR_KEY_TRUNKS, 0, 0,
		"a list of trunks: ( { ... }, { ... } )", NULL},
	{"bridges", DR_KEY_BRIDGES, 0, 0,
		"a list of bridges: ( { ... }, { ... } )", NULL},
	{0}
};

static const struct dr_key profile_keys[] = {
	{"extends", DR_KEY_NAME, 0, AT(dr_spec_profile, extends),
		DR_EXPECTED_PROFILE, NULL},
	{"q850", DR_KEY_SWITCH, 0, AT(dr_spec_profile, q850), BOOLEAN, NULL},
	{"rules", DR_KEY_RULES, 0, 0,
		"a list of rules: ( { ... }, { ... } )", NULL},
	{0}
};

static const struct dr_key rule_keys[] = {
	{"code", DR_KEY_CODES, DR_KEY_CONDITION | DR_KEY_ASKS_CODE,
		AT(dr_conditions, codes), CODE, NULL},
	{"source", DR_KEY_SOURCE, DR_KEY_CONDITION,
		AT(dr_conditions, source), SOURCE, NULL},
	{"after", DR_KEY_AFTER, DR_KEY_CONDITION,
		AT(dr_conditions, after), AFTER, NULL},
	{"q850", DR_KEY_CAUSES, ASKS, AT(dr_conditions, causes),
		"a Q.850 cause, 1 to 127", NULL},
	{"header", DR_KEY_TOKEN, ASKS, AT(dr_conditions, header),
		NAME_OF("a header field"), NULL},
	{"prefix", DR_KEY_PREFIX, ASKS, AT(dr_conditions, prefix),
		"what a value begins with, 1 to 128 characters, no space first", NULL},
	{"phrase", DR_KEY_PHRASE, ASKS, AT(dr_conditions, phrase),
		"words, 1 to 128 characters", NULL},
	{"reason", DR_KEY_REASON, 0, AT(dr_spec_rule, reason), REASON,
		"the name of one"},
	{"detail", DR_KEY_DETAIL, 0, AT(dr_spec_rule, detail), DETAIL, NULL},
	{0}
};

static const struct dr_key trunk_keys[] = {
	{"name", DR_KEY_TOKEN, 0, AT(dr_spec_trunk, name),
		NAME_OF("a trunk"), NAME_OF("a trunk")},
	{"host", DR_KEY_HOSTS, DR_KEY_SEVERAL, 0,
		"a host name, or \"*.\" and one; \"address\" for addresses", NULL},
	{"address", DR_KEY_ADDRESSES, DR_KEY_SEVERAL, 0, ADDRESS, NULL},
	{"profile", DR_KEY_NAME, 0, AT(dr_spec_trunk, profile_name),
		DR_EXPECTED_PROFILE, NULL},
	{"trust", DR_KEY_SWITCH, 0, AT(dr_spec_trunk, trust), BOOLEAN, NULL},
	{0}
};

static const struct dr_key bridge_keys[] = {
	{"name", DR_KEY_TOKEN, 0, AT(dr_spec_bridge, name),
		NAME_OF("a bridge"), NAME_OF("a bridge")},
	{"address", DR_KEY_ADDRESSES, DR_KEY_SEVERAL, 0, ADDRESS,
		"where its calls come from"},
	{"headers", DR_KEY_HEADERS, DR_KEY_SEVERAL | DR_KEY_OWN_HEADER, 0,
		DR_EXPECTED_OWN_HEADER, NULL},
	{"phrase", DR_KEY_REASON_PHRASE, 0, AT(dr_spec_bridge, phrase_is_reason),
		"\"reason\", or no such key", NULL},
	{"detail_header", DR_KEY_NAME, DR_KEY_OWN_HEADER,
		AT(dr_spec_bridge, detail_header),
		DR_EXPECTED_OWN_HEADER, NULL},
	{"reply", DR_KEY_REPLIES, 0, 0,
		"a list: ( { code = 603; send = 486; }, { ... } )", NULL},
	{0}
};

static const struct dr_key reply_keys[] = {
	{"code", DR_KEY_CODES, DR_KEY_CONDITION | DR_KEY_TRANSLATED,
		AT(dr_reply, codes), CODE, NULL},
	{"reason", DR_KEY_REASON, DR_KEY_CONDITION,
		AT(dr_reply, reason), REASON, NULL},
	{"source", DR_KEY_SOURCE, DR_KEY_CONDITION,
		AT(dr_reply, source), SOURCE, NULL},
	{"after", DR_KEY_AFTER, DR_KEY_CONDITION,
		AT(dr_reply, after), AFTER, NULL},
	{"detail", DR_KEY_DETAIL, DR_KEY_CONDITION,
		AT(dr_reply, detail), DETAIL, NULL},
	{"send", DR_KEY_SEND, 0, AT(dr_reply, send),
		DR_EXPECTED_SEND, DR_EXPECTED_SEND},
	{0}
};
/* clang-format on */

const struct dr_group dr_map_group = {"a map", NULL, map_keys};
const struct dr_group dr_profile_group = {
		"a profile", "a profile: { extends, q850, rules }", profile_keys};
const struct dr_group dr_rule_group = {
		"a rule", "a rule: { code = 480; reason = \"...\"; }", rule_keys};
const struct dr_group dr_trunk_group = {
		"a trunk", "a trunk: { name = \"...\"; host = \"...\"; }", trunk_keys};
const struct dr_group dr_bridge_group = {"a bridge",
		"a bridge: { name = \"...\"; address = \"...\"; }", bridge_keys};
const struct dr_group dr_reply_group = {
		"a reply", "an entry: { code = 603; send = 486; }", reply_keys};

_Static_assert(offsetof(struct dr_spec_rule, when) == 0,
		"conditions have the same offset in a rule as alone");

/* Can a text stand on one line? */
static bool is_printable(struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		if((unsigned char)text.s[i] < 0x20 || text.s[i] == 0x7f)
			return false;
	}
	return text.len <= DR_PREFIX_MAX;
}

/**
 * Is a text what a key asks for?
 *
 * @param key  A key with a type of texts
 * @param text The text, not empty
 *
 * @return true when it is
 */
bool dr_key_check(const struct dr_key *key, struct dr_text text)
{
	char words[DR_PREFIX_MAX + 1];

	if(key->flags & DR_KEY_OWN_HEADER)
		return dr_header_name_check(text);
	switch(key->type) {
		case DR_KEY_HOSTS:
			return dr_host_check(text);
		case DR_KEY_DETAIL:
			return dr_detail_check(text) == 0;
		case DR_KEY_PREFIX:
			return is_printable(text) && *text.s != ' ';
		case DR_KEY_PHRASE:
			return is_printable(text)
				   && dr_words(words, sizeof(words), text) > 0;
		default:
			return dr_token_check(text) && text.len <= DR_NAME_MAX;
	}
}

/**
 * Has a header field a meaning in SIP (RFC 3261 section 20, the compact forms
 * there, RFC 3326)?
 *
 * @param name Its name
 *
 * @return true when it has
 */
bool dr_is_sip_header(struct dr_text name)
{
	static const struct dr_text names[] = {DR_TEXT("Accept"),
			DR_TEXT("Accept-Encoding"), DR_TEXT("Accept-Language"),
			DR_TEXT("Alert-Info"), DR_TEXT("Allow"),
			DR_TEXT("Authentication-Info"), DR_TEXT("Authorization"),
			DR_TEXT("Call-ID"), DR_TEXT("Call-Info"), DR_TEXT("Contact"),
			DR_TEXT("Content-Disposition"), DR_TEXT("Content-Encoding"),
			DR_TEXT("Content-Language"), DR_TEXT("Content-Length"),
			DR_TEXT("Content-Type"), DR_TEXT("CSeq"), DR_TEXT("Date"),
			DR_TEXT("Error-Info"), DR_TEXT("Expires"), DR_TEXT("From"),
			DR_TEXT("In-Reply-To"), DR_TEXT("Max-Forwards"),
			DR_TEXT("MIME-Version"), DR_TEXT("Min-Expires"),
			DR_TEXT("Organization"), DR_TEXT("Priority"),
			DR_TEXT("Proxy-Authenticate"), DR_TEXT("Proxy-Authorization"),
			DR_TEXT("Proxy-Require"), DR_TEXT("Reason"),
			DR_TEXT("Record-Route"), DR_TEXT("Reply-To"), DR_TEXT("Require"),
			DR_TEXT("Retry-After"), DR_TEXT("Route"), DR_TEXT("Server"),
			DR_TEXT("Subject"), DR_TEXT("Supported"), DR_TEXT("Timestamp"),
			DR_TEXT("To"), DR_TEXT("Unsupported"), DR_TEXT("User-Agent"),
			DR_TEXT("Via"), DR_TEXT("Warning"), DR_TEXT("WWW-Authenticate"),
			DR_TEXT("c"), DR_TEXT("e"), DR_TEXT("f"), DR_TEXT("i"),
			DR_TEXT("k"), DR_TEXT("l"), DR_TEXT("m"), DR_TEXT("s"),
			DR_TEXT("t"), DR_TEXT("v")};
	size_t i;

	for(i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if(dr_text_alike(name, names[i]))
			return true;
	}
	return false;
}

/**
 * A word that a key may have: a source, a reason, or how far an attempt came
 *
 * @param key    The key
 * @param number The word's number, of its enum, from 0
 *
 * @return The word, constant; empty after the last one
 */
struct dr_text dr_key_word(const struct dr_key *key, int number)
{
	static const struct dr_text none = DR_TEXT("");

	if(key->type == DR_KEY_SOURCE && number < DR_SOURCE_COUNT)
		return dr_source_name((enum dr_source)number);
	if(key->type == DR_KEY_AFTER && number < DR_AFTER_COUNT)
		return dr_after_name((enum dr_after)number);
	if(key->type == DR_KEY_REASON && number < DR_REASON_COUNT)
		return dr_reason_name((enum dr_reason)number);

	return none;
}

/**
 * Get a value of a condition
 *
 * @param key        A key of a rule or reply with the flag DR_KEY_CONDITION
 * @param conditions Its struct dr_conditions or struct dr_reply
 * @param i          Number of the value, from 0
 * @param value      Set to it; a class of codes is a text
 *
 * @return false when there is none of this number; for 0: the condition is not
 *         made
 */
bool dr_key_value(const struct dr_key *key, const void *conditions, size_t i,
		struct dr_value *value)
{
	static const struct dr_text classes[] = {[3] = DR_TEXT("3xx"),
			[4] = DR_TEXT("4xx"),
			[5] = DR_TEXT("5xx"),
			[6] = DR_TEXT("6xx")};
	const void *from = (const char *)conditions + key->offset;
	struct dr_list list;

	memset(value, 0, sizeof(*value));
	switch(key->type) {
		case DR_KEY_CODES:
		case DR_KEY_CAUSES:
			memcpy(&list, from, sizeof(list));
			if(i >= list.count)
				return false;
			if(key->type == DR_KEY_CAUSES)
				value->number = ((const unsigned char *)list.s)[i];
			else
				value->number = ((const unsigned short *)list.s)[i];
			if(key->type == DR_KEY_CODES && value->number <= 6)
				value->text = classes[value->number];
			return true;
		case DR_KEY_SOURCE:
		case DR_KEY_AFTER:
		case DR_KEY_REASON:
			memcpy(&value->number, from, sizeof(value->number));
			if(i > 0 || value->number == DR_ANY)
				return false;
			value->text = dr_key_word(key, value->number);
			return true;
		default:
			memcpy(&value->text, from, sizeof(value->text));
			return i == 0 && value->text.len > 0;
	}
}

/**
 * What does a rule ask for?
 *
 * @return The flags of the keys of those conditions that it makes
 */
unsigned dr_conditions_flags(const struct dr_conditions *when)
{
	const struct dr_key *key = dr_rule_group.keys;
	struct dr_value value;
	unsigned flags = 0;

	for(; key->flags & DR_KEY_CONDITION; key++) {
		if(dr_key_value(key, when, 0, &value))
			flags |= key->flags;
	}
	return flags;
}
