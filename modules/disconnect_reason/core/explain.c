/**
 * @file explain.c  Answers queries of people: which reason, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "classify.h"
#include "explain.h"
#include "map_def.h"
#include "map_match.h"
#include "sip_header.h"

#define CODE_MIN 300
#define CODE_MAX 999
#define CAUSE_MIN 1
#define CAUSE_MAX 127

/* A text inside a message; its front is enough to find it again */
#define QUOTED "%.*s"
#define QUOTE(text) quoted_length(text), (text).s
#define QUOTED_MAX 40

/* What a key says: what takes its value, or where its text or flag is set */
struct key
{
	const char *name;
	int (*take)(struct dr_query *query, struct dr_text value);
	size_t offset;
	int flag; /* 0 or 1: what is set, the key has no value; -1: it has one */
	const char *expected; /* NULL: take says what is wrong */
};

/* What tm answers with when a timer ends the call */
#define TIMEOUT_CODE 408

/* What the names of a query stand for */
struct place
{
	int trunk; /* DR_NONE: no trunk of the map */
	int profile;
	int bridge; /* DR_NONE: not asked */
};

static const struct dr_text decider_names[DR_DECIDER_COUNT] = {
		[DR_BY_SCRIPT] = DR_TEXT("script"),
		[DR_BY_TRUNK] = DR_TEXT("trunk"),
		[DR_BY_RULE] = DR_TEXT("rule"),
		[DR_BY_EVENT] = DR_TEXT("event"),
		[DR_BY_Q850] = DR_TEXT("q850"),
		[DR_BY_CODE] = DR_TEXT("code"),
};

/* Write what is wrong with a query; bytes that are not printable ASCII become
 * "?", so that the text may be shown anywhere. EINVAL, always. */
__attribute__((format(printf, 2, 3))) static int fail(
		char *error, const char *format, ...)
{
	va_list args;
	char *c;

	va_start(args, format);
	vsnprintf(error, DR_EXPLAIN_ERROR_MAX, format, args);
	va_end(args);
	for(c = error; *c != '\0'; c++) {
		if(*c < ' ' || *c > '~')
			*c = '?';
	}
	return EINVAL;
}

/* How much of a text is shown in a message */
static int quoted_length(struct dr_text text)
{
	return (int)(text.len < QUOTED_MAX ? text.len : QUOTED_MAX);
}

static bool has_line_end(struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		if(text.s[i] == '\r' || text.s[i] == '\n' || text.s[i] == '\0')
			return true;
	}
	return false;
}

/* A number of up to three digits from least to most, or -1 */
static int parse_number(struct dr_text text, int least, int most)
{
	int number = 0;
	size_t i;

	if(text.len > 3)
		return -1;
	for(i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return -1;
		number = number * 10 + (text.s[i] - '0');
	}
	return number < least || number > most ? -1 : number;
}

static int take_code(struct dr_query *query, struct dr_text value)
{
	int code = parse_number(value, CODE_MIN, CODE_MAX);

	if(code < 0)
		return fail(query->error,
				"code: \"" QUOTED "\" is no final failure code: expected %d "
				"to %d",
				QUOTE(value), CODE_MIN, CODE_MAX);

	query->attempt.code = code;
	return 0;
}

static int take_after(struct dr_query *query, struct dr_text value)
{
	return dr_after_parse(value, &query->attempt.after);
}

static int take_source(struct dr_query *query, struct dr_text value)
{
	return dr_source_parse(value, &query->attempt.source);
}

static int take_said(struct dr_query *query, struct dr_text value)
{
	query->attempt.reported =
			dr_reason_parse(value, &query->attempt.report) == 0;
	return query->attempt.reported ? 0 : EINVAL;
}

static int take_phrase(struct dr_query *query, struct dr_text value)
{
	if(has_line_end(value))
		return fail(
				query->error, "phrase: expected one line without a zero byte");

	query->attempt.phrase = value;
	return 0;
}

static int add_field(struct dr_query *query, struct dr_text field)
{
	size_t room = DR_QUERY_HEADERS_MAX - query->headers_len;
	char *end = query->headers + query->headers_len;

	if(field.len + 2 > room)
		return fail(query->error,
				"header: all header fields together are longer than %d bytes",
				DR_QUERY_HEADERS_MAX);

	memcpy(end, field.s, field.len);
	memcpy(end + field.len, "\r\n", 2);
	query->headers_len += field.len + 2;
	return 0;
}

static int take_header(struct dr_query *query, struct dr_text value)
{
	struct dr_text left = value;
	struct dr_header header = {0};

	/* with a space in front it would go on with the field before it */
	if(!has_line_end(value) && *value.s != ' ' && *value.s != '\t')
		dr_header_next(&left, &header);
	if(!dr_token_check(header.name))
		return fail(query->error,
				"header: expected \"Name: value\", not \"" QUOTED "\"",
				QUOTE(value));

	return add_field(query, value);
}

