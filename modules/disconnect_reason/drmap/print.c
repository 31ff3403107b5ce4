/**
 * @file print.c  Inputs and answers in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sweep.h"
#include "print.h"


/**
 * Add words; those that do not fit are left out
 *
 * @param words  The words
 * @param format As for printf()
 */
void words_add(struct words *words, const char *format, ...)
{
	size_t room = WORDS_MAX - words->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(words->s + words->len, room, format, args);
	va_end(args);
	words->len += (size_t)len < room ? (size_t)len : room - 1;
}


/**
 * Add a text of a map or of a message; bytes that would move the cursor become
 * "?"
 *
 * @param words The words
 * @param text  The text
 */
void words_add_text(struct words *words, struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		words_add(words, "%c", c < ' ' || c == 0x7f ? '?' : c);
	}
}


/* Numbers of a set as a list with ranges, e.g. 480, 500-504 */
static void add_numbers(struct words *words, bool (*have)(const void *, int),
		const void *set, int least, int most)
{
	const char *comma = "";
	int first, last;

	for(first = least; first <= most; first = last + 1) {
		last = first;
		if(!have(set, first))
			continue;
		while(last < most && have(set, last + 1))
			last++;
		words_add(words, "%s%d", comma, first);
		if(last > first)
			words_add(words, "%s%d", last > first + 1 ? "-" : ", ", last);
		comma = ", ";
	}
}


static bool have_code(const void *set, int code)
{
	return set_have(set, code);
}


static bool have_cause(const void *set, int cause)
{
	return set_have(set, cause);
}


/**
 * Add the codes of a set
 *
 * @param words The words
 * @param codes The set
 */
void words_add_codes(struct words *words, const struct set *codes)
{
	add_numbers(words, have_code, codes, CODE_MIN, CODE_MAX);
}


/**
 * Add the causes of a set
 *
 * @param words  The words
 * @param causes The set
 */
void words_add_causes(struct words *words, const struct set *causes)
{
	add_numbers(words, have_cause, causes, 1, CAUSE_MAX);
}


/**
 * Add how far an attempt came
 *
 * @param words  The words
 * @param afters Bits, 1 << dr_after
 */
void words_add_afters(struct words *words, unsigned afters)
{
	const char *comma = "";
	int after;

	for(after = 0; after < DR_AFTER_COUNT; after++) {
		if(!(afters >> after & 1))
			continue;
		words_add(words, "%s", comma);
		words_add_text(words, dr_after_name((enum dr_after)after));
		comma = ", ";
	}
}


/**
 * Add an answer, REASON/DETAIL
 *
 * @param words  The words
 * @param reason An enum dr_reason, REASON_SEVERAL, or DR_ANY: as the code says
 * @param detail The detail; empty: none
 */
void words_add_answer(struct words *words, int reason, struct dr_text detail)
{
	if(reason == DR_ANY || reason == REASON_SEVERAL) {
		words_add(words, "%s",
				reason == DR_ANY ? "as the code says" : "several answers");
		return;
	}
	words_add_text(words, dr_reason_name((enum dr_reason)reason));
	if(detail.len > 0)
		words_add(words, "/%.*s", (int)detail.len, detail.s);
}


static void add_header(
		struct words *words, struct dr_text name, struct dr_text value)
{
	words_add_text(words, name);
	words_add(words, ": ");
	words_add_text(words, value);
}


static void add_codes(struct words *words, const struct set *codes)
{
	if(codes_are_soft(codes))
		words_add(words, "soft codes");
	else
		words_add_codes(words, codes);
}


/**
 * Add the inputs of a group
 *
 * @param words The words
 * @param group The group
 */
