/**
 * @file sweep.c  The answers of a map to all inputs, put together in groups
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/classify.h"
#include "../core/map_match.h"
#include "main.h"
#include "sweep.h"

/* "NAME: PREFIX" and a Reason header field with a cause */
#define HEADERS_MAX 512

/* Compare two numbers for qsort() */
#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* An input, but for what its context says */
struct input
{
	int code;  /* 0: none */
	int cause; /* 0: none */
	enum dr_after after;
};

/* A reply that rules with a header field or a phrase are made for */
struct sample
{
	struct context context;
	int cause;
	struct set codes; /* that the rules name */
};

LIST(samples, struct sample);

/* A reply that has nothing but its code and maybe a cause */
static const struct context plain_reply = {.source = DR_SOURCE_REMOTE};

static void set_add(struct set *set, int number)
{
	set->bits[number / 64] |= (uint64_t)1 << number % 64;
}

/** Is a number, or 0 for none, in a set? */
bool set_have(const struct set *set, int number)
{
	return set->bits[number / 64] >> number % 64 & 1;
}

/** Add all numbers of a set to another one */
void set_unite(struct set *into, const struct set *from)
{
	size_t i;

	for(i = 0; i < sizeof(into->bits) / sizeof(*into->bits); i++)
		into->bits[i] |= from->bits[i];
}

/** Do two sets have the same numbers? */
bool set_equal(const struct set *a, const struct set *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int lowest(const struct set *set)
{
	int number = 0;

	while(!set_have(set, number))
		number++;
	return number;
}

/** Are these all soft codes, which a Q.850 cause may refine, and no other? */
bool codes_are_soft(const struct set *codes)
{
	int code = CODE_MIN;

	while(code <= CODE_MAX && set_have(codes, code) == dr_code_is_soft(code))
		code++;
	return code > CODE_MAX;
}

/* Which of two texts comes first, by their bytes? */
static int texts_order(struct dr_text a, struct dr_text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.s, b.s, len) : 0;

	return order ? order : ORDER(a.len, b.len);
}

/**
 * Which of two contexts comes first, by header, value and phrase?
 *
 * @return Below 0, 0 or above 0, as qsort() wants it
 */
int contexts_order(const struct context *a, const struct context *b)
{
	int order = texts_order(a->header, b->header);

	if(!order)
		order = texts_order(a->value, b->value);
	return order ? order : texts_order(a->phrase, b->phrase);
}

/* Any order will do that has the same answers in a row */
static int outcomes_order(const struct outcome *a, const struct outcome *b)
{
	int order = memcmp(a, b, offsetof(struct outcome, detail));

	if(!order)
		order = texts_order(a->detail, b->detail);
	return order ? order : texts_order(a->row, b->row);
}

/** Are two answers the same? */
bool outcomes_equal(const struct outcome *a, const struct outcome *b)
{
	return outcomes_order(a, b) == 0;
}

static bool answers_equal(const struct group *a, const struct group *b)
{
	return outcomes_equal(&a->old, &b->old) && outcomes_equal(&a->new, &b->new);
}

/* Groups that differ in nothing but one of their sets come to stand in a row;
 * the other sets are given */
static int order_for_merge(const struct group *a, const struct group *b,
		const struct set *a_set, const struct set *b_set)
{
	int order = memcmp(a_set, b_set, sizeof(*a_set));

	if(!order)
		order = ORDER(a->afters, b->afters);
	if(!order)
		order = outcomes_order(&a->old, &b->old);
	return order ? order : outcomes_order(&a->new, &b->new);
}

static int order_for_codes(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return order_for_merge(a, b, &a->causes, &b->causes);
}

static int order_for_causes(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return order_for_merge(a, b, &a->codes, &b->codes);
}

/* For people: by cause, code and after, each by the lowest in its set. No two
 * groups are the same in all three. */
static int order_for_people(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int order = lowest(&a->causes) - lowest(&b->causes);

	if(!order)
		order = lowest(&a->codes) - lowest(&b->codes);
	return order ? order : ORDER(a->afters, b->afters);
}

/* Sort the groups that are not complete and make one of those that compare as
 * equal */
static void merge(
		struct groups *groups, int (*order)(const void *, const void *))
{
	struct group *list = groups->list + groups->merged;
	size_t count = groups->count - groups->merged;
	size_t i, kept = 0;

	qsort(list, count, sizeof(*list), order);
	for(i = 1; i < count; i++) {
		if(order(&list[kept], &list[i]) != 0) {
			list[++kept] = list[i];
			continue;
		}
		set_unite(&list[kept].codes, &list[i].codes);
		set_unite(&list[kept].causes, &list[i].causes);
	}
	groups->count = groups->merged + kept + 1;
}

/* Put together what was added in one context; what comes next is in another */
static void merge_all(struct groups *groups)
{
	if(groups->count == groups->merged)
		return;

	merge(groups, order_for_codes);
	merge(groups, order_for_causes);
	merge(groups, order_for_people);
	groups->merged = groups->count;
}