static int take_q850(struct dr_query *query, struct dr_text value)
{
	int cause = parse_number(value, CAUSE_MIN, CAUSE_MAX);
	char field[sizeof("Reason: Q.850;cause=127")];
	int len;

	if(cause < 0)
		return fail(query->error,
				"q850: \"" QUOTED "\" is no Q.850 cause: expected %d to %d",
				QUOTE(value), CAUSE_MIN, CAUSE_MAX);

	len = snprintf(field, sizeof(field), "Reason: Q.850;cause=%d", cause);
	return add_field(query, (struct dr_text){field, (size_t)len});
}

/* clang-format off */
#define TEXT(name) {#name, NULL, offsetof(struct dr_query, name), -1, NULL}

static const struct key keys[] = {
	{"code", take_code, 0, -1, NULL},
	{"q850", take_q850, 0, -1, NULL},
	{"after", take_after, 0, -1, "none, trying or ringing"},
	{"source", take_source, 0, -1,
		"remote, timeout, transport, cancel or script"},
	{"phrase", take_phrase, 0, -1, NULL},
	{"header", take_header, 0, -1, NULL},
	{"said", take_said, 0, -1, "a reason such as USER_REJECTED"},
	TEXT(trunk),
	TEXT(host),
	TEXT(profile),
	TEXT(bridge),
	{"cancelled", NULL, offsetof(struct dr_query, cancelled), 1, NULL},
	{"unresolved", NULL, offsetof(struct dr_query, attempt.unresolved), 1, NULL},
	{"no-q850", NULL, offsetof(struct dr_query, attempt.q850), 0, NULL},
};
/* clang-format on */

/* Take the value of a key that was found */
static int take(
		struct dr_query *query, const struct key *key, struct dr_text value)
{
	char *field = (char *)query + key->offset;

	if(key->flag >= 0 && value.len > 0)
		return fail(query->error, "%s: expected no value, not \"" QUOTED "\"",
				key->name, QUOTE(value));
	if(key->flag < 0 && value.len == 0)
		return fail(query->error, "%s: expected a value", key->name);
	if(key->take) {
		int err = key->take(query, value);

		if(err != 0 && key->expected)
			return fail(query->error, "%s: expected %s, not \"" QUOTED "\"",
					key->name, key->expected, QUOTE(value));
		return err;
	}
	if(key->flag >= 0)
		*(bool *)field = key->flag == 1;
	else
		*(struct dr_text *)field = value;
	return 0;
}

/**
 * Begin a query: nothing is in it yet
 *
 * @param query Set
 * @param q850     What the parameter q850 of the module says
 */
void dr_query_init(struct dr_query *query, bool q850)
{
	memset(query, 0, sizeof(*query));
	query->attempt.source = DR_SOURCE_COUNT;
	query->attempt.q850 = q850;
}

/**
 * Add one thing to a query
 *
 * | key        | value                                                     |
 * | code       | final status code, 300 to 999                             |
 * | q850       | cause 1 to 127: a Reason header field; may be repeated    |
 * | after      | none, trying or ringing                                   |
 * | source     | remote, timeout, transport, cancel or script              |
 * | phrase     | reason phrase of the reply                                |
 * | header     | header field of the reply, "Name: value"; may be repeated |
 * | said       | reason that a header of ours in the reply names           |
 * | trunk      | name of the trunk                                         |
 * | host       | the next hop, a name or an address: finds the trunk       |
 * | profile    | name of the profile, in place of a trunk                  |
 * | bridge     | name of the bridge, for the code that it is sent          |
 * | cancelled  | none: the caller gave up first                            |
 * | unresolved | none: source transport, the name could not be resolved    |
 * | no-q850    | none: the parameter q850 of the module is 0               |
 *
 * @param query A query, begun with dr_query_init(); may keep pointers
 *                 into the value. On an error its field error says what is
 *                 wrong.
 * @param key      A key of the table above
 * @param value    Its value; empty when the key has none
 *
 * @return 0, or EINVAL
 */
int dr_query_add(
		struct dr_query *query, struct dr_text key, struct dr_text value)
{
	size_t i;

	for(i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if(dr_text_is(
				   key, (struct dr_text){keys[i].name, strlen(keys[i].name)}))
			return take(query, &keys[i], value);
	}
	return fail(query->error,
			"\"" QUOTED "\" is unknown: expected code, q850, after, source, "
			"phrase, header, said, trunk, host, profile, bridge, cancelled, "
			"unresolved or no-q850",
			QUOTE(key));
}

