/**
 * @file rules.c  Rules in the input of a fuzzer
 *
 * Each line that begins with "|" is a rule of the profile that began last, or
 * begins a profile:
 *
 *   |+1y                 a profile that extends number 1, with q850; n: without
 *   |c480,5              a rule for code 480 and all of 5xx
 *   |q17,34|s0|a2|r3     causes, source, after and reason by their numbers
 *   |hX-Error|p322       header field and prefix of its value
 *   |wchannel limit|dd5  phrase and detail
 *
 * What the loader of maps would refuse is left out, so any input makes a good
 * map; a rule that asks for nothing is none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "check.h"
#include "sip_header.h"
#include "rules.h"

/* The model asks each rule for each header field, so few are enough */
#define RULES_MAX 32
#define PROFILES_MAX 8
#define LIST_MAX 8

static bool take_part(struct dr_text *text, char end, struct dr_text *part)
{
	const char *s = text->len ? memchr(text->s, end, text->len) : NULL;
	size_t taken = s ? (size_t)(s - text->s) + 1 : text->len;

	*part = (struct dr_text){text->s, s ? taken - 1 : taken};
	text->s += taken;
	text->len -= taken;
	return taken > 0;
}

/**
 * Take a line off the front of a text
 *
 * @param text The text, moved after the line and its LF
 * @param line Set to the line
 *
 * @return true when there was one
 */
bool take_line(struct dr_text *text, struct dr_text *line)
{
	return take_part(text, '\n', line);
}

/* Up to three digits; other characters count for nothing */
static int number_of(struct dr_text text)
{
	int number = 0;
	size_t i;

	for(i = 0; i < text.len && i < 3; i++)
		number = number * 10 + (text.s[i] - '0') % 10;

	return number < 0 ? -number : number;
}

static void read_codes(
		struct dr_spec *spec, struct dr_conditions *when, struct dr_text text)
{
	unsigned short codes[LIST_MAX];
	struct dr_text part;
	size_t count = 0;

	while(count < LIST_MAX && take_part(&text, ',', &part)) {
		int code = number_of(part);

		if((code >= 300 && code <= 699) || (code >= 3 && code <= 6))
			codes[count++] = (unsigned short)code;
	}
	when->codes = dr_spec_keep(spec, codes, count * sizeof(*codes));
	when->code_count = count;
}

static void read_causes(
		struct dr_spec *spec, struct dr_conditions *when, struct dr_text text)
{
	unsigned char causes[LIST_MAX];
	struct dr_text part;
	size_t count = 0;

	while(count < LIST_MAX && take_part(&text, ',', &part)) {
		int cause = number_of(part);

		if(cause >= DR_CAUSE_MIN && cause <= DR_CAUSE_MAX)
			causes[count++] = (unsigned char)cause;
	}
	when->causes = dr_spec_keep(spec, causes, count);
	when->cause_count = count;
}

static bool is_printable(struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		if((unsigned char)text.s[i] < 0x20 || text.s[i] == 0x7f)
			return false;
	}
	return text.len > 0 && text.len <= DR_PREFIX_MAX;
}

static void read_phrase(struct dr_conditions *when, struct dr_text text)
{
	char words[DR_PREFIX_MAX + 1];

	if(is_printable(text) && dr_words(words, sizeof(words), text) > 0)
		when->phrase = text;
}

static void read_key(
		struct dr_spec *spec, struct dr_spec_rule *rule, struct dr_text text)
{
	char key = *text.s;
	struct dr_text value = {text.s + 1, text.len - 1};

	if(key == 'c')
		read_codes(spec, &rule->when, value);
	else if(key == 'q')
		read_causes(spec, &rule->when, value);
	else if(key == 's')
		rule->when.source = number_of(value) % DR_SOURCE_COUNT;
	else if(key == 'a')
		rule->when.after = number_of(value) % DR_AFTER_COUNT;
	else if(key == 'r')
		rule->reason = (enum dr_reason)(number_of(value) % DR_REASON_COUNT);
	else if(key == 'h' && dr_token_check(value)
			&& value.len <= DR_HEADER_NAME_MAX)
		rule->when.header = value;
	else if(key == 'p' && is_printable(value) && *value.s != ' ')
		rule->when.prefix = value;
	else if(key == 'w')
		read_phrase(&rule->when, value);
	else if(key == 'd' && dr_detail_check(value) == 0)
		rule->detail = value;
}

static bool asks_nothing(const struct dr_conditions *when)
{
	return when->code_count == 0 && when->cause_count == 0
		   && when->source == DR_ANY && when->after == DR_ANY
		   && when->header.len == 0 && when->phrase.len == 0;
}

static void read_rule(struct dr_spec *spec, struct dr_text line)
{
	struct dr_spec_rule rule = {.profile = (int)spec->profiles.count - 1,
			.when = {.source = DR_ANY, .after = DR_ANY}};
	struct dr_spec_rule *added;
	struct dr_text part;

	while(take_part(&line, '|', &part)) {
		if(part.len > 1)
			read_key(spec, &rule, part);
	}
	if(asks_nothing(&rule.when) || spec->rules.count == RULES_MAX)
		return;

	if(rule.when.header.len == 0)
		rule.when.prefix.len = 0;
	added = dr_spec_add(spec, rules);
	CHECK(added);
	*added = rule;
}

static void read_profile(struct dr_spec *spec, struct dr_text line)
{
	static const struct dr_text names[PROFILES_MAX] = {DR_TEXT("default"),
			DR_TEXT("1"), DR_TEXT("2"), DR_TEXT("3"), DR_TEXT("4"),
			DR_TEXT("5"), DR_TEXT("6"), DR_TEXT("7")};
	size_t count = spec->profiles.count;
	struct dr_spec_profile *profile;
	struct dr_text parent = {line.s, line.len > 0 ? 1 : 0};

	if(count == PROFILES_MAX)
		return;

	profile = dr_spec_add(spec, profiles);
	CHECK(profile);
	profile->name = names[count];
	profile->parent = number_of(parent) % (int)count;
	profile->q850 = DR_ANY;
	if(line.len > 1 && (line.s[1] == 'y' || line.s[1] == 'n'))
		profile->q850 = line.s[1] == 'y';
}

/**
 * Take all rules off the front of a text
 *
 * @param spec A spec with nothing in it; the rules, and their profiles, are
 *             added. Points into the text.
 * @param text The text, moved after the last line that begins with "|"
 */
void take_rules(struct dr_spec *spec, struct dr_text *text)
{
	struct dr_text line;

	while(text->len > 0 && *text->s == '|') {
		take_line(text, &line);
		line = (struct dr_text){line.s + 1, line.len - 1};
		if(line.len > 0 && *line.s == '+')
			read_profile(spec, (struct dr_text){line.s + 1, line.len - 1});
		else
			read_rule(spec, line);
	}
}