/** Give back the memory of groups, which are empty afterwards */
void groups_free(struct groups *groups)
{
	free(groups->list);
	*groups = (struct groups){.list = NULL};
}

/**
 * What is compared of an answer
 *
 * @param answer   The answer, to which the texts of the outcome belong
 * @param decision true: what decided it, too
 *
 * @return The outcome
 */
struct outcome outcome_of(const struct dr_answer *answer, bool decision)
{
	struct outcome outcome = {.reason = (int)answer->reason,
			.detail = answer->detail,
			.decided_by = DR_ANY,
			.rule = DR_NONE};

	if(!decision)
		return outcome;

	outcome.decided_by = (int)answer->decided_by;
	if(answer->decided_by == DR_BY_RULE)
		outcome.rule = answer->rule;
	else
		outcome.row = answer->row;
	if(answer->decided_by == DR_BY_CODE)
		outcome.row_code = answer->code;
	return outcome;
}

/* Ask a profile for an answer, and in a table for what decided, too */
static struct outcome ask(const struct side *side,
		const struct context *context, const struct input *input, bool table)
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

	return outcome_of(&answer, table);
}

/* Ask both sides and make a group of this one input */
static void ask_both(const struct sides *sides, const struct context *context,
		const struct input *input, struct group *group)
{
	memset(group, 0, sizeof(*group));
	group->context = *context;
	set_add(&group->codes, input->code);
	set_add(&group->causes, input->cause);
	group->afters = 1U << input->after;
	group->old = ask(&sides->old, context, input, sides->table);
	group->new =
			sides->table ? group->old : ask(&sides->new, context, input, false);
}

/* Does the answer to an input count? In a table every one does, in a comparison
 * those that differ. Where the code alone gives the same answer, only causes
 * over soft codes count, in a table, and have no reason. */
static bool answer_counts(const struct sides *sides, const struct input *input,
		bool beside_code, struct group *group)
{
	static const struct outcome as_code = {
			.reason = DR_ANY, .decided_by = DR_ANY, .rule = DR_NONE};
	struct input only_code = {input->code, 0, input->after};
	struct group plain;

	if(!sides->table && outcomes_equal(&group->old, &group->new))
		return false;
	if(!beside_code)
		return true;
	ask_both(sides, &plain_reply, &only_code, &plain);
	if(!answers_equal(&plain, group))
		return true;
	group->old = group->new = as_code;
	return sides->table && input->cause > 0 && dr_code_is_soft(input->code);
}

/* Ask for one code and cause after all that an attempt may come to; what has the
 * same answer becomes one group */
static void sweep_afters(const struct sides *sides,
		const struct context *context, struct input input, bool beside_code,
		struct groups *groups)
{
	size_t first = groups->count, i;
	struct group group;
	int after;

	for(after = 0; after < DR_AFTER_COUNT; after++) {
		input.after = (enum dr_after)after;
		ask_both(sides, context, &input, &group);
		if(!answer_counts(sides, &input, beside_code, &group))
			continue;
		i = first;
		while(i < groups->count && !answers_equal(&groups->list[i], &group))
			i++;
		if(i < groups->count)
			groups->list[i].afters |= group.afters;
		else
			list_add(groups, group);
	}
}

/* Ask for all codes of a set; beside_code: of interest is what the context or
 * the cause changes in the answer that the code alone gives */
static void sweep_set(const struct sides *sides, const struct context *context,
		const struct set *codes, int cause, bool beside_code,
		struct groups *groups)
{
	struct input input = {.cause = cause};

	for(input.code = 0; input.code <= CODE_MAX; input.code++) {
		if(set_have(codes, input.code))
			sweep_afters(sides, context, input, beside_code, groups);
	}
}

/* The codes of a rule: codes, classes, or all where it names none */
static struct set codes_of(const unsigned short *codes, size_t count)
{
	struct set set = {{0}};
	int code;
	size_t i;

	for(code = CODE_MIN; code <= CODE_MAX; code++) {
		if(count == 0)
			set_add(&set, code);
		for(i = 0; i < count; i++) {
			if(codes[i] == code || codes[i] == code / 100)
				set_add(&set, code);
		}
	}
	return set;
}

/** Every code, without a cause */
void sweep_codes(const struct sides *sides, struct groups *groups)
{
	struct set all = codes_of(NULL, 0);

	sweep_set(sides, &plain_reply, &all, 0, false, groups);
	merge_all(groups);
}

/** The codes that the script answers with, as far as they are answered
 * differently from the same codes of a trunk */
void sweep_script(const struct sides *sides, struct groups *groups)
{
	static const struct context script = {.source = DR_SOURCE_SCRIPT};
	struct set all = codes_of(NULL, 0);

	sweep_set(sides, &script, &all, 0, true, groups);
	merge_all(groups);
}

/** All failures without a reply, and the reply of a network that blocks the
 * call */
