/**
 * @file fuzz_map.c  Fuzzes the loader of maps, and what it loaded
 *
 * An input is the text of a map. Includes of it are looked for in the folder of
 * open files, so the map can include itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For memfd_create(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "classify.h"
#include "map_load.h"
#include "map_match.h"
#include "map_model.h"

#define HEADERS                                                      \
	"X-Error: 32203\r\nX-A:\r\n b\r\nReason: Q.850;cause=17, Q.850;" \
	"cause=34\r\n\r\n"

const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses texts when it meets a syntax error
 * NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static struct dr_text whole_of(const struct dr_map *map)
{
	return (struct dr_text){(const char *)map, dr_map_size(map)};
}

static void check_conditions(const struct dr_conditions *when)
{
	size_t i;

	for(i = 0; i < when->code_count; i++)
		CHECK((when->codes[i] >= 300 && when->codes[i] <= 699)
				|| (when->codes[i] >= 3 && when->codes[i] <= 6));
	for(i = 0; i < when->cause_count; i++)
		CHECK(when->causes[i] >= 1 && when->causes[i] <= 127);
	CHECK(when->source >= DR_ANY && when->source < DR_SOURCE_COUNT);
	CHECK(when->after >= DR_ANY && when->after < DR_AFTER_COUNT);
	CHECK(when->prefix.len == 0 || when->header.len > 0);
}

static void check_rules(const struct dr_map *map)
{
	struct dr_text whole = whole_of(map);
	struct dr_rule rule;
	int i;

	for(i = 0; i < dr_map_rule_count(map); i++) {
		dr_map_get_rule(map, i, &rule);
		CHECK(is_inside(rule.profile, whole) && is_inside(rule.file, whole));
		CHECK(is_inside(rule.when.header, whole));
		CHECK(is_inside(rule.when.prefix, whole));
		CHECK(is_inside(rule.when.phrase, whole));
		check_conditions(&rule.when);
		CHECK(rule.reason < DR_REASON_COUNT && rule.line > 0);
		CHECK(rule.detail.len == 0 || dr_detail_check(rule.detail) == 0);
		CHECK(rule.when.code_count > 0 || rule.when.source != DR_ANY
				|| rule.when.after != DR_ANY || rule.when.cause_count > 0
				|| rule.when.header.len > 0 || rule.when.phrase.len > 0);
	}
}

static void check_profiles(const struct dr_map *map)
{
	struct dr_profile profile;
	int rules = 0;
	int i;

	for(i = 0; i < dr_map_profile_count(map); i++) {
		dr_map_get_profile(map, i, &profile);
		CHECK(dr_map_find_profile(map, profile.name) == i);
		CHECK(profile.parent < dr_map_profile_count(map));
		CHECK(profile.parent != i);
		rules += profile.rule_count;
	}
	CHECK(rules == dr_map_rule_count(map));
}

static void check_places(const struct dr_map *map)
{
	struct dr_bridge bridge;
	struct dr_trunk trunk;
	int i, j;

	for(i = 0; i < dr_map_trunk_count(map); i++) {
		dr_map_get_trunk(map, i, &trunk);
		CHECK(dr_map_find_trunk(map, trunk.name) == i);
		CHECK(trunk.profile >= 0 && trunk.profile < dr_map_profile_count(map));
		for(j = 0; j < trunk.pattern_count; j++)
			CHECK(dr_map_trunk_pattern(map, i, j).len > 0);
	}
	for(i = 0; i < dr_map_bridge_count(map); i++) {
		dr_map_get_bridge(map, i, &bridge);
		CHECK(dr_map_find_bridge(map, bridge.name) == i);
		CHECK(bridge.header_count > 0 && bridge.pattern_count > 0);
		CHECK(dr_map_bridge_lines(map, i, DR_UNKNOWN_REASON).len > 0);
	}
}

/* What the map says, read back from it */
static void read_back(const struct dr_map *map, struct dr_spec *spec)
{
	struct dr_profile profile;
	struct dr_rule rule;
	int i;

	dr_spec_init(spec);
	for(i = 0; i < dr_map_profile_count(map); i++) {
		struct dr_spec_profile *added =
				i > 0 ? dr_spec_add(spec, profiles) : spec->profiles.list;

		CHECK(added);
		dr_map_get_profile(map, i, &profile);
		added->parent = profile.parent;
		added->q850 = profile.q850;
	}
	for(i = 0; i < dr_map_rule_count(map); i++) {
		struct dr_spec_rule *added = dr_spec_add(spec, rules);

		CHECK(added);
		dr_map_get_rule(map, i, &rule);
		added->profile = dr_map_find_profile(map, rule.profile);
		added->when = rule.when;
		added->reason = rule.reason;
		added->detail = rule.detail;
	}
}

static void check_answer(const struct dr_map *map, const struct dr_spec *spec,
		const struct dr_attempt *attempt)
{
	struct dr_answer answer, expected;
	int code = attempt->code;
	int sent;

	dr_classify(attempt, &answer);
	model_classify(spec, attempt, &expected);
	CHECK(!model_difference(&answer, &expected));
	if(dr_map_bridge_count(map) == 0)
		return;
	sent = dr_map_bridge_send(map, 0, code, &answer);
	CHECK(dr_may_translate(code) ? dr_may_translate(sent) : sent == code);
}

/* Some attempts; the answer is that of the plain way, which only knows as many
 * phrases and prefixes as a search looks at */
static void check_answers(const struct dr_map *map)
{
	static const struct dr_text phrase = DR_TEXT("Channel limit D5, busy here");
	static const struct dr_text headers = DR_TEXT(HEADERS);
	static const int codes[] = {0, 404, 480, 486, 500, 503, 603};
	struct dr_attempt attempt = {
			.map = map, .q850 = true, .phrase = phrase, .headers = headers};
	struct dr_spec spec;
	size_t i;

	read_back(map, &spec);
	for(i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		attempt.code = codes[i];
		attempt.source = (enum dr_source)(i % DR_SOURCE_COUNT);
		attempt.after = (enum dr_after)(i % DR_AFTER_COUNT);
		attempt.profile = (int)i % dr_map_profile_count(map);
		check_answer(map, &spec, &attempt);
		attempt.source = DR_SOURCE_REMOTE;
		check_answer(map, &spec, &attempt);
	}
	dr_spec_free(&spec);
}

static void check_errors(const struct dr_map_errors *complaints)
{
	size_t errors = 0;
	size_t i;

	for(i = 0; i < complaints->count; i++) {
		const struct dr_map_error *one = &complaints->list[i];

		CHECK(one->file && strstr(one->text, "expected"));
		CHECK(one->line >= 0);
		errors += !one->warning;
	}
	CHECK(complaints->errors == errors
			|| complaints->count == DR_MAP_ERRORS_MAX);
}

/**
 * Load one input, and ask what came of it
 *
 * @param data Text of a map
 * @param size Its length in bytes
 *
 * @return 0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dr_map_errors complaints;
	struct dr_map *map;
	char path[32];
	int fd = memfd_create("map", 0);
	int err;

	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = dr_map_load(path, &map, &complaints);
	close(fd);
	CHECK((err == 0) == (complaints.errors == 0));
	CHECK((err == 0) == (map != NULL));
	check_errors(&complaints);
	if(map) {
		check_rules(map);
		check_profiles(map);
		check_places(map);
		check_answers(map);
	}
	free(map);
	dr_map_errors_free(&complaints);
	return 0;
}
