/**
 * @file map_model.c  A plain way to judge an attempt: rule by rule
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

#include "header.h"
#include "map_model.h"
#include "q850.h"
#include "reason_header.h"


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
	struct dr_header header;
	struct dr_reason_value value;
	size_t i;

	while(dr_header_next(&headers, &header)) {
		if(header.name.len != 6 || strncasecmp(header.name.s, "reason", 6) != 0)
			continue;
		while(dr_reason_value_next(&header.value, &value)) {
			if(value.protocol.len != 5
					|| strncasecmp(value.protocol.s, "q.850", 5) != 0)
				continue;
			for(i = 0; i < when->cause_count; i++) {
				if(when->causes[i] == value.cause)
					return value.cause;
			}
		}
	}
	return DR_CAUSE_NONE;
}


static bool is_edge(const char *s, const char *end)
{
	return s < end ? !isalnum((unsigned char)*s) : true;
}


/* Do the words of a phrase begin here? Returns where they end, or NULL. */
static const char *match_words(const char *s, const char *end,
		const char *words, const char *words_end)
{
	while(words < words_end) {
		if(!isalnum((unsigned char)*words)) {
			if(s < end && isalnum((unsigned char)*s))
				return NULL;
			while(words < words_end && !isalnum((unsigned char)*words))
				words++;
			while(s < end && !isalnum((unsigned char)*s))
				s++;
			continue;
		}
		if(s == end
				|| tolower((unsigned char)*s) != tolower((unsigned char)*words))
			return NULL;
		s++;
		words++;
	}
	return s;
}


static bool fits_phrase(struct dr_text wanted, struct dr_text phrase)
{
	const char *end = phrase.s + phrase.len;
	const char *s;

	for(s = phrase.s; s < end; s++) {
		const char *to = match_words(s, end, wanted.s, wanted.s + wanted.len);
		bool starts = s == phrase.s || !isalnum((unsigned char)s[-1]);

		if(starts && to && is_edge(to, end))
			return true;
	}
	return false;
}


/* Does a value, unfolded, begin with a prefix? */
static bool fits_prefix(struct dr_text prefix, struct dr_text value)
{
	size_t i = 0;
	size_t j = 0;

	while(j < prefix.len) {
		size_t spaces = i;
		bool folded = false;

		while(spaces < value.len && strchr(" \t\r\n", value.s[spaces])) {
			folded = folded || strchr("\r\n", value.s[spaces]);
			spaces++;
		}
		if(i == value.len || prefix.s[j] != (folded ? ' ' : value.s[i]))
			return false;
		i = folded ? spaces : i + 1;
		j++;
	}
	return true;
}


static bool fits_header(
		const struct dr_conditions *when, const struct dr_attempt *attempt)
{
	struct dr_text headers = attempt->headers;
	struct dr_header header;

	while(dr_header_next(&headers, &header)) {
		if(header.name.len == when->header.len
				&& strncasecmp(header.name.s, when->header.s, when->header.len)
						   == 0
				&& fits_prefix(when->prefix, header.value))
			return true;
	}
	return false;
}


static bool fits(const struct dr_conditions *when,
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

	return when->header.len == 0 || (is_reply && fits_header(when, attempt));
}


static bool is_soft(int code)
{
	static const int soft[] = {
			400, 404, 408, 410, 480, 484, 487, 500, 501, 502, 503, 504};
	size_t i;

	for(i = 0; i < sizeof(soft) / sizeof(*soft); i++) {
		if(soft[i] == code)
			return true;
	}
	return false;
}


/* The cause that an answer tells when its rule asked for none */
static int told_cause(const struct dr_attempt *attempt, bool q850)
{
	struct dr_q850_walk walk = {attempt->headers, {NULL, 0}};

	if(!q850 || attempt->source != DR_SOURCE_REMOTE || !is_soft(attempt->code))
		return DR_CAUSE_NONE;

	return dr_q850_next(&walk);
}


/**
 * Judge an attempt, rule by rule
 *
 * @param spec    What the map says
 * @param attempt The attempt
 *
 * @return Which rule decides, if any, and what goes with it
 */
struct model_answer model_judge(
		const struct dr_spec *spec, const struct dr_attempt *attempt)
{
	struct model_answer answer = {DR_NONE, DR_CAUSE_NONE, attempt->q850};
	bool said = false;
	int profile;
	size_t i;

	for(profile = attempt->profile; profile != DR_NONE;
			profile = spec->profiles.list[profile].parent) {
		if(!said && spec->profiles.list[profile].q850 != DR_ANY) {
			answer.q850 = spec->profiles.list[profile].q850 == 1;
			said = true;
		}
		for(i = 0; i < spec->rules.count && answer.rule == DR_NONE; i++) {
			const struct dr_spec_rule *rule = &spec->rules.list[i];

			if(rule->profile == profile && attempt->source != DR_SOURCE_CANCEL
					&& fits(&rule->when, attempt, &answer.cause))
				answer.rule = (int)i;
		}
	}
	if(answer.rule != DR_NONE && answer.cause == DR_CAUSE_NONE)
		answer.cause = told_cause(attempt, answer.q850);

	return answer;
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