void sweep_events(const struct sides *sides, struct groups *groups)
{
	static const struct context events[] = {
			{.source = DR_SOURCE_TIMEOUT},
			{.source = DR_SOURCE_TRANSPORT},
			{.source = DR_SOURCE_TRANSPORT, .unresolved = true},
			{.source = DR_SOURCE_CANCEL},
			{.source = DR_SOURCE_REMOTE,
					.header = DR_TEXT("Reason"),
					.value = DR_TEXT("SIP;cause=603;text=\"v=analytics1;\""),
					.phrase = DR_TEXT("Network Blocked")},
	};
	size_t i;

	for(i = 0; i < sizeof(events) / sizeof(*events); i++) {
		struct input input = {
				.code = events[i].source == DR_SOURCE_REMOTE ? 603 : 0};

		sweep_afters(sides, &events[i], input, false, groups);
		merge_all(groups);
	}
}

/**
 * Each rule of a profile and of those that it extends, in the order in which
 * they are asked
 *
 * @param side    The profile
 * @param profile Begin with the profile's number
 * @param rule    Begin with 0
 * @param got     Set to the rule
 *
 * @return true when there was one, false at the end
 */
bool next_rule(
		const struct side *side, int *profile, int *rule, struct dr_rule *got)
{
	struct dr_profile current;

	while(*profile != DR_NONE) {
		dr_map_get_profile(side->map, *profile, &current);
		if(*rule < current.rule_count) {
			dr_map_get_rule(side->map, current.first_rule + *rule, got);
			(*rule)++;
			return true;
		}
		*profile = current.parent;
		*rule = 0;
	}
	return false;
}

/* The causes that rules of a profile name */
static void add_named_causes(const struct side *side, struct set *causes)
{
	int profile = side->profile, number = 0;
	struct dr_rule rule;
	size_t i;

	while(next_rule(side, &profile, &number, &rule)) {
		for(i = 0; i < rule.when.cause_count; i++)
			set_add(causes, rule.when.causes[i]);
	}
}

/** Every cause: over the soft codes, and over all codes where a rule names the
 * cause. In a table, an answer that the code alone gives, too, has no reason. */
void sweep_causes(const struct sides *sides, struct groups *groups)
{
	struct set named = {{0}}, soft = {{0}}, all = codes_of(NULL, 0);
	int code, cause;

	for(code = CODE_MIN; code <= CODE_MAX; code++) {
		if(dr_code_is_soft(code))
			set_add(&soft, code);
	}
	add_named_causes(&sides->old, &named);
	add_named_causes(&sides->new, &named);
	for(cause = 1; cause <= CAUSE_MAX; cause++)
		sweep_set(sides, &plain_reply, set_have(&named, cause) ? &all : &soft,
				cause, true, groups);
	merge_all(groups);
}

/* The replies that a rule with a header field or a phrase is made for, one for
 * each cause that it names */
static void add_rule_samples(
		const struct dr_conditions *when, struct samples *samples)
{
	static const struct dr_text any = DR_TEXT("1");
	struct sample sample = {.context = plain_reply};
	size_t i;

	if((when->header.len == 0 && when->phrase.len == 0)
			|| (when->source != DR_ANY && when->source != DR_SOURCE_REMOTE))
		return;

	sample.context.phrase = when->phrase;
	sample.context.header = when->header;
	if(when->header.len > 0)
		sample.context.value = when->prefix.len > 0 ? when->prefix : any;
	sample.codes = codes_of(when->codes, when->code_count);
	for(i = 0; i == 0 || i < when->cause_count; i++) {
		sample.cause = when->cause_count > 0 ? when->causes[i] : 0;
		list_add(samples, sample);
	}
}

static void add_samples(const struct side *side, struct samples *samples)
{
	int profile = side->profile, number = 0;
	struct dr_rule rule;

	while(next_rule(side, &profile, &number, &rule))
		add_rule_samples(&rule.when, samples);
}

static int order_samples(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;
	int order = contexts_order(&a->context, &b->context);

	return order ? order : a->cause - b->cause;
}

/** A reply with each header field and each phrase that a rule of either side
 * names, over the codes of that rule */
void sweep_headers(const struct sides *sides, struct groups *groups)
{
	struct samples samples = {NULL, 0, 0};
	size_t i;

	add_samples(&sides->old, &samples);
	add_samples(&sides->new, &samples);
	if(samples.count > 0)
		qsort(samples.list, samples.count, sizeof(*samples.list),
				order_samples);
	for(i = 0; i < samples.count; i++) {
		struct sample *sample = &samples.list[i];

		if(i + 1 < samples.count && order_samples(sample, sample + 1) == 0) {
			set_unite(&sample[1].codes, &sample->codes);
			continue;
		}
		sweep_set(sides, &sample->context, &sample->codes, sample->cause, true,
				groups);
		merge_all(groups);
	}
	free(samples.list);
}
