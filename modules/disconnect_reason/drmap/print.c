/**
 * @file print.c  Inputs, answers and rules of maps, in words and in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "../core/explain.h"
#include "../core/map_keys.h"
#include "../core/map_match.h"
#include "json.h"
#include "main.h"
#include "print.h"

/**
 * Open a stream that writes a string; ends the program when there is no memory
 *
 * @param string Set by string_close(), to be freed with free()
 *
 * @return The stream; one at a time
 */
FILE *string_open(char **string)
{
	static size_t size;

	return must_have(open_memstream(string, &size));
}

/** Close a stream of string_open(); ends the program when there is no memory */
void string_close(FILE *out)
{
	if(fclose(out) != 0)
		must_have(NULL);
}

/** A text of a map or of a message; bytes that would move the cursor become
 * "?" */
void text_print(FILE *out, struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		fputc(c < ' ' || c == 0x7f ? '?' : c, out);
	}
}

/* Numbers of a set as a list with ranges, e.g. 480, 500-504 */
static void set_print(FILE *out, const struct set *set)
{
	const char *comma = "";
	int first, last;

	for(first = 1; first <= CODE_MAX; first = last + 1) {
		last = first;
		if(!set_have(set, first))
			continue;
		while(last < CODE_MAX && set_have(set, last + 1))
			last++;
		fprintf(out, "%s%d", comma, first);
		if(last > first)
			fprintf(out, "%s%d", last > first + 1 ? "-" : ", ", last);
		comma = ", ";
	}
}

static void set_json(const char *key, const struct set *set)
{
	int i;

	json_open(key, '[');
	for(i = 1; i <= CODE_MAX; i++) {
		if(set_have(set, i))
			json_number(NULL, i);
	}
	json_close(']');
}

/* How far an attempt came; bits, 1 << dr_after */
static void afters_print(FILE *out, unsigned afters)
{
	const char *comma = "";
	int after;

	for(after = 0; after < DR_AFTER_COUNT; after++) {
		if(!(afters >> after & 1))
			continue;
		fputs(comma, out);
		text_print(out, dr_after_name((enum dr_after)after));
		comma = ", ";
	}
}

static void afters_json(unsigned afters)
{
	int after;

	json_open("after", '[');
	for(after = 0; after < DR_AFTER_COUNT; after++) {
		if(afters >> after & 1)
			json_text(NULL, dr_after_name((enum dr_after)after));
	}
	json_close(']');
}

/** The inputs of a group */
void input_print(FILE *out, const struct group *group)
{
	const struct context *context = &group->context;
	bool has_code = !set_have(&group->codes, 0);
	const char *with = " with ";

	if(context->source != DR_SOURCE_REMOTE) {
		text_print(out, dr_source_name(context->source));
		fputs(context->unresolved ? ", unresolved" : has_code ? " " : "", out);
	}
	if(has_code && codes_are_soft(&group->codes))
		fputs("soft codes", out);
	else
		set_print(out, &group->codes);
	if(group->afters != AFTER_ALL) {
		fputs(" after ", out);
		afters_print(out, group->afters);
	}
	if(!set_have(&group->causes, 0)) {
		fprintf(out, "%sq850 ", with);
		set_print(out, &group->causes);
		with = " and ";
	}
	if(context->header.len > 0) {
		fprintf(out, "%sheader ", with);
		text_print(out, context->header);
		fputs(": ", out);
		text_print(out, context->value);
		with = " and ";
	}
	if(context->phrase.len > 0) {
		fprintf(out, "%sphrase ", with);
		text_print(out, context->phrase);
	}
}

/** The inputs of a group */
void input_json(const struct group *group)
{
	const struct context *context = &group->context;

	json_text("source", dr_source_name(context->source));
	if(context->source == DR_SOURCE_TRANSPORT)
		json_bool("unresolved", context->unresolved);
	if(!set_have(&group->codes, 0))
		set_json("code", &group->codes);
	afters_json(group->afters);
	if(!set_have(&group->causes, 0))
		set_json("q850", &group->causes);
	if(context->header.len > 0) {
		json_text("header", context->header);
		json_text("value", context->value);
	}
	if(context->phrase.len > 0)
		json_text("phrase", context->phrase);
}

/* Is a condition made? prefix comes with header. */
static bool is_made(const struct dr_key *key, const void *conditions)
{
	struct dr_value value;

	return (key->flags & DR_KEY_CONDITION) && key->type != DR_KEY_PREFIX
		   && dr_key_value(key, conditions, 0, &value);
}

