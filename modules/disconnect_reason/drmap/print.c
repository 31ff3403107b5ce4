/**
 * @file print.c  Inputs, answers and rules of maps, in words and in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stddef.h>
#include <string.h>

#include "../core/explain.h"
#include "json.h"
#include "main.h"
#include "print.h"

/* What a key's value is, and what it is kept in */
enum type
{
	TYPE_CODES,	 /* a list of unsigned short, and its size_t */
	TYPE_CAUSES, /* a list of unsigned char, and its size_t */
	TYPE_SOURCE, /* int, DR_ANY when it is not there */
	TYPE_AFTER,	 /* the same */
	TYPE_REASON, /* the same */
	TYPE_HEADER, /* struct dr_text, as all that follow */
	TYPE_PREFIX,
	TYPE_TEXT
};

/* A condition of a rule or reply */
struct key
{
	const char *name;
	enum type type;
	size_t offset;
};

/* One value of a condition: a text, or a number when text.s is NULL */
struct value
{
	struct dr_text text;
	int number;
};

/* The keys of a rule and of a reply; the last one has no name */
static const struct key rule_keys[] = {
		{"code", TYPE_CODES, offsetof(struct dr_conditions, codes)},
		{"source", TYPE_SOURCE, offsetof(struct dr_conditions, source)},
		{"after", TYPE_AFTER, offsetof(struct dr_conditions, after)},
		{"q850", TYPE_CAUSES, offsetof(struct dr_conditions, causes)},
		{"header", TYPE_HEADER, offsetof(struct dr_conditions, header)},
		{"prefix", TYPE_PREFIX, offsetof(struct dr_conditions, prefix)},
		{"phrase", TYPE_TEXT, offsetof(struct dr_conditions, phrase)}, {0}};

static const struct key reply_keys[] = {
		{"code", TYPE_CODES, offsetof(struct dr_reply, codes)},
		{"reason", TYPE_REASON, offsetof(struct dr_reply, reason)},
		{"source", TYPE_SOURCE, offsetof(struct dr_reply, source)},
		{"after", TYPE_AFTER, offsetof(struct dr_reply, after)},
		{"detail", TYPE_TEXT, offsetof(struct dr_reply, detail)}, {0}};

_Static_assert(
		offsetof(struct dr_conditions, code_count)
								- offsetof(struct dr_conditions, codes)
						== sizeof(void *)
				&& offsetof(struct dr_conditions, cause_count)
								   - offsetof(struct dr_conditions, causes)
						   == sizeof(void *)
				&& offsetof(struct dr_reply, code_count)
								   - offsetof(struct dr_reply, codes)
						   == sizeof(void *),
		"a list is followed by its length");


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


/* A value of a list, from 0: false when there is none of this number */
static bool get_listed(
		const struct key *key, const void *list, size_t i, struct value *value)
{
	static const struct dr_text classes[] = {[3] = DR_TEXT("3xx"),
			[4] = DR_TEXT("4xx"),
			[5] = DR_TEXT("5xx"),
			[6] = DR_TEXT("6xx")};
	const void *values;
	size_t count;

	memcpy(&values, list, sizeof(values));
	memcpy(&count, (const char *)list + sizeof(values), sizeof(count));
	if(i >= count)
		return false;
	if(key->type == TYPE_CAUSES) {
		value->number = ((const unsigned char *)values)[i];
		return true;
	}
	value->number = ((const unsigned short *)values)[i];
	if(value->number <= 6)
		value->text = classes[value->number];
	return true;
}


/* A value of a condition, from 0: false when there is none of this number */
static bool get_value(const struct key *key, const void *conditions, size_t i,
		struct value *value)
{
	const void *from = (const char *)conditions + key->offset;

	*value = (struct value){.number = 0};
	if(key->type <= TYPE_CAUSES)
		return get_listed(key, from, i, value);
	if(key->type >= TYPE_HEADER) {
		memcpy(&value->text, from, sizeof(value->text));
		return i == 0 && value->text.len > 0;
	}
	memcpy(&value->number, from, sizeof(value->number));
	if(i > 0 || value->number == DR_ANY)
		return false;
	if(key->type == TYPE_SOURCE)
		value->text = dr_source_name((enum dr_source)value->number);
	else if(key->type == TYPE_AFTER)
		value->text = dr_after_name((enum dr_after)value->number);
	else
		value->text = dr_reason_name((enum dr_reason)value->number);
	return true;
}


static void values_print(
		FILE *out, const struct key *keys, const void *conditions)
{
	const char *separator = "";
	const struct key *key;
	struct value value;
	size_t i;

	for(key = keys; key->name; key++) {
		if(key->type == TYPE_PREFIX || !get_value(key, conditions, 0, &value))
			continue;
		fprintf(out, "%s%s ", separator, key->name);
		for(i = 0; get_value(key, conditions, i, &value); i++) {
			fputs(i > 0 ? ", " : "", out);
			if(value.text.s)
				text_print(out, value.text);
			else
				fprintf(out, "%d", value.number);
		}
		separator = "; ";
		if(key->type != TYPE_HEADER)
			continue;
		/* The prefix is the next key, and may be empty */
		get_value(key + 1, conditions, 0, &value);
		fputs(": ", out);
		text_print(out, value.text);
		fputc('*', out);
	}
}


/** What a rule asks for */
void conditions_print(FILE *out, const struct dr_conditions *when)
{
	values_print(out, rule_keys, when);
}


/** Which code a bridge is sent in place of another */
void reply_print(FILE *out, const struct dr_reply *reply)
{
	values_print(out, reply_keys, reply);
	fprintf(out, "; send %d", reply->send);
}


/** What a rule asks for, as it was written */
void conditions_json(const struct dr_conditions *when)
{
	const struct key *key;
	struct value value;
	size_t i;

	for(key = rule_keys; key->name; key++) {
		if(key->type == TYPE_PREFIX || !get_value(key, when, 0, &value))
			continue;
		if(key->type > TYPE_CAUSES && key->type != TYPE_AFTER) {
			json_text(key->name, value.text);
			if(key->type == TYPE_HEADER)
				json_text("prefix", when->prefix);
			continue;
		}
		json_open(key->name, '[');
		for(i = 0; get_value(key, when, i, &value); i++) {
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
