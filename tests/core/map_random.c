/**
 * @file map_random.c  Random maps and attempts
 *
 * Words and numbers come from small sets, so that rules often fit and often
 * stand in each other's way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_def.h"
#include "map_model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned short codes[] = {
		300, 399, 404, 408, 480, 486, 487, 500, 503, 603, 699, 3, 4, 5, 6};
static const unsigned char causes[] = {1, 16, 17, 18, 19, 34, 127};
static const char *const headers[] = {"X-A", "x-a", "X-B", "X-Code", "Reason"};
static const char *const prefixes[] = {"", "3", "32", "322", "32203", "4",
		"a b", "a", "a b c", "busy", "Busy", "Q.850"};
static const char *const phrases[] = {"busy", "Busy here", "D5", "limit",
		"channel limit", "Channel", "channel-limit D5", "here", "x", "X y",
		"no such words"};
static const char *const values[] = {"32203", "3220", "32", "4 0", "a b c",
		"a\r\n b c", "a\r\n\t  b", "a\tb", "busy", "", "Busy", "9"};
static const char *const words[] = {"busy", "BUSY", "here", "D5", "D51", "d5",
		"channel", "Limit", "limits", "x", "y", "xy", ""};
static const char *const gaps[] = {" ", "-", ". ", "", "  ", "/"};
static const char *const labels[] = {"a", "B", "a-1", "example", "net", "x"};

#define PICK(state, array) ((array)[model_random((state), COUNT(array))])

/**
 * The next random number
 *
 * @param state Where the row of numbers is; not 0 (xorshift32)
 * @param below Upper limit, not 0
 *
 * @return 0 to below - 1
 */
unsigned model_random(uint32_t *state, unsigned below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

static bool chance(uint32_t *state, unsigned percent)
{
	return model_random(state, 100) < percent;
}

static struct dr_text text_of(const char *s)
{
	return (struct dr_text){s, strlen(s)};
}

static void random_codes(
		uint32_t *state, struct dr_spec *spec, struct dr_conditions *when)
{
	unsigned short list[4];
	size_t i;

	when->code_count = 1 + model_random(state, COUNT(list));
	for(i = 0; i < when->code_count; i++)
		list[i] = PICK(state, codes);
	when->codes = dr_spec_keep(spec, list, sizeof(list));
}

static void random_causes(
		uint32_t *state, struct dr_spec *spec, struct dr_conditions *when)
{
	unsigned char list[3];
	size_t i;

	when->cause_count = 1 + model_random(state, COUNT(list));
	for(i = 0; i < when->cause_count; i++)
		list[i] = PICK(state, causes);
	when->causes = dr_spec_keep(spec, list, sizeof(list));
}

static void random_conditions(
		uint32_t *state, struct dr_spec *spec, struct dr_conditions *when)
{
	when->source = DR_ANY;
	when->after = DR_ANY;
	if(chance(state, 70))
		random_codes(state, spec, when);
	if(chance(state, 25))
		when->source = (int)model_random(state, DR_SOURCE_COUNT);
	if(chance(state, 25))
		when->after = (int)model_random(state, DR_AFTER_COUNT);
	if(chance(state, 30))
		random_causes(state, spec, when);
	if(chance(state, 30))
		when->phrase = text_of(PICK(state, phrases));
	if(chance(state, 30)) {
		when->header = text_of(PICK(state, headers));
		when->prefix = text_of(PICK(state, prefixes));
	}
}

/**
 * Fill a spec with random profiles and rules
 *
 * @param state State of the random numbers
 * @param spec  A spec with nothing in it but the default profile
 */
void model_rules(uint32_t *state, struct dr_spec *spec)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	size_t count = model_random(state, COUNT(names) + 1);
	size_t i, j, rules;

	spec->profiles.list[DR_PROFILE_DEFAULT].q850 =
			(int)model_random(state, 3) - 1;
	for(i = 0; i < count; i++) {
		struct dr_spec_profile *profile = dr_spec_add(spec, profiles);

		profile->name = text_of(names[i]);
		profile->parent = (int)model_random(state, (unsigned)i + 1);
		profile->q850 = (int)model_random(state, 3) - 1;
	}
	for(i = 0; i < spec->profiles.count; i++) {
		rules = model_random(state, 30);
		for(j = 0; j < rules; j++) {
			struct dr_spec_rule *rule = dr_spec_add(spec, rules);

			rule->profile = (int)i;
			rule->number = (int)j + 1;
			rule->place.line = (int)j;
			rule->reason = (enum dr_reason)model_random(state, DR_REASON_COUNT);
			random_conditions(state, spec, &rule->when);
		}
	}
}

static void random_host(uint32_t *state, char *host, size_t size)
{
	size_t count = 1 + model_random(state, 4);
	size_t len = 0;

	while(count-- > 0)
		len += (size_t)snprintf(host + len, size - len, "%s%s",
				PICK(state, labels), count > 0 ? "." : "");
	if(chance(state, 20))
		snprintf(host + len, size - len, ".");
}

