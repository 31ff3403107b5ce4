/**
 * @file map_match.c  What rules say, which one decides, which never do
 *
 * A profile has a list of rules for each status code, for each class, and one of
 * those that ask for no code. The three that an attempt may match are walked
 * together, in the order of the file, and the first rule that fits decides. What
 * rules ask of a reply is read once, when the first one asks for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map_block.h"
#include "map_keys.h"
#include "map_match.h"
#include "reason_header.h"
#include "sip_header.h"

/* How much of a reason phrase is looked at: its words, one space after each, in
 * bytes */
#define PHRASE_MAX 256

/* Of the code, of its class, and of any code */
#define LISTS 3

/* A header field that rules of the map ask for */
struct field
{
	uint32_t header; /* its name's number */
	size_t len;
	char value[DR_PREFIX_MAX]; /* unfolded, as much as rules can ask for */
};

/* What is known of an attempt, or of all attempts that a rule asks for */
struct facts
{
	const struct dr_map *map;
	int code;	/* or class; 0: none */
	int source; /* DR_ANY: it may be any */
	int after;	/* the same */
	struct dr_text phrase;
	struct dr_text headers;
	bool has_words;						/* phrase is read */
	bool has_fields;					/* headers are read */
	unsigned char causes[DR_CAUSE_MAX]; /* each once, in the reply's order */
	size_t cause_count;
	struct field fields[DR_FIELDS_MAX];
	size_t field_count;
	char words[1 + PHRASE_MAX + 1]; /* a space before and after each */
};

/* Where in each list of a profile the walk is. Two may be the same list. */
struct walk
{
	const uint32_t *at[LISTS];
};

static const struct dr_block_profile *profile_at(
		const struct dr_map *map, int profile)
{
	const struct dr_block_profile *profiles =
			dr_block_at(map, map->profiles.at);

	return &profiles[profile];
}

static bool has_profile(const struct dr_map *map, int profile)
{
	return map && profile >= 0 && (uint32_t)profile < map->profiles.count;
}

static const struct dr_block_rule *rule_at(
		const struct dr_map *map, uint32_t number)
{
	const struct dr_block_rule *rules = dr_block_at(map, map->rules.at);

	return &rules[number];
}

/** Read a rule by its number */
void dr_map_get_rule(const struct dr_map *map, int number, struct dr_rule *rule)
{
	const struct dr_block_rule *in = rule_at(map, (uint32_t)number);
	const struct dr_ref *files = dr_block_at(map, map->files.at);
	struct dr_conditions *when = &rule->when;

	rule->profile = dr_map_profile_name(map, (int)in->profile);
	rule->number = (int)in->number;
	rule->file = dr_block_text(map, files[in->file]);
	rule->line = (int)in->line;
	rule->reason = (enum dr_reason)in->reason;
	rule->detail = dr_block_text(map, in->detail);
	when->codes = dr_block_at(map, in->codes.at);
	when->code_count = in->codes.count;
	when->source = in->source;
	when->after = in->after;
	when->causes = dr_block_at(map, in->causes.at);
	when->cause_count = in->causes.count;
	when->header = dr_block_text(map, in->header);
	when->prefix = dr_block_text(map, in->prefix);
	when->phrase = dr_block_text(map, in->phrase);
}

static void add_cause(struct facts *facts, int cause)
{
	if(!memchr(facts->causes, cause, facts->cause_count))
		facts->causes[facts->cause_count++] = (unsigned char)cause;
}

static void add_field(
		struct facts *facts, struct dr_text name, struct dr_text value)
{
	uint32_t header = dr_map_header(facts->map, name);
	struct field *field = &facts->fields[facts->field_count];

	if(header == 0 || facts->field_count == DR_FIELDS_MAX)
		return;
	field->header = header;
	field->len = dr_unfold(field->value, sizeof(field->value), value);
	facts->field_count++;
}

static void read_words(struct facts *facts, struct dr_text phrase)
{
	facts->has_words = true;
	facts->words[0] = ' ';
	facts->words[1 + dr_words(facts->words + 1, PHRASE_MAX, phrase)] = '\0';
}

/* Causes and fields, in one walk over the header fields */
static void read_headers(struct facts *facts)
{
	uint32_t initials =
			facts->map->header_initials | dr_initial(*dr_reason_field.s);
	struct dr_header header;

	facts->has_fields = true;
	while(dr_header_find_initial(&facts->headers, initials, &header)) {
		add_field(facts, header.name, header.value);
		if(dr_header_is(&header, dr_reason_field)) {
			struct dr_q850_walk walk = {{NULL, 0}, header.value};
			int cause;

			while((cause = dr_q850_next(&walk)) != DR_CAUSE_NONE)
				add_cause(facts, cause);
		}
	}
}

