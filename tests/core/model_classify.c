/**
 * @file model_classify.c  A plain way to classify an attempt
 *
 * Walks the operator's rules, then the rows of the tables, from the first to
 * the last. Written for being read, not for speed, and without anything of
 * classify.c: which of them decides stands here once more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "classify.h"
#include "map_model.h"
#include "model_reply.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A row of any table; what a table does not have is empty or 0 */
struct row
{
	const char *id;
	int number;
	bool mark; /* code: soft; cause: overrides */
	enum dr_reason reason;
	struct dr_text detail;
	struct dr_text words;
};

static const struct row events[] = {
#define DR_EVENT(id, reason, detail, words) \
	{#id, 0, false, DR_##reason, DR_TEXT(detail), DR_TEXT(words)},
#include "table_events.h"
};

#define SOFT true
#define FIRM false
static const struct row codes[] = {
#define DR_SIP_CODE(code, soft, reason, detail, words) \
	{"", code, soft, DR_##reason, DR_TEXT(detail), DR_TEXT(words)},
#include "table_sip_codes.h"
};

#define YES true
#define NO false
static const struct row causes[] = {
#define DR_Q850_CAUSE(cause, overrides, reason, detail, words) \
	{"", cause, overrides, DR_##reason, DR_TEXT(detail), DR_TEXT(words)},
#include "table_q850_causes.h"
};

static const struct row *numbered(
		const struct row *rows, size_t count, int number)
{
	size_t i;

	for(i = 0; i < count; i++) {
		if(rows[i].number == number)
			return &rows[i];
	}
	return NULL;
}

static void take(
		struct dr_answer *answer, enum dr_decider by, const struct row *row)
{
	answer->decided_by = by;
	answer->reason = row->reason;
	answer->detail = row->detail;
	answer->row = row->words;
}

static void take_event(struct dr_answer *answer, const char *id)
{
	size_t i;

	for(i = 0; i < COUNT(events); i++) {
		if(strcmp(events[i].id, id) == 0)
			take(answer, DR_BY_EVENT, &events[i]);
	}
}

static void take_code(struct dr_answer *answer, int code)
{
	const struct row *row = numbered(codes, COUNT(codes), code);

	if(row)
		take(answer, DR_BY_CODE, row);
	else if(code < 300 || code > 999)
		take_event(answer, "NO_FINAL_CODE");
	else
		take_event(answer, code < 600 ? "UNKNOWN_CODE" : "UNKNOWN_600_UP");
}

static bool says_blocked(const struct dr_attempt *attempt)
{
	static const char mark[] = "v=analytics1;";
	struct dr_text headers = attempt->headers;
	struct dr_text phrase = attempt->phrase;
	struct dr_reason_value value;
	struct dr_header header;

	while(phrase.len > 0 && memchr(" \t\r\n", *phrase.s, 4))
		phrase = (struct dr_text){phrase.s + 1, phrase.len - 1};
	while(phrase.len > 0 && memchr(" \t\r\n", phrase.s[phrase.len - 1], 4))
		phrase.len--;
	if(attempt->code != 603 || !model_alike(phrase, "Network Blocked"))
		return false;

	while(model_header_next(&headers, &header)) {
		while(model_alike(header.name, "Reason")
				&& model_reason_next(&header.value, &value)) {
			if(value.text.len >= strlen(mark)
					&& memcmp(value.text.s, mark, strlen(mark)) == 0)
				return true;
		}
	}
	return false;
}

static bool is_soft(int code)
{
	const struct row *row = numbered(codes, COUNT(codes), code);

	return row && row->mark;
}

/* The first cause that overrides decides; where none does, the first one is
 * told */
static bool refine(struct dr_answer *answer, struct dr_text headers)
{
	struct dr_text body = {NULL, 0};
	int cause;

	while((cause = model_cause_next(&headers, &body)) != DR_CAUSE_NONE) {
		const struct row *row = numbered(causes, COUNT(causes), cause);

		if(row && row->mark) {
			take(answer, DR_BY_Q850, row);
			answer->cause = cause;
			return true;
		}
		if(answer->cause == DR_CAUSE_NONE)
			answer->cause = cause;
	}
	return false;
}

static int first_cause(const struct dr_attempt *attempt, bool q850)
{
	struct dr_text headers = attempt->headers;
	struct dr_text body = {NULL, 0};

	return q850 && attempt->source == DR_SOURCE_REMOTE && is_soft(attempt->code)
				   ? model_cause_next(&headers, &body)
				   : DR_CAUSE_NONE;
}

static void take_report(
		struct dr_answer *answer, const struct dr_attempt *attempt, bool q850)
{
	static const struct row row = {.detail = DR_TEXT("reported"),
			.words = DR_TEXT("the trunk's own header")};

	take(answer, DR_BY_TRUNK, &row);
	answer->reason = attempt->report;
	answer->cause = first_cause(attempt, q850);
	answer->rule = DR_NONE;
}

static void take_rule(struct dr_answer *answer,
		const struct dr_attempt *attempt, const struct dr_spec_rule *rule,
		int cause, bool q850)
{
	static const struct row row = {.words = DR_TEXT("a rule of the map")};

	take(answer, DR_BY_RULE, &row);
	answer->reason = rule->reason;
	answer->detail = rule->detail;
	answer->cause = cause == DR_CAUSE_NONE ? first_cause(attempt, q850) : cause;
}

static void take_reply(
		struct dr_answer *answer, const struct dr_attempt *attempt, bool q850)
{
	if(says_blocked(attempt))
		take_event(answer, "BLOCKED");
	else if(q850 && is_soft(attempt->code) && refine(answer, attempt->headers))
		return;
	else if(attempt->code == 487)
		take_event(answer, "TERMINATED");
	else
		take_code(answer, attempt->code);
}

static void take_timeout(struct dr_answer *answer, enum dr_after after)
{
	if(after == DR_AFTER_RINGING)
		take_event(answer, "NO_ANSWER");
	else if(after == DR_AFTER_TRYING)
		take_event(answer, "TRYING_ONLY");
	else
		take_event(answer, "NO_REPLY");
}

/**
 * Classify an attempt; as dr_classify()
 *
 * @param spec    What the attempt's map says, see model_rule(); NULL: no map
 * @param attempt The attempt; its map is not looked at
 * @param answer  Set
 */
void model_classify(const struct dr_spec *spec,
		const struct dr_attempt *attempt, struct dr_answer *answer)
{
	bool q850 = attempt->q850;
	int cause = DR_CAUSE_NONE;

	*answer = (struct dr_answer){.source = attempt->source,
			.after = attempt->after,
			.code = attempt->code,
			.cause = DR_CAUSE_NONE,
			.rule = DR_NONE};
	if(spec)
		answer->rule = model_rule(spec, attempt, &cause, &q850);
	if(attempt->source == DR_SOURCE_CANCEL)
		take_event(answer, "CANCELLED");
	else if(attempt->source == DR_SOURCE_REMOTE && attempt->reported
			&& attempt->report != DR_CLIENT_INITIATED)
		take_report(answer, attempt, q850);
	else if(answer->rule != DR_NONE)
		take_rule(
				answer, attempt, &spec->rules.list[answer->rule], cause, q850);
	else if(attempt->source == DR_SOURCE_TIMEOUT)
		take_timeout(answer, attempt->after);
	else if(attempt->source == DR_SOURCE_TRANSPORT)
		take_event(answer, attempt->unresolved ? "NOT_RESOLVED" : "NOT_SENT");
	else if(attempt->source == DR_SOURCE_REMOTE)
		take_reply(answer, attempt, q850);
	else
		take_code(answer, attempt->code);
}

static bool same_text(struct dr_text a, struct dr_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/**
 * What is different in two answers?
 *
 * @param answer   One answer
 * @param expected The other one
 *
 * @return The first field that differs; NULL: they are the same
 */
const char *model_difference(
		const struct dr_answer *answer, const struct dr_answer *expected)
{
	if(answer->rule != expected->rule)
		return "rule";
	if(answer->decided_by != expected->decided_by)
		return "decided_by";
	if(answer->reason != expected->reason)
		return "reason";
	if(answer->cause != expected->cause)
		return "cause";
	if(answer->source != expected->source || answer->after != expected->after
			|| answer->code != expected->code)
		return "what is taken from the attempt";
	if(!same_text(answer->row, expected->row))
		return "row";
	if(!same_text(answer->trunk, expected->trunk))
		return "trunk";

	return same_text(answer->detail, expected->detail) ? NULL : "detail";
}