static void random_network(uint32_t *state, struct dr_network *network)
{
	size_t i;

	memset(network, 0, sizeof(*network));
	network->address.len = chance(state, 50) ? 4 : 16;
	for(i = 0; i < network->address.len; i++)
		network->address.bytes[i] =
				(unsigned char)(model_random(state, 3) * 127);
	network->bits = model_random(state, (unsigned)network->address.len * 8 + 1);
	dr_network_cut(network);
}

/* Would a pattern find what another one finds already? */
static bool is_taken(
		const struct dr_spec *spec, const struct dr_spec_pattern *pattern)
{
	size_t i;

	for(i = 0; i < spec->trunk_patterns.count; i++) {
		const struct dr_spec_pattern *other = &spec->trunk_patterns.list[i];

		if(pattern->is_host && other->is_host
				&& dr_text_alike(pattern->text, other->text))
			return true;
		if(!pattern->is_host && !other->is_host
				&& pattern->network.bits == other->network.bits
				&& memcmp(&pattern->network.address, &other->network.address,
						   sizeof(other->network.address))
						   == 0)
			return true;
	}
	return false;
}

static void random_pattern(uint32_t *state, struct dr_spec *spec, int owner)
{
	struct dr_spec_pattern pattern = {.owner = owner};
	struct dr_spec_pattern *out;
	char host[64];

	pattern.is_host = chance(state, 50);
	if(pattern.is_host) {
		size_t star = chance(state, 50) ? 2 : 0;

		memcpy(host, "*.", star);
		random_host(state, host + star, sizeof(host) - star);
		if(host[strlen(host) - 1] == '.')
			host[strlen(host) - 1] = '\0';
		pattern.text = dr_spec_text(spec, host, strlen(host));
	} else {
		random_network(state, &pattern.network);
	}
	if(is_taken(spec, &pattern))
		return;
	out = dr_spec_add(spec, trunk_patterns);
	*out = pattern;
}

/**
 * Add random trunks to a spec; no two patterns are the same
 *
 * @param state State of the random numbers
 * @param spec  The spec
 */
void model_trunks(uint32_t *state, struct dr_spec *spec)
{
	unsigned count = model_random(state, 30);
	unsigned patterns;
	unsigned i;

	for(i = 0; i < count; i++) {
		struct dr_spec_trunk *trunk = dr_spec_add(spec, trunks);
		char name[24];

		snprintf(name, sizeof(name), "trunk-%u", i);
		trunk->name = dr_spec_text(spec, name, strlen(name));
		trunk->profile =
				(int)model_random(state, (unsigned)spec->profiles.count);
		trunk->trust = chance(state, 50);
		for(patterns = model_random(state, 4); patterns > 0; patterns--)
			random_pattern(state, spec, (int)i);
	}
}

static void random_phrase(uint32_t *state, char *phrase)
{
	unsigned count = model_random(state, 6);
	size_t len = 0;

	phrase[0] = '\0';
	while(count-- > 0)
		len += (size_t)snprintf(phrase + len, MODEL_PHRASE_MAX - len, "%s%s",
				PICK(state, words), PICK(state, gaps));
}

static void random_headers(uint32_t *state, char *out)
{
	unsigned count = model_random(state, 6);
	size_t len = (size_t)snprintf(
			out, MODEL_HEADERS_MAX, "Via: SIP/2.0/UDP x;branch=z\r\n");

	while(count-- > 0) {
		if(chance(state, 60))
			len += (size_t)snprintf(out + len, MODEL_HEADERS_MAX - len,
					"%s: %s\r\n", PICK(state, headers), PICK(state, values));
		else
			len += (size_t)snprintf(out + len, MODEL_HEADERS_MAX - len,
					"reason: %s;cause=%d, q.850;cause=%d\r\n",
					chance(state, 50) ? "Q.850" : "SIP", PICK(state, causes),
					PICK(state, causes));
	}
	snprintf(out + len, MODEL_HEADERS_MAX - len, "To: x\r\n\r\nX-A: 3\r\n");
}

/**
 * Make a random attempt
 *
 * @param state    State of the random numbers
 * @param profiles How many profiles the map has
 * @param out      Set; not to be copied, it points into itself
 */
void model_attempt(uint32_t *state, int profiles, struct model_attempt *out)
{
	struct dr_attempt *attempt = &out->attempt;

	memset(out, 0, sizeof(*out));
	attempt->profile = (int)model_random(state, (unsigned)profiles);
	attempt->source = chance(state, 60) ? DR_SOURCE_REMOTE
										: (enum dr_source)model_random(
												  state, DR_SOURCE_COUNT);
	attempt->after = (enum dr_after)model_random(state, DR_AFTER_COUNT);
	attempt->code = PICK(state, codes);
	if(attempt->code < 300)
		attempt->code = attempt->code * 100 + (int)model_random(state, 100);
	attempt->unresolved = chance(state, 50);
	attempt->q850 = chance(state, 50);
	attempt->reported = chance(state, 10);
	attempt->report = (enum dr_reason)model_random(state, DR_REASON_COUNT);
	random_phrase(state, out->phrase);
	random_headers(state, out->headers);
	attempt->phrase = text_of(out->phrase);
	attempt->headers = text_of(out->headers);
}
