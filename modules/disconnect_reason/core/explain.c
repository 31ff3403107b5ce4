/**
 * @file explain.c  Answers questions of people: which reason, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <string.h>

#include "explain.h"
#include "explain_error.h"
#include "map_def.h"

/* What tm answers with when a timer ends the call */
#define TIMEOUT_CODE 408

/* What the names of a question stand for */
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


static int unknown(char *error, const char *what, struct dr_text name)
{
	return dr_explain_error(
			error, "no %s is named \"" DR_QUOTED "\"", what, DR_QUOTE(name));
}


/* Find what the question names, into a place that names nothing yet. Without a
 * map there is the default profile. */
static int find_place(const struct dr_map *map, const struct dr_question *q,
		struct place *place, char *error)
{
	static const struct dr_text standard = DR_TEXT("default");

	if((q->trunk.len > 0) + (q->host.len > 0) + (q->profile.len > 0) > 1)
		return dr_explain_error(
				error, "expected one of trunk, host and profile");

	if(q->bridge.len > 0) {
		place->bridge = map ? dr_map_find_bridge(map, q->bridge) : DR_NONE;
		if(place->bridge == DR_NONE)
			return unknown(error, "bridge", q->bridge);
	}
	if(q->profile.len > 0 && !dr_text_is(q->profile, standard)) {
		place->profile = map ? dr_map_find_profile(map, q->profile) : DR_NONE;
		if(place->profile == DR_NONE)
			return unknown(error, "profile", q->profile);
	}
	if(q->trunk.len > 0) {
		place->trunk = map ? dr_map_find_trunk(map, q->trunk) : DR_NONE;
		if(place->trunk == DR_NONE)
			return unknown(error, "trunk", q->trunk);
	}
	if(q->host.len > 0 && map)
		place->trunk = dr_explain_trunk(map, q->host);
	return 0;
}


/* The source that the question says or means */
static int find_source(
		const struct dr_question *q, enum dr_source *source, char *error)
{
	*source = q->source;
	if(q->cancelled && q->source == DR_SOURCE_COUNT)
		*source = DR_SOURCE_CANCEL;
	else if(q->unresolved && q->source == DR_SOURCE_COUNT)
		*source = DR_SOURCE_TRANSPORT;
	else if(q->source == DR_SOURCE_COUNT)
		*source = DR_SOURCE_REMOTE;

	if(q->cancelled && *source != DR_SOURCE_CANCEL)
		return dr_explain_error(error, "cancelled: expected source cancel");
	if(q->unresolved && *source != DR_SOURCE_TRANSPORT)
		return dr_explain_error(error, "unresolved: expected source transport");
	if(q->code == 0
			&& (*source == DR_SOURCE_REMOTE || *source == DR_SOURCE_SCRIPT))
		return dr_explain_error(error,
				"expected a code, or source timeout, transport or cancel");
	if(q->code != 0
			&& (*source == DR_SOURCE_TIMEOUT || *source == DR_SOURCE_TRANSPORT))
		return dr_explain_error(error, "code: a source of timeout or transport "
									   "has no reply, so it has "
									   "no code");
	if(q->said && *source != DR_SOURCE_REMOTE && *source != DR_SOURCE_CANCEL)
		return dr_explain_error(
				error, "said: expected source remote or cancel");
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
 * Answer a question
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
 * @param question    The question
 * @param explanation Set; its texts belong to the map, to the question's words,
 *                    or are constant. On an error its field error says why
 *                    there is no answer, and there are no pairs.
 *
 * @return 0, or EINVAL when the question contradicts itself, says too little or
 *         names what the map does not have
 */
int dr_explain(const struct dr_map *map, const struct dr_question *question,
		struct dr_explanation *explanation)
{
	struct dr_explanation *e = explanation;
	struct dr_attempt attempt = {.map = map, .q850 = question->q850};
	struct place place = {DR_NONE, DR_PROFILE_DEFAULT, DR_NONE};
	struct dr_trunk trunk = {.profile = DR_PROFILE_DEFAULT};

	memset(e, 0, sizeof(*e));
	if(find_source(question, &attempt.source, e->error) != 0
			|| find_place(map, question, &place, e->error) != 0)
		return EINVAL;

	if(place.trunk != DR_NONE) {
		dr_map_get_trunk(map, place.trunk, &trunk);
		place.profile = trunk.profile;
	}
	attempt.profile = place.profile;
	attempt.code = question->code;
	attempt.after = question->after;
	attempt.unresolved = question->unresolved;
	attempt.reported = question->said && trunk.trust;
	attempt.report = question->report;
	attempt.phrase = question->phrase;
	attempt.headers =
			(struct dr_text){question->headers, question->headers_len};
	dr_classify(&attempt, &e->answer);
	if(place.trunk != DR_NONE)
		e->answer.trunk = trunk.name;

	add_answer(e, map);
	add_place(e, map, &place);
	if(question->said)
		add_text(e, "said", fate_of_said(&attempt, &trunk));
	if(place.bridge != DR_NONE)
		add_bridge(e, map, &place, question->bridge);
	return 0;
}
