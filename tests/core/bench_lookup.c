/**
 * @file bench_lookup.c  What an answer costs, by the size of the map
 *
 * usage: bench_lookup                            nanoseconds for all maps
 *        bench_lookup KIND RULES TRUNKS ANSWERS  only ask; for valgrind
 *
 * KIND says what all rules of the map ask for: code, q850, header, phrase, all
 * (each of these in turn), or none for no map at all, the built-in tables.
 *
 * An answer is what one failed attempt needs: find the trunk of its host, or of
 * its address, then classify. Run under valgrind, count what is collected inside
 * ask_all() (see core-bench in core.mk).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For clock_gettime(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "classify.h"
#include "map_compile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS 5
#define ANSWERS 200000
#define RULES_OF_A_PROFILE 1000

/* A reply of a trunk, as a B2BUA sends it */
#define HEADERS                                                              \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKcydzigwkX;rport=5060\r\n" \
	"Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK-524287-1---a7\r\n"      \
	"From: \"Agent\" <sip:+15550100@example.com>;tag=f7b6a1c8\r\n"           \
	"To: <sip:+15550199@example.net>;tag=as58f4201b\r\n"                     \
	"Call-ID: 843817637684230@998sdasdh09\r\n"                               \
	"CSeq: 1826 INVITE\r\n"                                                  \
	"User-Agent: Some PBX 18.2\r\n"                                          \
	"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY\r\n"            \
	"Supported: replaces, timer\r\n"

#define END "Content-Length: 0\r\n\r\n"

static const struct
{
	int code;
	struct dr_text phrase;
	struct dr_text headers;
} replies[] = {
		{486, DR_TEXT("Busy Here"), DR_TEXT(HEADERS END)},
		{480, DR_TEXT("Temporarily Unavailable"),
				DR_TEXT(HEADERS "Reason: Q.850;cause=34\r\n" END)},
		{603, DR_TEXT("Decline"), DR_TEXT(HEADERS "X-Error: 10007 no\r\n" END)},
		{403, DR_TEXT("Limit word7 exceeded"), DR_TEXT(HEADERS END)},
		{503, DR_TEXT("Service Unavailable"), DR_TEXT(HEADERS END)},
};

enum kind
{
	KIND_CODE,
	KIND_Q850,
	KIND_HEADER,
	KIND_PHRASE,
	KIND_ALL,
	KIND_NONE,
	KIND_COUNT
};

static const char *const kinds[KIND_COUNT] = {
		"code", "q850", "header", "phrase", "all", "none"};

static const struct
{
	int rules;
	int trunks;
} sizes[] = {{10, 1}, {100, 10}, {10000, 1000}};

static struct dr_text keep(struct dr_spec *spec, const char *format, int number)
{
	char buf[64];

	snprintf(buf, sizeof(buf), format, number);
	return dr_spec_text(spec, buf, strlen(buf));
}

static void set_code(
		struct dr_spec *spec, struct dr_conditions *when, unsigned short code)
{
	when->codes = dr_spec_keep(spec, &code, sizeof(code));
	when->code_count = 1;
}

/* Conditions of a rule; no two rules of a profile have the same */
static void set_conditions(struct dr_spec *spec, struct dr_conditions *when,
		enum kind kind, int number)
{
	static const struct dr_text header = DR_TEXT("X-Error");
	unsigned char cause = (unsigned char)(1 + number % 127);

	if(kind == KIND_ALL)
		kind = (enum kind)(number % KIND_ALL);
	when->source = DR_ANY;
	when->after = DR_ANY;
	set_code(spec, when,
			(unsigned short)replies[(size_t)number % COUNT(replies)].code);
	if(kind == KIND_CODE) {
		set_code(spec, when, (unsigned short)(300 + number % 400));
		when->after = number / 400 % DR_AFTER_COUNT;
	} else if(kind == KIND_Q850) {
		when->causes = dr_spec_keep(spec, &cause, 1);
		when->cause_count = 1;
	} else if(kind == KIND_HEADER) {
		when->header = header;
		when->prefix = keep(spec, "%d", 10000 + number);
	} else {
		when->phrase = keep(spec, "word%d", number);
	}
}

static void add_rules(struct dr_spec *spec, enum kind kind, int rules)
{
	int i;

	for(i = 0; i < rules; i++) {
		struct dr_spec_rule *rule;

		if(i > 0 && i % RULES_OF_A_PROFILE == 0) {
			struct dr_spec_profile *profile = dr_spec_add(spec, profiles);

			profile->name = keep(spec, "p%d", i);
			profile->q850 = DR_ANY;
		}
		rule = dr_spec_add(spec, rules);
		rule->profile = (int)spec->profiles.count - 1;
		rule->number = i % RULES_OF_A_PROFILE + 1;
		rule->reason = DR_AGENT_ERROR;
		set_conditions(spec, &rule->when, kind, i);
	}
}

