/**
 * @file map_load_rules.c  Reads profiles and their rules
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "header.h"
#include "map_load_keys.h"
#include "map_words.h"
#include "q850.h"

#define EXPECTED_CAUSE "a Q.850 cause, 1 to 127"
#define EXPECTED_RULES "a list of rules: ( { ... }, { ... } )"
#define EXPECTED_HEADER \
	"the name of a header field, a token of at most 64 characters"
#define EXPECTED_PREFIX \
	"what a value begins with, 1 to 128 characters, no space first"
#define EXPECTED_PHRASE "words, 1 to 128 characters"
#define EXPECTED_NAME "the name of a profile, a token of at most 64 characters"

/* Causes while they are collected; each is there once */
struct collected
{
	unsigned char list[DR_CAUSE_MAX];
	size_t count;
};


static void read_rule_code(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;
	struct dr_codes codes;

	dr_get_codes(loader, s, &codes);
	rule->when.codes = codes.list;
	rule->when.code_count = codes.count;
}


static void read_rule_source(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;

	dr_get_source(loader, s, &rule->when.source);
}


static void read_rule_after(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;

	dr_get_after(loader, s, &rule->when.after);
}


static void read_cause(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct collected *causes = target;
	int cause;
	size_t i;

	if(!dr_get_int(loader, s, EXPECTED_CAUSE, &cause))
		return;
	if(cause < DR_CAUSE_MIN || cause > DR_CAUSE_MAX) {
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad q850 %d, expected " EXPECTED_CAUSE, cause);
		return;
	}
	for(i = 0; i < causes->count; i++) {
		if(causes->list[i] == cause)
			return;
	}
	causes->list[causes->count++] = (unsigned char)cause;
}


static void read_rule_q850(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;
	struct collected causes = {{0}, 0};

	dr_read_each(loader, s, read_cause, &causes);
	rule->when.causes = dr_spec_keep(loader->spec, causes.list, causes.count);
	rule->when.cause_count = rule->when.causes ? causes.count : 0;
}


static void read_rule_header(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;

	dr_get_token(loader, s, EXPECTED_HEADER, &rule->when.header);
}


/* Is a text one that can stand on one line? */
static bool is_printable(struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		if((unsigned char)text.s[i] < 0x20 || text.s[i] == 0x7f)
			return false;
	}
	return text.len <= DR_PREFIX_MAX;
}


static void read_rule_prefix(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;
	char shown[DR_SHOWN_MAX];
	struct dr_text text;

	if(!dr_get_text(loader, s, EXPECTED_PREFIX, &text))
		return;
	if(is_printable(text) && *text.s != ' ')
		rule->when.prefix = text;
	else
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad prefix \"%s\", expected " EXPECTED_PREFIX,
				dr_shown(shown, text));
}


static void read_rule_phrase(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;
	char words[DR_PREFIX_MAX + 1];
	char shown[DR_SHOWN_MAX];
	struct dr_text text;

	if(!dr_get_text(loader, s, EXPECTED_PHRASE, &text))
		return;
	if(is_printable(text) && dr_words(words, sizeof(words), text) > 0)
		rule->when.phrase = text;
	else
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad phrase \"%s\", expected " EXPECTED_PHRASE,
				dr_shown(shown, text));
}


static void read_rule_reason(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;

	dr_get_reason(loader, s, &rule->reason);
}


static void read_rule_detail(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_rule *rule = target;

	dr_get_detail(loader, s, &rule->detail);
}


static const struct dr_key rule_keys[] = {
		{"code", read_rule_code},
		{"source", read_rule_source},
		{"after", read_rule_after},
		{"q850", read_rule_q850},
		{"header", read_rule_header},
		{"prefix", read_rule_prefix},
		{"phrase", read_rule_phrase},
		{"reason", read_rule_reason},
		{"detail", read_rule_detail},
		{NULL, NULL},
};


/* Does a group have a key, be it good or not? */
static bool has(const config_setting_t *s, const char *key)
{
	return config_setting_get_member(s, key) != NULL;
}


static bool asks_reply(const config_setting_t *s)
{
	return has(s, "q850") || has(s, "header") || has(s, "phrase");
}


