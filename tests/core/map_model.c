/**
 * @file map_model.c  A plain way to match an attempt: rule by rule
 *
 * Written for being read, not for speed, and without anything of the compiled
 * map: what a rule means stands here once more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "map_model.h"
#include "model_reply.h"

/* Limits of map_match.c: header fields that rules ask for, and bytes of a phrase
 * whose words have one space after each */
#define FIELDS_SEEN 32
#define WORDS_MAX 256

static bool fits_code(const struct dr_conditions *when, int code)
{
	size_t i;

	for(i = 0; i < when->code_count; i++) {
		if(when->codes[i] >= 300 && when->codes[i] == code)
			return true;
		if(when->codes[i] < 300 && when->codes[i] == code / 100)
			return true;
	}
	return when->code_count == 0;
}

/* The first cause of the reply that is among those a rule asks for */
static int fitting_cause(
		const struct dr_conditions *when, const struct dr_attempt *attempt)
{
	struct dr_text headers = attempt->headers;
	struct dr_text body = {NULL, 0};
	int cause;
	size_t i;

	while((cause = model_cause_next(&headers, &body)) != DR_CAUSE_NONE) {
		for(i = 0; i < when->cause_count; i++) {
			if(when->causes[i] == cause)
				return cause;
		}
	}
	return DR_CAUSE_NONE;
}

static bool is_word(char c)
{
	return (unsigned char)c >= 0x80 || isalnum((unsigned char)c);
}

/* Write the words of a text in lower case, a space before and after each, as
 * long as they fit. The first space stands for the begin of the text. */
static void write_words(char *out, size_t room, struct dr_text text)
{
	size_t len = 1;
	size_t i = 0;

	out[0] = ' ';
	while(i < text.len) {
		size_t end = i;

		while(end < text.len && is_word(text.s[end]))
			end++;
		if(end > i && len - 1 + end - i + 1 > room)
			break;
		for(; i < end; i++)
			out[len++] = (char)tolower((unsigned char)text.s[i]);
		if(out[len - 1] != ' ')
			out[len++] = ' ';
		i++;
	}
	out[len] = '\0';
}