/**
 * Add one thing to a query by one word, such as code=480 or cancelled
 *
 * @param query As for dr_query_add()
 * @param word     KEY=VALUE, or a KEY that has no value
 *
 * @return As dr_query_add()
 */
int dr_query_add_word(struct dr_query *query, struct dr_text word)
{
	static const struct dr_text none = DR_TEXT("");
	const char *equals = word.len ? memchr(word.s, '=', word.len) : NULL;
	struct dr_text key = word;
	struct dr_text value = none;

	if(equals) {
		key.len = (size_t)(equals - word.s);
		value.s = equals + 1;
		value.len = word.len - key.len - 1;
	}
	return dr_query_add(query, key, value);
}

/**
 * The name of what decided an answer
 *
 * @param decider What decided
 *
 * @return Its name, a token, constant
 */
struct dr_text dr_decider_name(enum dr_decider decider)
{
	return decider_names[decider];
}

static void add_text(
		struct dr_explanation *e, const char *name, struct dr_text text)
{
	e->pairs[e->pair_count++] = (struct dr_pair){.name = name, .text = text};
}

static void add_number(struct dr_explanation *e, const char *name, int number)
{
	e->pairs[e->pair_count++] =
			(struct dr_pair){.name = name, .number = number};
}

/* An address as people write it, IPv6 with or without brackets */
static bool parse_address(struct dr_text text, struct dr_network *network)
{
	if(text.len > 2 && text.s[0] == '[' && text.s[text.len - 1] == ']') {
		text.s++;
		text.len -= 2;
	}
	return dr_network_parse(text, network) == 0
		   && network->bits == network->address.len * 8;
}

/**
 * The trunk of a next hop as people write it
 *
 * @param map The map
 * @param hop A host name, or an address; IPv6 with or without brackets
 *
 * @return The trunk's number, or DR_NONE
 */
int dr_explain_trunk(const struct dr_map *map, struct dr_text hop)
{
	struct dr_network network;

	return parse_address(hop, &network)
				   ? dr_map_trunk_of_address(map, &network.address)
				   : dr_map_trunk_of_host(map, hop);
}

/* Find what a query names; nothing is named: the number stays */
static int find(const struct dr_map *map, struct dr_text name,
		int (*find_in)(const struct dr_map *, struct dr_text), const char *what,
		int *number, char *error)
{
	if(name.len == 0)
		return 0;

	*number = map ? find_in(map, name) : DR_NONE;
	if(*number != DR_NONE)
		return 0;

	return fail(error, "no %s is named \"" QUOTED "\"", what, QUOTE(name));
}

/* Find what the query names, into a place that names nothing yet. Without a
 * map there is the default profile. */
static int find_place(const struct dr_map *map, const struct dr_query *q,
		struct place *place, char *error)
{
	static const struct dr_text standard = DR_TEXT("default");

	if((q->trunk.len > 0) + (q->host.len > 0) + (q->profile.len > 0) > 1)
		return fail(error, "expected one of trunk, host and profile");
	if(find(map, q->bridge, dr_map_find_bridge, "bridge", &place->bridge, error)
			!= 0)
		return EINVAL;
	if(!dr_text_is(q->profile, standard)
			&& find(map, q->profile, dr_map_find_profile, "profile",
					   &place->profile, error)
					   != 0)
		return EINVAL;
	if(q->host.len > 0 && map)
		place->trunk = dr_explain_trunk(map, q->host);

	return find(
			map, q->trunk, dr_map_find_trunk, "trunk", &place->trunk, error);
}

/* Find the source that the query says or means */
static int find_source(
		const struct dr_query *q, struct dr_attempt *attempt, char *error)
{
	enum dr_source source = attempt->source;

	if(source == DR_SOURCE_COUNT)
		source = q->cancelled		   ? DR_SOURCE_CANCEL
				 : attempt->unresolved ? DR_SOURCE_TRANSPORT
									   : DR_SOURCE_REMOTE;
	attempt->source = source;
	if(q->cancelled && source != DR_SOURCE_CANCEL)
		return fail(error, "cancelled: expected source cancel");
	if(attempt->unresolved && source != DR_SOURCE_TRANSPORT)
		return fail(error, "unresolved: expected source transport");
	if(attempt->code == 0
			&& (source == DR_SOURCE_REMOTE || source == DR_SOURCE_SCRIPT))
		return fail(error,
				"expected a code, or source timeout, transport or cancel");
	if(attempt->code != 0
			&& (source == DR_SOURCE_TIMEOUT || source == DR_SOURCE_TRANSPORT))
		return fail(error, "code: a source of timeout or transport has no "
						   "reply, so it has no code");
	if(attempt->reported && source != DR_SOURCE_REMOTE
			&& source != DR_SOURCE_CANCEL)
		return fail(error, "said: expected source remote or cancel");
	return 0;
}