/* Set cause to the first one of the reply that a rule asks for */
static bool fits_cause(
		struct facts *facts, const struct dr_block_rule *rule, int *cause)
{
	const unsigned char *causes = dr_block_at(facts->map, rule->causes.at);
	size_t i;

	*cause = DR_CAUSE_NONE;
	if(rule->causes.count == 0)
		return true;
	if(!facts->has_fields)
		read_headers(facts);
	for(i = 0; i < facts->cause_count; i++) {
		if(memchr(causes, facts->causes[i], rule->causes.count)) {
			*cause = facts->causes[i];
			return true;
		}
	}
	return false;
}

static bool fits_phrase(struct facts *facts, const struct dr_block_rule *rule)
{
	if(rule->phrase.len == 0)
		return true;
	if(!facts->has_words)
		read_words(facts, facts->phrase);
	return strstr(facts->words, dr_block_at(facts->map, rule->words)) != NULL;
}

static bool fits_header(struct facts *facts, const struct dr_block_rule *rule)
{
	struct dr_text prefix = dr_block_text(facts->map, rule->prefix);
	size_t i;

	if(rule->header_number == 0)
		return true;
	if(!facts->has_fields)
		read_headers(facts);
	for(i = 0; i < facts->field_count; i++) {
		const struct field *field = &facts->fields[i];
		struct dr_text value = {field->value, field->len};

		if(field->header == rule->header_number
				&& dr_text_starts(value, prefix))
			return true;
	}
	return false;
}

/* Does a rule of one of the code's lists fit? What costs least is asked first. */
static bool fits(
		struct facts *facts, const struct dr_block_rule *rule, int *cause)
{
	return dr_is_or_any(rule->source, facts->source)
		   && dr_is_or_any(rule->after, facts->after)
		   && fits_cause(facts, rule, cause) && fits_phrase(facts, rule)
		   && fits_header(facts, rule);
}

static void start_walk(
		struct walk *walk, const struct facts *facts, int profile)
{
	const struct dr_map *map = facts->map;
	const uint32_t *lists = dr_block_at(map, profile_at(map, profile)->lists);
	int code = facts->code;

	walk->at[0] = dr_block_at(map, lists[dr_code_key(code)]);
	walk->at[1] = dr_block_at(map, lists[dr_code_key(code / 100)]);
	walk->at[2] = dr_block_at(map, lists[DR_CODE_ANY]);
}

/* The next rule in the order of the file; DR_LIST_END at the end */
static uint32_t next_rule(struct walk *walk)
{
	uint32_t rule = *walk->at[0];
	size_t i;

	for(i = 1; i < LISTS; i++)
		rule = *walk->at[i] < rule ? *walk->at[i] : rule;
	for(i = 0; i < LISTS; i++)
		walk->at[i] += *walk->at[i] == rule;
	return rule;
}

/* The first rule of a profile, without those it extends, that fits; or DR_NONE */
static int match_profile(struct facts *facts, int profile, int *cause)
{
	struct walk walk;
	uint32_t rule;

	if(profile_at(facts->map, profile)->rule_count == 0)
		return DR_NONE;

	start_walk(&walk, facts, profile);
	while((rule = next_rule(&walk)) != DR_LIST_END) {
		if(fits(facts, rule_at(facts->map, rule), cause))
			return (int)rule;
	}
	return DR_NONE;
}

/* The status code that rules may ask for; 0: none. A small number is not taken
 * for a class. */
static int code_of(const struct dr_attempt *attempt)
{
	bool has_reply = attempt->source == DR_SOURCE_REMOTE
					 || attempt->source == DR_SOURCE_SCRIPT;

	return has_reply && attempt->code >= DR_CODE_MIN ? attempt->code : 0;
}

/* Only a reply of the remote side has causes, words and header fields; only such
 * a reply, or one of the script, has a code */
static void facts_of_attempt(struct facts *facts, const struct dr_map *map,
		const struct dr_attempt *attempt)
{
	bool remote = attempt->source == DR_SOURCE_REMOTE;

	facts->map = map;
	facts->code = code_of(attempt);
	facts->source = (int)attempt->source;
	facts->after = (int)attempt->after;
	facts->phrase = remote ? attempt->phrase : (struct dr_text){NULL, 0};
	facts->headers = remote ? attempt->headers : (struct dr_text){NULL, 0};
	facts->has_words = false;
	facts->has_fields = false;
	facts->cause_count = 0;
	facts->field_count = 0;
}

