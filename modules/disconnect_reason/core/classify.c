/**
 * @file classify.c  From a failed attempt to its reason
 *
 * The first of these that fits decides:
 *
 *  1. the caller cancelled
 *  2. the reply's own header, of a trunk that runs this module, too
 *  3. a rule of the map, of the attempt's profile or one that it extends
 *  4. no reply of the remote side: timeout, could not be sent
 *  5. 603 that says a network blocked the call (ATIS-1000099, "603+")
 *  6. a Q.850 cause over a soft status code (RFC 3326, RFC 9366)
 *  7. 487 that nobody here asked for
 *  8. the status code
 *
 * Rules aside, a source of script goes by the status code alone: the reply is
 * the proxy's own doing, so nothing in it refines the code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "classify.h"
#include "map_match.h"
#include "reason_header.h"
#include "sip_header.h"

/* The highest that SIP has room for, three digits */
#define REPLY_CODE_MAX 999

/* "code=" and a positive int, "q850=" and one, "detail=", "source=" and "trunk="
 * with the longest token each, ";" between them, a zero byte at the end */
#define INT_DIGITS 10
#define SOURCE_MAX 9
#define LONGEST                                                    \
	(sizeof("code=;q850=;detail=;source=;trunk=") + 2 * INT_DIGITS \
			+ DR_DETAIL_MAX + SOURCE_MAX + DR_NAME_MAX)

_Static_assert(
		LONGEST <= DR_DETAIL_HEADER_MAX, "a detail header would not fit");

/* One row of a table; empty words: no such row */
struct row
{
	enum dr_reason reason;
	bool refines; /* code: soft; cause: overrides */
	struct dr_text detail;
	struct dr_text words;
};

enum event
{
#define DR_EVENT(id, reason, detail, words) DR_EVENT_##id,
#include "table_events.h"
	EVENT_COUNT
};

