/**
 * @file ask.c  Asks maps for the answer to every input
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "maps.h"
#include "../core/classify.h"

/* "NAME: PREFIX" and a Reason header field with a cause */
#define HEADERS_MAX 512

/** A reply that has nothing but its code and maybe a cause */
const struct context plain_reply = {.source = DR_SOURCE_REMOTE};


/**
 * Are these all soft codes, and no other?
 *
 * @param codes The codes
 *
 * @return true when they are
 */
bool codes_are_soft(const struct code_set *codes)
{
	int code = CODE_MIN;

	while(code <= CODE_MAX && codes_have(codes, code) == dr_code_is_soft(code))
		code++;
	return code > CODE_MAX;
}


/**
 * Ask a profile for an answer
 *
 * @param side    The profile
 * @param context What the input shares with others
 * @param input   The rest of it
 * @param table   Tell what decided, too
 *
 * @return The answer; its texts are constant or belong to the map
 */
struct outcome ask(const struct side *side, const struct context *context,
		const struct input *input, bool table)
{
	char headers[HEADERS_MAX];
	struct dr_attempt attempt = {.map = side->map,
			.profile = side->profile,
			.source = context->source,
			.unresolved = context->unresolved,
			.q850 = true,
			.code = input->code,
			.after = input->after,
			.phrase = context->phrase};
	struct outcome outcome = {.decided_by = DR_ANY, .rule = DR_NONE};
	struct dr_answer answer;
	int len = 0;

	if(context->header.len > 0)
		len = snprintf(headers, sizeof(headers), "%.*s: %.*s\r\n",
				(int)context->header.len, context->header.s,
				(int)context->value.len, context->value.s);
	if(input->cause > 0)
		len += snprintf(headers + len, sizeof(headers) - (size_t)len,
				"Reason: Q.850;cause=%d\r\n", input->cause);
	attempt.headers = (struct dr_text){headers, (size_t)len};
	dr_classify(&attempt, &answer);

	outcome.reason = (int)answer.reason;
	outcome.detail = answer.detail;
	if(!table)
		return outcome;

	outcome.decided_by = (int)answer.decided_by;
	if(answer.decided_by == DR_BY_RULE)
		outcome.rule = answer.rule;
	else
		outcome.row = answer.row;
	if(answer.decided_by == DR_BY_CODE)
		outcome.row_code = answer.code;
	return outcome;
}


/**
 * Ask both sides
 *
 * @param sides   Who is asked
 * @param context What the input shares with others
 * @param input   The rest of it
 * @param group   Set to a group of this one input
 *
 * @return true when the answer counts: in a table always, in a comparison when
 *         the sides differ
 */
bool ask_both(const struct sides *sides, const struct context *context,
		const struct input *input, struct group *group)
{
	memset(group, 0, sizeof(*group));
	group->context = *context;
	codes_add(&group->codes, input->code);
	causes_add(&group->causes, input->cause);
	group->afters = 1U << input->after;
	group->old = ask(&sides->old, context, input, sides->table);
	group->new =
			sides->table ? group->old : ask(&sides->new, context, input, false);
	return sides->table || !outcomes_equal(&group->old, &group->new);
}


/**
 * Do both sides answer the same to a reply that has nothing but the code? Then
 * what the input says besides makes no difference.
 *
 * @param sides Who is asked
 * @param input The input
 * @param group What ask_both() made of it
 *
 * @return true when they do
 */
bool answers_as_plain(const struct sides *sides, const struct input *input,
		const struct group *group)
{
	struct group plain;
	struct input only_code = {input->code, 0, input->after};

	ask_both(sides, &plain_reply, &only_code, &plain);
	return outcomes_equal(&plain.old, &group->old)
		   && outcomes_equal(&plain.new, &group->new);
}


/**
 * Ask for every code, without a cause
 *
 * @param sides   Who is asked
 * @param context The context of all inputs
 * @param groups  The answers are added
 */
void ask_codes(const struct sides *sides, const struct context *context,
		struct groups *groups)
{
	struct group group;
	int code, after;

	for(code = CODE_MIN; code <= CODE_MAX; code++) {
		for(after = 0; after < DR_AFTER_COUNT; after++) {
			struct input input = {code, 0, (enum dr_after)after};

			if(ask_both(sides, context, &input, &group))
				groups_add(groups, &group);
		}
	}
	groups_merge(groups);
}


static void ask_event(const struct sides *sides, const struct context *context,
		int code, struct groups *groups)
{
	struct group group;
	int after;

	for(after = 0; after < DR_AFTER_COUNT; after++) {
		struct input input = {code, 0, (enum dr_after)after};

		if(ask_both(sides, context, &input, &group))
			groups_add(groups, &group);
	}
	groups_merge(groups);
}


/**
 * Ask for all failures without a reply, and for the reply of a network that
 * blocks the call
 *
 * @param sides  Who is asked
 * @param groups The answers are added
 */
void ask_events(const struct sides *sides, struct groups *groups)
{
	static const struct context events[] = {
			{.source = DR_SOURCE_TIMEOUT},
			{.source = DR_SOURCE_TRANSPORT},
			{.source = DR_SOURCE_TRANSPORT, .unresolved = true},
			{.source = DR_SOURCE_CANCEL},
	};
	static const struct context blocked = {.source = DR_SOURCE_REMOTE,
			.header = DR_TEXT("Reason"),
			.value = DR_TEXT("SIP;cause=603;text=\"v=analytics1;\""),
			.phrase = DR_TEXT("Network Blocked")};
	size_t i;

	for(i = 0; i < sizeof(events) / sizeof(*events); i++)
		ask_event(sides, &events[i], 0, groups);
	ask_event(sides, &blocked, 603, groups);
}


/**
 * Ask for the codes that the script answers with, as far as they are answered
 * differently from the same codes of a trunk
 *
 * @param sides  Who is asked
 * @param groups The answers are added
 */
void ask_script(const struct sides *sides, struct groups *groups)
{
	static const struct context script = {.source = DR_SOURCE_SCRIPT};
	struct group group;
	struct input input = {0, 0, DR_AFTER_NONE};
	int after;

	for(input.code = CODE_MIN; input.code <= CODE_MAX; input.code++) {
		for(after = 0; after < DR_AFTER_COUNT; after++) {
			input.after = (enum dr_after)after;
			if(ask_both(sides, &script, &input, &group)
					&& !answers_as_plain(sides, &input, &group))
				groups_add(groups, &group);
		}
	}
	groups_merge(groups);
}
