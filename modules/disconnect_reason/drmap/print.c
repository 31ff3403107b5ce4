/**
 * @file print.c  Inputs, answers and rules of maps, in words and in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stddef.h>

#include "../core/explain.h"
#include "json.h"
#include "main.h"
#include "print.h"

/* What a key of a map is set to */
enum type
{
	TYPE_CODES,
	TYPE_CAUSES,
	TYPE_REASON,
	TYPE_SOURCE,
	TYPE_AFTER,
	TYPE_HEADER,
	TYPE_TEXT,
	TYPE_CODE
};

/* A key, and where a struct has its value */
struct key
{
	const char *name;
	enum type type;
	size_t at;
	size_t more; /* a list's length; a header's prefix */
};

#define AT(type, of, at) (*(const type *)((const char *)(of) + (at)))
#define CONDITION(field) offsetof(struct dr_conditions, field)
#define REPLY(field) offsetof(struct dr_reply, field)

static const struct key condition_keys[] = {
		{"code", TYPE_CODES, CONDITION(codes), CONDITION(code_count)},
		{"source", TYPE_SOURCE, CONDITION(source), 0},
		{"after", TYPE_AFTER, CONDITION(after), 0},
		{"q850", TYPE_CAUSES, CONDITION(causes), CONDITION(cause_count)},
		{"header", TYPE_HEADER, CONDITION(header), CONDITION(prefix)},
		{"phrase", TYPE_TEXT, CONDITION(phrase), 0},
		{NULL, TYPE_CODE, 0, 0},
};

static const struct key reply_keys[] = {
		{"code", TYPE_CODES, REPLY(codes), REPLY(code_count)},
		{"reason", TYPE_REASON, REPLY(reason), 0},
		{"source", TYPE_SOURCE, REPLY(source), 0},
		{"after", TYPE_AFTER, REPLY(after), 0},
		{"detail", TYPE_TEXT, REPLY(detail), 0},
		{"send", TYPE_CODE, REPLY(send), 0},
		{NULL, TYPE_CODE, 0, 0},
};


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


static void header_print(FILE *out, struct dr_text name, struct dr_text value)
{
	text_print(out, name);
	fputs(": ", out);
	text_print(out, value);
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
		header_print(out, context->header, context->value);
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


static bool has_value(const struct key *key, const void *of)
{
	switch(key->type) {
		case TYPE_CODES:
		case TYPE_CAUSES:
			return AT(size_t, of, key->more) > 0;
		case TYPE_HEADER:
		case TYPE_TEXT:
			return AT(struct dr_text, of, key->at).len > 0;
		default:
			return AT(int, of, key->at) != DR_ANY;
	}
}


/* One of a list of codes or causes */
static int number_at(const struct key *key, const void *of, size_t i)
{
	return key->type == TYPE_CODES ? AT(unsigned short *, of, key->at)[i]
								   : AT(unsigned char *, of, key->at)[i];
}


/* Is a number of a list a whole class of codes, 3 to 6? */
static bool is_class(const struct key *key, int number)
{
	return key->type == TYPE_CODES && number < CODE_MIN;
}


static struct dr_text name_of(const struct key *key, const void *of)
{
	int value = AT(int, of, key->at);

	if(key->type == TYPE_REASON)
		return dr_reason_name((enum dr_reason)value);

	return key->type == TYPE_SOURCE ? dr_source_name((enum dr_source)value)
									: dr_after_name((enum dr_after)value);
}


static void list_print(FILE *out, const struct key *key, const void *of)
{
	size_t i;

	for(i = 0; i < AT(size_t, of, key->more); i++) {
		int number = number_at(key, of, i);

		fprintf(out, "%s%d%s", i > 0 ? ", " : "", number,
				is_class(key, number) ? "xx" : "");
	}
}


static void value_print(FILE *out, const struct key *key, const void *of)
{
	switch(key->type) {
		case TYPE_CODES:
		case TYPE_CAUSES:
			list_print(out, key, of);
			break;
		case TYPE_HEADER:
			header_print(out, AT(struct dr_text, of, key->at),
					AT(struct dr_text, of, key->more));
			fputc('*', out);
			break;
		case TYPE_TEXT:
			text_print(out, AT(struct dr_text, of, key->at));
			break;
		case TYPE_CODE:
			fprintf(out, "%d", AT(int, of, key->at));
			break;
		default:
			text_print(out, name_of(key, of));
	}
}


static void values_print(FILE *out, const struct key *keys, const void *of)
{
	const char *separator = "";
	const struct key *key;

	for(key = keys; key->name; key++) {
		if(!has_value(key, of))
			continue;
		fprintf(out, "%s%s ", separator, key->name);
		value_print(out, key, of);
		separator = "; ";
	}
}


/** What a rule asks for */
void conditions_print(FILE *out, const struct dr_conditions *when)
{
	values_print(out, condition_keys, when);
}


/** Which code a bridge is sent in place of another */
void reply_print(FILE *out, const struct dr_reply *reply)
{
	values_print(out, reply_keys, reply);
}


static void list_json(const struct key *key, const void *of)
{
	char class_name[sizeof("-5xx")];
	size_t i;

	json_open(key->name, '[');
	for(i = 0; i < AT(size_t, of, key->more); i++) {
		int number = number_at(key, of, i);

		snprintf(class_name, sizeof(class_name), "%dxx", number % 10);
		if(is_class(key, number))
			json_string(NULL, class_name);
		else
			json_number(NULL, number);
	}
	json_close(']');
}


/** What a rule asks for, as it was written */
void conditions_json(const struct dr_conditions *when)
{
	const struct key *key;

	for(key = condition_keys; key->name; key++) {
		if(!has_value(key, when))
			continue;
		switch(key->type) {
			case TYPE_CODES:
			case TYPE_CAUSES:
				list_json(key, when);
				break;
			case TYPE_AFTER:
				afters_json(1U << AT(int, when, key->at));
				break;
			case TYPE_HEADER:
				json_text(key->name, AT(struct dr_text, when, key->at));
				json_text("prefix", AT(struct dr_text, when, key->more));
				break;
			case TYPE_TEXT:
				json_text(key->name, AT(struct dr_text, when, key->at));
				break;
			default:
				json_text(key->name, name_of(key, when));
		}
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