static const struct row events[EVENT_COUNT] = {
#define DR_EVENT(id, reason, detail, words) \
	[DR_EVENT_##id] = {DR_##reason, false, DR_TEXT(detail), DR_TEXT(words)},
#include "table_events.h"
};

#define SOFT true
#define FIRM false
static const struct row codes[DR_CODE_MAX - DR_CODE_MIN + 1] = {
#define DR_SIP_CODE(code, soft, reason, detail, words) \
	[(code) - DR_CODE_MIN] = {                         \
			DR_##reason, soft, DR_TEXT(detail), DR_TEXT(words)},
#include "table_sip_codes.h"
};

#define YES true
#define NO false
static const struct row causes[DR_CAUSE_MAX + 1] = {
#define DR_Q850_CAUSE(cause, overrides, reason, detail, words) \
	[(cause)] = {DR_##reason, overrides, DR_TEXT(detail), DR_TEXT(words)},
#include "table_q850_causes.h"
};

static void decide(
		struct dr_answer *answer, enum dr_decider by, const struct row *row)
{
	answer->reason = row->reason;
	answer->detail = row->detail;
	answer->row = row->words;
	answer->decided_by = by;
}

static void decide_by_event(struct dr_answer *answer, enum event event)
{
	decide(answer, DR_BY_EVENT, &events[event]);
}

static void decide_by_code(struct dr_answer *answer, int code)
{
	if(code < DR_CODE_MIN || code > REPLY_CODE_MAX)
		decide_by_event(answer, DR_EVENT_NO_FINAL_CODE);
	else if(code <= DR_CODE_MAX && codes[code - DR_CODE_MIN].words.len > 0)
		decide(answer, DR_BY_CODE, &codes[code - DR_CODE_MIN]);
	else
		decide_by_event(answer,
				code < 600 ? DR_EVENT_UNKNOWN_CODE : DR_EVENT_UNKNOWN_600_UP);
}

static enum event timeout_event(enum dr_after after)
{
	switch(after) {
		case DR_AFTER_RINGING:
			return DR_EVENT_NO_ANSWER;
		case DR_AFTER_TRYING:
			return DR_EVENT_TRYING_ONLY;
		case DR_AFTER_NONE:
		case DR_AFTER_COUNT:
			break;
	}
	return DR_EVENT_NO_REPLY;
}

/* Does a reply say that a network blocked the call, as ATIS-1000099 has it?
 * 603 Network Blocked, and Reason: SIP;cause=603;text="v=analytics1;url=..." */
static bool is_network_block(const struct dr_attempt *attempt)
{
	static const struct dr_text phrase = DR_TEXT("Network Blocked");
	static const struct dr_text mark = DR_TEXT("v=analytics1;");
	struct dr_text headers = attempt->headers;
	struct dr_header header;
	struct dr_reason_value value;

	if(attempt->code != 603
			|| !dr_text_alike(dr_text_trim(attempt->phrase), phrase))
		return false;

	while(dr_header_find(&headers, &dr_reason_field, 1, &header)) {
		while(dr_reason_value_next(&header.value, &value)) {
			if(dr_text_starts(value.text, mark))
				return true;
		}
	}
	return false;
}

/** May a Q.850 cause refine a code, by the tables? */
bool dr_code_is_soft(int code)
{
	return code >= DR_CODE_MIN && code <= DR_CODE_MAX
		   && codes[code - DR_CODE_MIN].refines;
}

/* Let the first cause that overrides decide. A cause before it that does not (16
 * normal clearing, 127 interworking, one without a row) says nothing about why,
 * so it does not keep a later one from doing so. Among those that override, the
 * first is nearest to the failure. */
static bool decide_by_q850(struct dr_answer *answer, struct dr_text headers)
{
	struct dr_q850_walk walk = {headers, {NULL, 0}};
	int cause;

	while((cause = dr_q850_next(&walk)) != DR_CAUSE_NONE) {
		if(causes[cause].refines) {
			answer->cause = cause;
			decide(answer, DR_BY_Q850, &causes[cause]);
			return true;
		}
		if(answer->cause == DR_CAUSE_NONE)
			answer->cause = cause;
	}
	return false;
}

static bool may_refine(const struct dr_attempt *attempt)
{
	return attempt->source == DR_SOURCE_REMOTE && dr_code_is_soft(attempt->code)
		   && dr_map_q850(attempt->map, attempt->profile, attempt->q850);
}

/* The cause that an answer has which no cause decided */
static int first_cause(const struct dr_attempt *attempt)
{
	struct dr_q850_walk walk = {attempt->headers, {NULL, 0}};

	return may_refine(attempt) ? dr_q850_next(&walk) : DR_CAUSE_NONE;
}

/* Let the trunk itself decide: it saw what became of the call, its reply has only
 * a code. That a caller gave up it knows from here alone, and a CANCEL of ours may
 * have another cause, such as another branch. */
static bool decide_by_report(
		struct dr_answer *answer, const struct dr_attempt *attempt)
{
	static const struct row row = {.detail = DR_TEXT("reported"),
			.words = DR_TEXT("the trunk's own header")};

	if(!attempt->reported || attempt->report == DR_CLIENT_INITIATED
			|| attempt->source != DR_SOURCE_REMOTE)
		return false;

	decide(answer, DR_BY_TRUNK, &row);
	answer->reason = attempt->report;
	answer->cause = first_cause(attempt);
	return true;
}

/* Let a rule of the map decide */
static bool decide_by_rule(
		struct dr_answer *answer, const struct dr_attempt *attempt)
{
	static const struct row row = {.words = DR_TEXT("a rule of the map")};
	struct dr_rule rule;
	int cause;

	answer->rule = dr_map_match(attempt->map, attempt, &cause);
	if(answer->rule == DR_NONE)
		return false;

	dr_map_get_rule(attempt->map, answer->rule, &rule);
	decide(answer, DR_BY_RULE, &row);
	answer->reason = rule.reason;
	answer->detail = rule.detail;
	answer->cause = cause != DR_CAUSE_NONE ? cause : first_cause(attempt);
	return true;
}

static void classify_reply(
		const struct dr_attempt *attempt, struct dr_answer *answer)
{
	if(is_network_block(attempt))
		decide_by_event(answer, DR_EVENT_BLOCKED);
	else if(may_refine(attempt) && decide_by_q850(answer, attempt->headers))
		return;
	else if(attempt->code == 487)
		decide_by_event(answer, DR_EVENT_TERMINATED);
	else
		decide_by_code(answer, attempt->code);
}

/**
 * Find the reason of a failed attempt
 *
 * Looks at the reply's header fields only where they can matter: over soft
 * status codes, for a 603 that says "Network Blocked", and where a rule asks for
 * them.
 *
 * @param attempt The attempt; its texts may be hostile, and may be empty
 * @param answer  Set, every field of it; its texts are constant, or the map's
 */
void dr_classify(const struct dr_attempt *attempt, struct dr_answer *answer)
{
	*answer = (struct dr_answer){.source = attempt->source,
			.after = attempt->after,
			.code = attempt->code,
			.cause = DR_CAUSE_NONE,
			.rule = DR_NONE};
	if(decide_by_report(answer, attempt) || decide_by_rule(answer, attempt))
		return;

	switch(attempt->source) {
		case DR_SOURCE_CANCEL:
			decide_by_event(answer, DR_EVENT_CANCELLED);
			return;
		case DR_SOURCE_TIMEOUT:
			decide_by_event(answer, timeout_event(attempt->after));
			return;
		case DR_SOURCE_TRANSPORT:
			decide_by_event(answer, attempt->unresolved ? DR_EVENT_NOT_RESOLVED
														: DR_EVENT_NOT_SENT);
			return;
		case DR_SOURCE_REMOTE:
			classify_reply(attempt, answer);
			return;
		case DR_SOURCE_SCRIPT:
		case DR_SOURCE_COUNT:
			break;
	}
	decide_by_code(answer, attempt->code);
}

/** Is the code of an answer one that no table and no rule has? Then only its
 * class decided. */
bool dr_is_unclassified(const struct dr_answer *answer)
{
	return answer->decided_by == DR_BY_EVENT
		   && (answer->row.s == events[DR_EVENT_UNKNOWN_CODE].words.s
				   || answer->row.s == events[DR_EVENT_UNKNOWN_600_UP].words.s
				   || answer->row.s == events[DR_EVENT_NO_FINAL_CODE].words.s);
}

static bool is_name(struct dr_text name)
{
	return name.len == 0 || (name.len <= DR_NAME_MAX && dr_token_check(name));
}

/* What is written; snprintf() would cost more than finding the reason does */
struct pen
{
	char *buf;
	size_t len, size;
	bool full;
};

static void write_text(struct pen *pen, struct dr_text text)
{
	pen->full = pen->full || text.len >= pen->size - pen->len;
	if(pen->full)
		return;
	memcpy(pen->buf + pen->len, text.s, text.len);
	pen->len += text.len;
}

/* "NAME=VALUE" after what is there, nothing when the value is empty */
static void write_param(
		struct pen *pen, struct dr_text name, struct dr_text value)
{
	if(value.len == 0)
		return;
	if(pen->len > 0)
		write_text(pen, (struct dr_text)DR_TEXT(";"));
	write_text(pen, name);
	write_text(pen, (struct dr_text)DR_TEXT("="));
	write_text(pen, value);
}

/* The same with a number, nothing when it is below the least */
static void write_number(
		struct pen *pen, struct dr_text name, int number, int least)
{
	char digits[INT_DIGITS];
	size_t at = sizeof(digits);

	if(number < least)
		return;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while(number > 0);
	write_param(pen, name, (struct dr_text){digits + at, sizeof(digits) - at});
}

/**
 * Write the value of the detail header field, e.g.
 * code=603;q850=21;detail=declined;source=remote
 *
 * The grammar is generic-param *( ";" generic-param ) of RFC 3261 section 25.1
 * with tokens for values only. Code, Q.850 cause, detail and trunk are left out
 * when the answer has none.
 *
 * @param buf    Where to write; ends with a zero byte when the value fits
 * @param size   Its size in bytes; DR_DETAIL_HEADER_MAX is always enough
 * @param answer An answer
 *
 * @return Length of the value in bytes without the zero byte; 0 when it does
 *         not fit or the answer's detail, source or trunk is no token
 */
size_t dr_detail_print(char *buf, size_t size, const struct dr_answer *answer)
{
	struct dr_text source = dr_source_name(answer->source);
	struct pen pen = {buf, 0, size, size == 0};

	if(source.len == 0 || !is_name(answer->trunk)
			|| (answer->detail.len > 0 && dr_detail_check(answer->detail) != 0))
		return 0;

	write_number(&pen, (struct dr_text)DR_TEXT("code"), answer->code, 1);
	write_number(&pen, (struct dr_text)DR_TEXT("q850"), answer->cause, 0);
	write_param(&pen, (struct dr_text)DR_TEXT("detail"), answer->detail);
	write_param(&pen, (struct dr_text)DR_TEXT("source"), source);
	write_param(&pen, (struct dr_text)DR_TEXT("trunk"), answer->trunk);
	if(pen.full)
		return 0;
	buf[pen.len] = '\0';
	return pen.len;
}