static void values_print(
		FILE *out, const struct dr_key *key, const void *conditions)
{
	const char *separator = "";
	struct dr_value value;
	size_t i;

	for(; key->name; key++) {
		if(!is_made(key, conditions))
			continue;
		fprintf(out, "%s%s ", separator, key->name);
		for(i = 0; dr_key_value(key, conditions, i, &value); i++) {
			fputs(i > 0 ? ", " : "", out);
			if(value.text.s)
				text_print(out, value.text);
			else
				fprintf(out, "%d", value.number);
		}
		separator = "; ";
		if(key[1].type != DR_KEY_PREFIX)
			continue;
		/* the prefix of a header may be empty */
		dr_key_value(key + 1, conditions, 0, &value);
		fputs(": ", out);
		text_print(out, value.text);
		fputc('*', out);
	}
}

/** What a rule asks for */
void conditions_print(FILE *out, const struct dr_conditions *when)
{
	values_print(out, dr_rule_group.keys, when);
}

/** Which code a bridge is sent in place of another */
void reply_print(FILE *out, const struct dr_reply *reply)
{
	values_print(out, dr_reply_group.keys, reply);
	fprintf(out, "; send %d", reply->send);
}

/** What a rule asks for, as it was written */
void conditions_json(const struct dr_conditions *when)
{
	const struct dr_key *key;
	struct dr_value value;
	size_t i;

	for(key = dr_rule_group.keys; key->name; key++) {
		if(!is_made(key, when))
			continue;
		if(key->type != DR_KEY_CODES && key->type != DR_KEY_CAUSES
				&& key->type != DR_KEY_AFTER) {
			dr_key_value(key, when, 0, &value);
			json_text(key->name, value.text);
			if(key[1].type == DR_KEY_PREFIX)
				json_text(key[1].name, when->prefix);
			continue;
		}
		json_open(key->name, '[');
		for(i = 0; dr_key_value(key, when, i, &value); i++) {
			if(value.text.s)
				json_text(NULL, value.text);
			else
				json_number(NULL, value.number);
		}
		json_close(']');
	}
}

/** An answer, REASON/DETAIL */
void answer_print(FILE *out, const struct outcome *answer)
{
	if(answer->reason == DR_ANY || answer->reason == REASON_SEVERAL) {
		fputs(answer->reason == DR_ANY ? "as the code says" : "several answers",
				out);
		return;
	}
	text_print(out, dr_reason_name((enum dr_reason)answer->reason));
	if(answer->detail.len > 0) {
		fputc('/', out);
		text_print(out, answer->detail);
	}
}

/** An answer; as the code says: nothing */
void answer_json(const struct outcome *answer)
{
	if(answer->reason == DR_ANY)
		return;

	json_text("reason", dr_reason_name((enum dr_reason)answer->reason));
	json_number("number", answer->reason);
	json_text("detail", answer->detail);
}

/** How an answer changes */
void change_print(
		FILE *out, const struct outcome *old, const struct outcome *new)
{
	answer_print(out, old);
	fputs(" -> ", out);
	answer_print(out, new);
}

/** How an answer changes */
void change_json(const struct outcome *old, const struct outcome *new)
{
	json_open("old", '{');
	answer_json(old);
	json_close('}');
	json_open("new", '{');
	answer_json(new);
	json_close('}');
}

/** The place of a rule, by its number in the map: PROFILE NUMBER, FILE:LINE */
void rule_print(FILE *out, const struct dr_map *map, int number)
{
	struct dr_rule rule;

	dr_map_get_rule(map, number, &rule);
	text_print(out, rule.profile);
	fprintf(out, " %d, ", rule.number);
	text_print(out, rule.file);
	fprintf(out, ":%d", rule.line);
}

/** What decided an answer of a map, where that is known: the place of a rule, or
 * the words of a row */
void decision_json(const struct dr_map *map, const struct outcome *answer)
{
	struct dr_rule rule;

	if(answer->decided_by == DR_ANY)
		return;

	json_text(
			"decided_by", dr_decider_name((enum dr_decider)answer->decided_by));
	if(answer->rule == DR_NONE) {
		json_text("row", answer->row);
		return;
	}
	dr_map_get_rule(map, answer->rule, &rule);
	json_text("rule_profile", rule.profile);
	json_number("rule", rule.number);
	json_text("file", rule.file);
	json_number("line", rule.line);
}