void words_add_input(struct words *words, const struct group *group)
{
	const struct context *context = &group->context;
	bool has_code = !set_have(&group->codes, 0);
	const char *with = " with ";

	if(context->source != DR_SOURCE_REMOTE)
		words_add_text(words, dr_source_name(context->source));
	if(context->unresolved)
		words_add(words, ", unresolved");
	if(context->source != DR_SOURCE_REMOTE && has_code)
		words_add(words, " ");
	if(has_code)
		add_codes(words, &group->codes);
	if(group->afters != AFTER_ALL) {
		words_add(words, " after ");
		words_add_afters(words, group->afters);
	}
	if(!set_have(&group->causes, 0)) {
		words_add(words, "%sq850 ", with);
		words_add_causes(words, &group->causes);
		with = " and ";
	}
	if(context->header.len > 0) {
		words_add(words, "%sheader ", with);
		add_header(words, context->header, context->value);
		with = " and ";
	}
	if(context->phrase.len > 0) {
		words_add(words, "%sphrase ", with);
		words_add_text(words, context->phrase);
	}
}


/* The codes of a condition as they were written, e.g. 480, 5xx */
static void add_code_list(
		struct words *words, const unsigned short *codes, size_t count)
{
	size_t i;

	words_add(words, "code ");
	for(i = 0; i < count; i++)
		words_add(words, codes[i] < 10 ? "%s%dxx" : "%s%d", i ? ", " : "",
				codes[i]);
}


/* What stands between two conditions; nothing before the first */
static const char *between(const struct words *words, size_t begin)
{
	return words->len > begin ? "; " : "";
}


/* Source and how far the attempt came, where they are asked for */
static void add_source_and_after(
		struct words *words, size_t begin, int source, int after)
{
	if(source != DR_ANY) {
		words_add(words, "%ssource ", between(words, begin));
		words_add_text(words, dr_source_name((enum dr_source)source));
	}
	if(after != DR_ANY) {
		words_add(words, "%safter ", between(words, begin));
		words_add_text(words, dr_after_name((enum dr_after)after));
	}
}


/**
 * Add what a rule asks for
 *
 * @param words The words
 * @param when  The conditions
 */
void words_add_conditions(struct words *words, const struct dr_conditions *when)
{
	size_t begin = words->len;
	size_t i;

	if(when->code_count > 0)
		add_code_list(words, when->codes, when->code_count);
	add_source_and_after(words, begin, when->source, when->after);
	if(when->cause_count > 0) {
		words_add(words, "%sq850 ", between(words, begin));
		for(i = 0; i < when->cause_count; i++)
			words_add(words, "%s%d", i ? ", " : "", when->causes[i]);
	}
	if(when->header.len > 0) {
		words_add(words, "%sheader ", between(words, begin));
		add_header(words, when->header, when->prefix);
		words_add(words, "*");
	}
	if(when->phrase.len > 0) {
		words_add(words, "%sphrase ", between(words, begin));
		words_add_text(words, when->phrase);
	}
}


/**
 * Add a translation of a bridge's reply
 *
 * @param words The words
 * @param reply The translation
 */
void words_add_reply(struct words *words, const struct dr_reply *reply)
{
	size_t begin = words->len;

	if(reply->code_count > 0)
		add_code_list(words, reply->codes, reply->code_count);
	if(reply->reason != DR_ANY) {
		words_add(words, "%sreason ", between(words, begin));
		words_add_text(words, dr_reason_name((enum dr_reason)reply->reason));
	}
	add_source_and_after(words, begin, reply->source, reply->after);
	if(reply->detail.len > 0) {
		words_add(words, "%sdetail ", between(words, begin));
		words_add_text(words, reply->detail);
	}
	words_add(words, "%ssend %d", between(words, begin), reply->send);
}


/**
 * Add the place of a rule: PROFILE NUMBER, FILE:LINE
 *
 * @param words  The words
 * @param map    The map
 * @param number The rule's number in the map
 */
void words_add_rule(struct words *words, const struct dr_map *map, int number)
{
	struct dr_rule rule;

	dr_map_get_rule(map, number, &rule);
	words_add_text(words, rule.profile);
	words_add(words, " %d, ", rule.number);
	words_add_text(words, rule.file);
	words_add(words, ":%d", rule.line);
}