static void add_host(struct dr_spec *spec, int trunk)
{
	struct dr_spec_pattern *pattern = dr_spec_add(spec, trunk_patterns);

	pattern->owner = trunk;
	pattern->is_host = true;
	pattern->text = keep(spec, "*.t%d.example.net", trunk);
}

static void add_network(struct dr_spec *spec, int trunk)
{
	struct dr_spec_pattern *pattern = dr_spec_add(spec, trunk_patterns);
	struct dr_address *address = &pattern->network.address;

	pattern->owner = trunk;
	pattern->network.bits = 24;
	address->len = 4;
	address->bytes[0] = 10;
	address->bytes[1] = (unsigned char)(trunk / 256);
	address->bytes[2] = (unsigned char)(trunk % 256);
}

static struct dr_map *make_map(enum kind kind, int rules, int trunks)
{
	struct dr_map *map = NULL;
	struct dr_spec spec;
	int i;

	if(kind == KIND_NONE)
		return NULL;

	dr_spec_init(&spec);
	add_rules(&spec, kind, rules);
	for(i = 0; i < trunks; i++) {
		struct dr_spec_trunk *trunk = dr_spec_add(&spec, trunks);

		trunk->name = keep(&spec, "trunk%d", i);
		trunk->profile = i % (int)spec.profiles.count;
		add_host(&spec, i);
		add_network(&spec, i);
	}
	if(spec.no_memory || dr_map_compile(&spec, &map) != 0)
		abort();
	dr_spec_free(&spec);
	return map;
}

static int find_profile(const struct dr_map *map, int number)
{
	static const struct dr_text host = DR_TEXT("sbc-3.t0.example.net");
	struct dr_address address = {{10, 0, 0, 1}, 4};
	struct dr_trunk trunk;
	int found;

	if(!map)
		return DR_PROFILE_DEFAULT;

	found = number % 2 ? dr_map_trunk_of_host(map, host)
					   : dr_map_trunk_of_address(map, &address);
	if(found == DR_NONE)
		return DR_PROFILE_DEFAULT;

	dr_map_get_trunk(map, found, &trunk);
	return trunk.profile;
}

/* Answer; not inlined, so that valgrind sees it apart. The sum of all
 * reasons keeps a compiler from leaving something out. */
__attribute__((noinline)) unsigned ask_all(
		const struct dr_map *map, int answers)
{
	unsigned sum = 0;
	int i;

	for(i = 0; i < answers; i++) {
		size_t reply = (size_t)i % COUNT(replies);
		struct dr_attempt attempt = {.map = map,
				.source = DR_SOURCE_REMOTE,
				.after = DR_AFTER_RINGING,
				.code = replies[reply].code,
				.q850 = true,
				.phrase = replies[reply].phrase,
				.headers = replies[reply].headers};
		struct dr_answer answer;

		attempt.profile = find_profile(map, i);
		dr_classify(&attempt, &answer);
		sum += (unsigned)answer.reason;
	}
	return sum;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds of an answer, the least of some rounds */
static double measure(const struct dr_map *map)
{
	double best = 0;
	int i;

	for(i = 0; i < ROUNDS; i++) {
		double start = now();
		double each;

		if(ask_all(map, ANSWERS) == 0)
			abort();
		each = (now() - start) / ANSWERS;
		if(i == 0 || each < best)
			best = each;
	}
	return best;
}

/* Measure one map; the ratio is to the nanoseconds of another one */
static double measure_map(enum kind kind, int rules, int trunks, double other)
{
	struct dr_map *map = make_map(kind, rules, trunks);
	double each = measure(map);

	printf("%-8s %6d %6d %9zu %10.1f %8.2f\n", kinds[kind], rules, trunks,
			map ? dr_map_size(map) : 0, each, other > 0 ? each / other : 1);
	free(map);
	return each;
}

static int measure_all(void)
{
	size_t kind, i;

	printf("%-8s %6s %6s %9s %10s %8s\n", "asks", "rules", "trunks", "bytes",
			"ns/answer", "ratio");
	measure_map(KIND_NONE, 0, 0, 0);
	for(kind = 0; kind < KIND_NONE; kind++) {
		double least = 0;

		for(i = 0; i < COUNT(sizes); i++) {
			double each = measure_map(
					(enum kind)kind, sizes[i].rules, sizes[i].trunks, least);

			if(i == 0)
				least = each;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t kind = 0;
	struct dr_map *map;

	if(argc == 1)
		return measure_all();

	while(argc == 5 && kind < KIND_COUNT && strcmp(argv[1], kinds[kind]) != 0)
		kind++;
	if(argc != 5 || kind == KIND_COUNT) {
		fprintf(stderr, "usage: bench_lookup [KIND RULES TRUNKS ANSWERS]\n");
		return 2;
	}
	map = make_map((enum kind)kind, (int)strtol(argv[2], NULL, 10),
			(int)strtol(argv[3], NULL, 10));
	printf("%u\n", ask_all(map, (int)strtol(argv[4], NULL, 10)));
	free(map);
	return 0;
}