static void check_rule(struct dr_loader *loader, const config_setting_t *s)
{
	if(!has(s, "reason"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a rule without \"reason\", expected the name of one");
	if(has(s, "prefix") && !has(s, "header"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"\"prefix\" without \"header\", expected the name of the "
				"header "
				"field");
	if(!asks_reply(s) && !has(s, "code") && !has(s, "source")
			&& !has(s, "after") && !has(s, "prefix"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a rule without a condition, expected at least one of code, "
				"source, after, q850, header, phrase");
}


/* Warn about a rule that asks for what its source never has */
static void warn_rule(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_conditions *when)
{
	struct dr_place at = dr_place_of(loader, s);

	if(when->source == DR_SOURCE_CANCEL)
		dr_warn(loader->complainer, at,
				"this rule can never match: a call that was cancelled is "
				"decided before all rules, expected another source");
	else if(when->source == DR_SOURCE_SCRIPT && asks_reply(s))
		dr_warn(loader->complainer, at,
				"this rule can never match: what the script does has no "
				"causes, "
				"header fields or words, expected only code and after with "
				"source script");
	else if((when->source == DR_SOURCE_TIMEOUT
					|| when->source == DR_SOURCE_TRANSPORT)
			&& (asks_reply(s) || has(s, "code")))
		dr_warn(loader->complainer, at,
				"this rule can never match: without a reply there is no code "
				"or other part of one, expected only after with this source");
}


/* Complain once that there are too many rules */
static void complain_rules(struct dr_loader *loader, const config_setting_t *s)
{
	if(!loader->is_full)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"too many rules, expected at most %d in a map", DR_RULES_MAX);
	loader->is_full = true;
}


static void read_rule(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	static const struct dr_keys keys = {
			"a rule: { code = 480; reason = \"...\"; }", rule_keys};
	size_t errors = loader->complainer->complaints->errors;
	struct dr_spec_rule rule = {.profile = loader->owner};
	struct dr_spec_rule *out;
	int *number = target;

	rule.place = dr_place_of(loader, s);
	rule.number = ++*number;
	rule.when.source = DR_ANY;
	rule.when.after = DR_ANY;
	if(loader->spec->rules.count == DR_RULES_MAX) {
		complain_rules(loader, s);
		return;
	}
	if(dr_read_group(loader, s, &keys, &rule))
		warn_rule(loader, s, &rule.when);
	if(config_setting_is_group(s))
		check_rule(loader, s);
	if(loader->complainer->complaints->errors > errors)
		return;

	out = dr_spec_add(loader->spec, rules);
	if(out)
		*out = rule;
}


static void read_extends(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_profile *profile = target;

	profile->extends_place = dr_place_of(loader, s);
	dr_get_token(loader, s, EXPECTED_NAME, &profile->extends);
}


static void read_q850(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_profile *profile = target;
	bool said;

	if(dr_get_bool(loader, s, &said))
		profile->q850 = said;
}


static void read_rules(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	int number = 0;

	(void)target;
	dr_read_list(loader, s, EXPECTED_RULES, read_rule, &number);
}


static const struct dr_key profile_keys[] = {
		{"extends", read_extends},
		{"q850", read_q850},
		{"rules", read_rules},
		{NULL, NULL},
};


/* Index for a profile of a name: the default one's, or the next */
static int new_profile(struct dr_loader *loader, const char *name)
{
	struct dr_spec *spec = loader->spec;
	const struct dr_spec_profile *added;
	struct dr_text text = {name, strlen(name)};

	if(dr_text_is(text, spec->profiles.list[DR_PROFILE_DEFAULT].name))
		return DR_PROFILE_DEFAULT;

	added = dr_spec_add(spec, profiles);
	return added ? (int)spec->profiles.count - 1 : DR_NONE;
}


static void read_profile(struct dr_loader *loader, const config_setting_t *s)
{
	static const struct dr_keys keys = {
			"a profile: { extends, q850, rules }", profile_keys};
	const char *name = config_setting_name(s);
	struct dr_spec_profile profile = {.parent = DR_NONE, .q850 = DR_ANY};

	loader->owner = new_profile(loader, name);
	if(loader->owner == DR_NONE)
		return;
	if(strlen(name) > DR_NAME_MAX)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a name of %zu characters, expected " EXPECTED_NAME,
				strlen(name));

	profile.place = dr_place_of(loader, s);
	profile.name = dr_spec_text(loader->spec, name, strlen(name));
	dr_read_group(loader, s, &keys, &profile);
	loader->spec->profiles.list[loader->owner] = profile;
}


/**
 * Read the profiles of a map
 *
 * @param loader The loader
 * @param s      The setting
 * @param target Not used
 */
void dr_read_profiles(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	int i;

	(void)target;
	if(!config_setting_is_group(s)) {
		dr_complain_type(loader, s, "a group of profiles: { name: { ... }; }");
		return;
	}
	for(i = 0; i < config_setting_length(s); i++)
		read_profile(loader, config_setting_get_elem(s, (unsigned)i));
}
