/**
 * @file ask_rules.c  Asks maps for what their rules name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>

#include "ask.h"
#include "../core/classify.h"
#include "drmap.h"
#include "maps.h"

/* A reply that rules with a header field or a phrase are made for */
struct sample
{
	struct context context;
	int cause;
	struct code_set codes; /* that the rules name */
};

struct samples
{
	struct sample *list;
	size_t count;
	size_t room;
};


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

	while(side->map && *profile != DR_NONE) {
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
static void add_named_causes(const struct side *side, struct cause_set *causes)
{
	int profile = side->profile, number = 0;
	struct dr_rule rule;
	size_t i;

	while(next_rule(side, &profile, &number, &rule)) {
		for(i = 0; i < rule.when.cause_count; i++)
			causes_add(causes, rule.when.causes[i]);
	}
}


/**
 * Ask for every cause: over the soft codes, and over all codes where a rule
 * names the cause. In a table, an answer that the code alone gives, too, has no
 * reason.
 *
 * @param sides  Who is asked
 * @param groups The answers are added
 */
void ask_causes(const struct sides *sides, struct groups *groups)
{
	static const struct outcome as_code = {
			.reason = DR_ANY, .decided_by = DR_ANY, .rule = DR_NONE};
	struct cause_set named = {{0}};
	struct group group;
	struct input input;
	int after;

	add_named_causes(&sides->old, &named);
	add_named_causes(&sides->new, &named);
	for(input.cause = 1; input.cause <= CAUSE_MAX; input.cause++) {
		for(input.code = CODE_MIN; input.code <= CODE_MAX; input.code++) {
			if(!dr_code_is_soft(input.code)
					&& !causes_have(&named, input.cause))
				continue;
			for(after = 0; after < DR_AFTER_COUNT; after++) {
				input.after = (enum dr_after)after;
				if(!ask_both(sides, &plain_reply, &input, &group))
					continue;
				if(!answers_as_plain(sides, &input, &group))
					groups_add(groups, &group);
				else if(sides->table && dr_code_is_soft(input.code)) {
					group.old = group.new = as_code;
					groups_add(groups, &group);
				}
			}
		}
	}
	groups_merge(groups);
}


/* The codes of a rule: codes, classes, or all where it names none */
static void add_codes(const struct dr_conditions *when, struct code_set *codes)
{
	int code;
	size_t i;

	for(code = CODE_MIN; code <= CODE_MAX; code++) {
		if(when->code_count == 0)
			codes_add(codes, code);
		for(i = 0; i < when->code_count; i++) {
			if(when->codes[i] == code || when->codes[i] == code / 100)
				codes_add(codes, code);
		}
	}
}


static void add_sample(struct samples *samples, const struct sample *sample)
{
	samples->list = list_grow(samples->list, samples->count, &samples->room,
			sizeof(*samples->list));
	samples->list[samples->count++] = *sample;
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
	add_codes(when, &sample.codes);
	if(when->cause_count == 0)
		add_sample(samples, &sample);
	for(i = 0; i < when->cause_count; i++) {
		sample.cause = when->causes[i];
		add_sample(samples, &sample);
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
	int order = texts_order(a->context.header, b->context.header);

	if(!order)
		order = texts_order(a->context.value, b->context.value);
	if(!order)
		order = texts_order(a->context.phrase, b->context.phrase);
	return order ? order : a->cause - b->cause;
}


static void ask_sample(const struct sides *sides, const struct sample *sample,
		struct groups *groups)
{
	struct input input = {0, sample->cause, DR_AFTER_NONE};
	struct group group;
	int after;

	for(input.code = CODE_MIN; input.code <= CODE_MAX; input.code++) {
		if(!codes_have(&sample->codes, input.code))
			continue;
		for(after = 0; after < DR_AFTER_COUNT; after++) {
			input.after = (enum dr_after)after;
			if(ask_both(sides, &sample->context, &input, &group)
					&& !answers_as_plain(sides, &input, &group))
				groups_add(groups, &group);
		}
	}
}


/**
 * Ask for a reply with each header field and each phrase that a rule of either
 * side names, over the codes of that rule
 *
 * @param sides  Who is asked
 * @param groups The answers are added
 */
void ask_headers(const struct sides *sides, struct groups *groups)
{
	struct samples samples = {NULL, 0, 0};
	size_t i;

	add_samples(&sides->old, &samples);
	add_samples(&sides->new, &samples);
	if(samples.count > 0)
		qsort(samples.list, samples.count, sizeof(*samples.list),
				order_samples);
	for(i = 0; i < samples.count; i++) {
		if(i + 1 < samples.count
				&& order_samples(&samples.list[i], &samples.list[i + 1]) == 0) {
			codes_unite(&samples.list[i + 1].codes, &samples.list[i].codes);
			continue;
		}
		ask_sample(sides, &samples.list[i], groups);
		groups_merge(groups);
	}
	free(samples.list);
}