/* What became of the reason that the trunk said */
static struct dr_text fate_of_said(
		const struct dr_attempt *attempt, const struct dr_trunk *trunk)
{
	static const struct dr_text
			untrusted = DR_TEXT("ignored: no trunk that is trusted"),
			cancelled = DR_TEXT("ignored: the caller cancelled"),
			unknown = DR_TEXT("ignored: only a caller's CANCEL says so"),
			believed = DR_TEXT("believed");

	if(!trunk->trust)
		return untrusted;
	if(attempt->source == DR_SOURCE_CANCEL)
		return cancelled;

	return attempt->report == DR_CLIENT_INITIATED ? unknown : believed;
}

static void add_rule(
		struct dr_explanation *e, const struct dr_map *map, int number)
{
	struct dr_rule rule;

	dr_map_get_rule(map, number, &rule);
	add_text(e, "rule_profile", rule.profile);
	add_number(e, "rule", rule.number);
	add_text(e, "file", rule.file);
	add_number(e, "line", rule.line);
}

static void add_answer(struct dr_explanation *e, const struct dr_map *map)
{
	const struct dr_answer *answer = &e->answer;

	add_text(e, "reason", dr_reason_name(answer->reason));
	add_number(e, "number", (int)answer->reason);
	add_text(e, "detail", answer->detail);
	add_text(e, "source", dr_source_name(answer->source));
	if(answer->code > 0)
		add_number(e, "code", answer->code);
	if(answer->cause != DR_CAUSE_NONE)
		add_number(e, "q850", answer->cause);
	add_text(e, "decided_by", dr_decider_name(answer->decided_by));
	if(answer->decided_by == DR_BY_RULE)
		add_rule(e, map, answer->rule);
	else
		add_text(e, "row", answer->row);
}

static void add_place(struct dr_explanation *e, const struct dr_map *map,
		const struct place *place)
{
	static const struct dr_text standard = DR_TEXT("default");

	if(place->trunk != DR_NONE)
		add_text(e, "trunk", e->answer.trunk);
	add_text(e, "profile",
			map ? dr_map_profile_name(map, place->profile) : standard);
}

/* What the bridge is sent, where the reply has a code to translate */
static void add_bridge(struct dr_explanation *e, const struct dr_map *map,
		const struct place *place, struct dr_text name)
{
	int code = e->answer.code;

	if(e->answer.source == DR_SOURCE_TIMEOUT)
		code = TIMEOUT_CODE;
	add_text(e, "bridge", name);
	if(code > 0)
		add_number(e, "send",
				dr_map_bridge_send(map, place->bridge, code, &e->answer));
}

/**
 * Answer a query
 *
 * The pairs of the answer, in this order; those in brackets only where they
 * say something:
 *
 *  reason number detail source [code] [q850] decided_by
 *  row                           what the row of a built-in table says, or
 *  rule_profile rule file line   the rule: its profile and its number in there
 *  [trunk] profile               of the attempt
 *  [said]                        was the reason that the trunk said believed
 *  [bridge [send]]               the code that the bridge is sent
 *
 * @param map         The map, or NULL for the built-in tables alone
 * @param query    The query
 * @param explanation Set; its texts belong to the map, to the query's words,
 *                    or are constant. On an error its field error says why
 *                    there is no answer, and there are no pairs.
 *
 * @return 0, or EINVAL when the query contradicts itself, says too little or
 *         names what the map does not have
 */
int dr_explain(const struct dr_map *map, const struct dr_query *query,
		struct dr_explanation *explanation)
{
	struct dr_explanation *e = explanation;
	struct dr_attempt attempt = query->attempt;
	struct place place = {DR_NONE, DR_PROFILE_DEFAULT, DR_NONE};
	struct dr_trunk trunk = {.profile = DR_PROFILE_DEFAULT};

	memset(e, 0, sizeof(*e));
	if(find_source(query, &attempt, e->error) != 0
			|| find_place(map, query, &place, e->error) != 0)
		return EINVAL;

	if(place.trunk != DR_NONE) {
		dr_map_get_trunk(map, place.trunk, &trunk);
		place.profile = trunk.profile;
	}
	attempt.map = map;
	attempt.profile = place.profile;
	attempt.reported = query->attempt.reported && trunk.trust;
	attempt.headers = (struct dr_text){query->headers, query->headers_len};
	dr_classify(&attempt, &e->answer);
	if(place.trunk != DR_NONE)
		e->answer.trunk = trunk.name;

	add_answer(e, map);
	add_place(e, map, &place);
	if(query->attempt.reported)
		add_text(e, "said", fate_of_said(&attempt, &trunk));
	if(place.bridge != DR_NONE)
		add_bridge(e, map, &place, query->bridge);
	return 0;
}