static bool fits_phrase(struct dr_text wanted, struct dr_text phrase)
{
	char words[WORDS_MAX + 2];
	char all[WORDS_MAX + 2];

	write_words(words, WORDS_MAX, wanted);
	write_words(all, WORDS_MAX, phrase);
	return strstr(all, words) != NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Does a value, unfolded, begin with a prefix? */
static bool fits_prefix(struct dr_text prefix, struct dr_text value)
{
	size_t i = 0;
	size_t j = 0;

	while(j < prefix.len) {
		size_t spaces = i;
		bool folded = false;

		while(spaces < value.len && is_space(value.s[spaces])) {
			folded = folded || value.s[spaces] == '\r'
					 || value.s[spaces] == '\n';
			spaces++;
		}
		if(i == value.len || prefix.s[j] != (folded ? ' ' : value.s[i]))
			return false;
		i = folded ? spaces : i + 1;
		j++;
	}
	return true;
}

static bool has_name(const struct dr_header *header, struct dr_text name)
{
	return header->name.len == name.len
		   && strncasecmp(header->name.s, name.s, name.len) == 0;
}

/* Does any rule of the map ask for a header field? */
static bool is_asked_for(
		const struct dr_spec *spec, const struct dr_header *header)
{
	size_t i;

	for(i = 0; i < spec->rules.count; i++) {
		struct dr_text name = spec->rules.list[i].when.header;

		if(name.len > 0 && has_name(header, name))
			return true;
	}
	return false;
}

/* A reply has no more header fields that any rule asks for than FIELDS_SEEN */
static bool fits_header(const struct dr_spec *spec,
		const struct dr_conditions *when, const struct dr_attempt *attempt)
{
	struct dr_text headers = attempt->headers;
	struct dr_header header;
	int seen = 0;

	while(model_header_next(&headers, &header) && seen < FIELDS_SEEN) {
		seen += is_asked_for(spec, &header);
		if(has_name(&header, when->header)
				&& fits_prefix(when->prefix, header.value))
			return true;
	}
	return false;
}

static bool fits(const struct dr_spec *spec, const struct dr_conditions *when,
		const struct dr_attempt *attempt, int *cause)
{
	bool is_reply = attempt->source == DR_SOURCE_REMOTE;
	bool has_code = is_reply || attempt->source == DR_SOURCE_SCRIPT;

	*cause = DR_CAUSE_NONE;
	if(!fits_code(when, has_code ? attempt->code : 0))
		return false;
	if(when->source != DR_ANY && when->source != (int)attempt->source)
		return false;
	if(when->after != DR_ANY && when->after != (int)attempt->after)
		return false;
	if(when->cause_count > 0) {
		*cause = is_reply ? fitting_cause(when, attempt) : DR_CAUSE_NONE;
		if(*cause == DR_CAUSE_NONE)
			return false;
	}
	if(when->phrase.len > 0
			&& !(is_reply && fits_phrase(when->phrase, attempt->phrase)))
		return false;

	return when->header.len == 0
		   || (is_reply && fits_header(spec, when, attempt));
}

/**
 * Find the rule that decides an attempt, rule by rule
 *
 * @param spec    What the map says
 * @param attempt The attempt
 * @param cause   Set to the cause that the rule asked for, or DR_CAUSE_NONE
 * @param q850    Set to what the nearest profile says, if one says anything
 *
 * @return Index of the rule, or DR_NONE
 */
int model_rule(const struct dr_spec *spec, const struct dr_attempt *attempt,
		int *cause, bool *q850)
{
	bool said = false;
	int found = DR_NONE;
	int profile;
	size_t i;

	for(profile = attempt->profile; profile != DR_NONE;
			profile = spec->profiles.list[profile].parent) {
		if(!said && spec->profiles.list[profile].q850 != DR_ANY) {
			*q850 = spec->profiles.list[profile].q850 == 1;
			said = true;
		}
		for(i = 0; i < spec->rules.count && found == DR_NONE; i++) {
			const struct dr_spec_rule *rule = &spec->rules.list[i];

			if(rule->profile == profile && attempt->source != DR_SOURCE_CANCEL
					&& fits(spec, &rule->when, attempt, cause))
				found = (int)i;
		}
	}
	return found;
}

/* Does a rule take all that another one takes with one of its codes (0: any) and
 * one of its causes (DR_CAUSE_NONE: any)? */
static bool takes_all(const struct dr_conditions *when,
		const struct dr_conditions *other, int code, int cause)
{
	struct dr_header field = {.name = other->header, .value = other->prefix};
	bool is_reply = other->cause_count > 0 || other->phrase.len > 0
					|| other->header.len > 0;
	int source = other->source == DR_ANY && is_reply ? (int)DR_SOURCE_REMOTE
													 : other->source;
	size_t i;
	bool has_cause = when->cause_count == 0;
	bool has_code = when->code_count == 0;

	for(i = 0; i < when->cause_count; i++)
		has_cause = has_cause || when->causes[i] == cause;
	for(i = 0; i < when->code_count; i++)
		has_code = has_code || when->codes[i] == code
				   || when->codes[i] == code / 100;

	return has_code && has_cause
		   && (when->source == DR_ANY || when->source == source)
		   && (when->after == DR_ANY || when->after == other->after)
		   && (when->phrase.len == 0
				   || fits_phrase(when->phrase, other->phrase))
		   && (when->header.len == 0
				   || (has_name(&field, when->header)
						   && fits_prefix(when->prefix, field.value)));
}

/* Does one earlier rule of the profile take all that? */
static bool is_taken(
		const struct dr_spec *spec, size_t number, int code, int cause)
{
	const struct dr_spec_rule *rules = spec->rules.list;
	size_t i;

	for(i = 0; i < number; i++) {
		if(rules[i].profile == rules[number].profile
				&& takes_all(&rules[i].when, &rules[number].when, code, cause))
			return true;
	}
	return false;
}

/**
 * Can a rule never match, because single earlier rules of its profile take each
 * of its codes with each of its causes?
 *
 * @param spec   What the map says
 * @param number Index of the rule
 *
 * @return true when it never can
 */
bool model_covers(const struct dr_spec *spec, size_t number)
{
	const struct dr_conditions *when = &spec->rules.list[number].when;
	size_t i = 0;

	do {
		int code = i < when->code_count ? when->codes[i] : 0;
		size_t j = 0;

		do {
			int cause = j < when->cause_count ? when->causes[j] : DR_CAUSE_NONE;

			if(!is_taken(spec, number, code, cause))
				return false;
		} while(++j < when->cause_count);
	} while(++i < when->code_count);
	return true;
}

/* Does a host name, without the dot at its end, end like a pattern does? */
static size_t host_fits(struct dr_text pattern, const char *host, size_t len)
{
	if(pattern.s[pattern.len - 1] == '.')
		pattern.len--;
	if(*pattern.s != '*')
		return len == pattern.len && strncasecmp(host, pattern.s, len) == 0
					   ? 1000
					   : 0;

	pattern.s++;
	pattern.len--;
	if(len <= pattern.len
			|| strncasecmp(host + len - pattern.len, pattern.s, pattern.len)
					   != 0)
		return 0;

	return pattern.len;
}

/**
 * Find the trunk of a host name, pattern by pattern
 *
 * @param spec What the map says
 * @param host The name
 *
 * @return Index of the trunk, or DR_NONE
 */
int model_trunk_of_host(const struct dr_spec *spec, const char *host)
{
	size_t len = strlen(host);
	size_t best = 0;
	int found = DR_NONE;
	size_t i;

	if(len > 0 && host[len - 1] == '.')
		len--;
	for(i = 0; i < spec->trunk_patterns.count; i++) {
		const struct dr_spec_pattern *pattern = &spec->trunk_patterns.list[i];
		size_t fit = pattern->is_host ? host_fits(pattern->text, host, len) : 0;

		if(fit > best) {
			best = fit;
			found = pattern->owner;
		}
	}
	return found;
}

static bool is_inside(
		const struct dr_network *network, const struct dr_address *address)
{
	unsigned i;

	if(network->address.len != address->len)
		return false;

	for(i = 0; i < network->bits; i++) {
		int one = network->address.bytes[i / 8] >> (7 - i % 8) & 1;
		int other = address->bytes[i / 8] >> (7 - i % 8) & 1;

		if(one != other)
			return false;
	}
	return true;
}

/**
 * Find the trunk of an address, network by network
 *
 * @param spec    What the map says
 * @param address The address
 *
 * @return Index of the trunk, or DR_NONE
 */
int model_trunk_of_address(
		const struct dr_spec *spec, const struct dr_address *address)
{
	int best = -1;
	int found = DR_NONE;
	size_t i;

	for(i = 0; i < spec->trunk_patterns.count; i++) {
		const struct dr_spec_pattern *pattern = &spec->trunk_patterns.list[i];

		if(!pattern->is_host && (int)pattern->network.bits > best
				&& is_inside(&pattern->network, address)) {
			best = (int)pattern->network.bits;
			found = pattern->owner;
		}
	}
	return found;
}