/**
 * Find the rule that decides an attempt: of its profile, else of the profile
 * that it extends, and so on
 *
 * @param map     NULL: the built-in tables alone, which have no rules
 * @param attempt One that was cancelled has no rule, nor has one of an unknown
 *                profile
 * @param cause   When there is a rule, set to the first Q.850 cause of the reply
 *                that the rule asks for, or DR_CAUSE_NONE
 *
 * @return Number of the rule, or DR_NONE
 */
int dr_map_match(
		const struct dr_map *map, const struct dr_attempt *attempt, int *cause)
{
	int profile = attempt->profile;
	int rule = DR_NONE;
	struct facts facts;

	if(attempt->source == DR_SOURCE_CANCEL || !has_profile(map, profile))
		return DR_NONE;

	facts_of_attempt(&facts, map, attempt);
	for(; profile != DR_NONE && rule == DR_NONE;
			profile = profile_at(map, profile)->parent)
		rule = match_profile(&facts, profile, cause);
	return rule;
}

/**
 * May Reason: Q.850 refine soft codes? The nearest profile that says so decides.
 *
 * @param otherwise What holds when neither the profile nor any that it extends
 *                  says so
 */
bool dr_map_q850(const struct dr_map *map, int profile, bool otherwise)
{
	if(!has_profile(map, profile))
		return otherwise;

	for(; profile != DR_NONE; profile = profile_at(map, profile)->parent) {
		if(profile_at(map, profile)->q850 != DR_ANY)
			return profile_at(map, profile)->q850 != 0;
	}
	return otherwise;
}

/* What all attempts have that a rule asks for. One that asks for a cause, words
 * or a header field asks for the remote side without a word. */
static void facts_of_rule(struct facts *facts, const struct dr_map *map,
		const struct dr_conditions *when)
{
	bool asks_reply = dr_conditions_flags(when) & DR_KEY_ASKS_REPLY;

	facts->map = map;
	facts->source = when->source == DR_ANY && asks_reply ? DR_SOURCE_REMOTE
														 : when->source;
	facts->after = when->after;
	facts->has_fields = true;
	facts->field_count = 0;
	read_words(facts, when->phrase);
	if(when->header.len > 0)
		add_field(facts, when->header, when->prefix);
}

/* Take away the causes that a rule takes */
static void drop_causes(struct facts *facts, const struct dr_block_rule *rule)
{
	const unsigned char *causes = dr_block_at(facts->map, rule->causes.at);
	size_t count = 0;
	size_t i;

	for(i = 0; i < facts->cause_count; i++) {
		if(!memchr(causes, facts->causes[i], rule->causes.count))
			facts->causes[count++] = facts->causes[i];
	}
	facts->cause_count = count;
}

/* Do rules before a rule take all that it takes with facts->code? Each of its
 * causes must be taken by one of them. */
static bool is_code_covered(
		struct facts *facts, int profile, int number, int *by)
{
	struct walk walk;
	int cause, rule;

	start_walk(&walk, facts, profile);
	while((rule = (int)next_rule(&walk)) < number) {
		const struct dr_block_rule *earlier =
				rule_at(facts->map, (uint32_t)rule);

		if(!fits(facts, earlier, &cause))
			continue;
		*by = rule;
		drop_causes(facts, earlier);
		if(earlier->causes.count == 0 || facts->cause_count == 0)
			return true;
	}
	return false;
}

/**
 * Can a rule never match, because each reply that it asks for is taken by a
 * single earlier rule of its profile?
 *
 * @param by Set to such an earlier rule when it can not
 *
 * @return true when it can never match; false also when several earlier rules
 *         only together take what it asks for
 */
bool dr_map_covers(const struct dr_map *map, int number, int *by)
{
	int profile = (int)rule_at(map, (uint32_t)number)->profile;
	struct dr_conditions *when;
	struct dr_rule rule;
	struct facts facts;
	size_t i = 0;
	size_t j;

	dr_map_get_rule(map, number, &rule);
	when = &rule.when;
	facts_of_rule(&facts, map, when);
	do {
		facts.code = i < when->code_count ? when->codes[i] : 0;
		facts.cause_count = 0;
		for(j = 0; j < when->cause_count; j++)
			add_cause(&facts, when->causes[j]);
		if(!is_code_covered(&facts, profile, number, by))
			return false;
	} while(++i < when->code_count);
	return true;
}
