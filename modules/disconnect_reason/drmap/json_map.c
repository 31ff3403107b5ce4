/**
 * @file json_map.c  Inputs, answers and rules of maps in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>

#include "json_map.h"


static void add_afters(unsigned afters)
{
	int after;

	json_open("after", '[');
	for(after = 0; after < DR_AFTER_COUNT; after++) {
		if(afters >> after & 1)
			json_text(NULL, dr_after_name((enum dr_after)after));
	}
	json_close(']');
}


/**
 * Write the inputs of a group into an object
 *
 * @param group The group
 */
void json_input(const struct group *group)
{
	const struct context *context = &group->context;
	int i;

	json_text("source", dr_source_name(context->source));
	if(context->source == DR_SOURCE_TRANSPORT)
		json_bool("unresolved", context->unresolved);
	if(!set_have(&group->codes, 0)) {
		json_open("code", '[');
		for(i = CODE_MIN; i <= CODE_MAX; i++) {
			if(set_have(&group->codes, i))
				json_number(NULL, i);
		}
		json_close(']');
	}
	add_afters(group->afters);
	if(!set_have(&group->causes, 0)) {
		json_open("q850", '[');
		for(i = 1; i <= CAUSE_MAX; i++) {
			if(set_have(&group->causes, i))
				json_number(NULL, i);
		}
		json_close(']');
	}
	if(context->header.len > 0) {
		json_text("header", context->header);
		json_text("value", context->value);
	}
	if(context->phrase.len > 0)
		json_text("phrase", context->phrase);
}


/**
 * Write an answer into an object
 *
 * @param reason An enum dr_reason; DR_ANY: as the code says, nothing is written
 * @param detail The detail; empty: none
 */
void json_answer(int reason, struct dr_text detail)
{
	if(reason == DR_ANY)
		return;

	json_text("reason", dr_reason_name((enum dr_reason)reason));
	json_number("number", reason);
	json_text("detail", detail);
}


/**
 * Write what a rule asks for into an object, as it was written
 *
 * @param when The conditions
 */
void json_conditions(const struct dr_conditions *when)
{
	char class_name[sizeof("5xx")];
	size_t i;

	if(when->code_count > 0) {
		json_open("code", '[');
		for(i = 0; i < when->code_count; i++) {
			if(when->codes[i] >= CODE_MIN) {
				json_number(NULL, when->codes[i]);
				continue;
			}
			snprintf(class_name, sizeof(class_name), "%dxx",
					when->codes[i] % 10);
			json_string(NULL, class_name);
		}
		json_close(']');
	}
	if(when->source != DR_ANY)
		json_text("source", dr_source_name((enum dr_source)when->source));
	if(when->after != DR_ANY)
		add_afters(1U << when->after);
	if(when->cause_count > 0) {
		json_open("q850", '[');
		for(i = 0; i < when->cause_count; i++)
			json_number(NULL, when->causes[i]);
		json_close(']');
	}
	if(when->header.len > 0) {
		json_text("header", when->header);
		json_text("prefix", when->prefix);
	}
	if(when->phrase.len > 0)
		json_text("phrase", when->phrase);
}


/**
 * Write the place of a rule into an object
 *
 * @param map    The map
 * @param number The rule's number in the map
 */
void json_rule(const struct dr_map *map, int number)
{
	struct dr_rule rule;

	dr_map_get_rule(map, number, &rule);
	json_text("rule_profile", rule.profile);
	json_number("rule", rule.number);
	json_text("file", rule.file);
	json_number("line", rule.line);
}
