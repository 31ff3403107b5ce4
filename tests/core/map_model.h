/**
 * @file map_model.h  Random maps and attempts, and a plain way to match them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_MAP_MODEL_H
#define DR_TEST_MAP_MODEL_H

#include <stdint.h>

#include "classify.h"
#include "map_compile.h"

/** Longest header fields and phrase of a random attempt */
#define MODEL_HEADERS_MAX 1024
#define MODEL_PHRASE_MAX 128

/** An attempt with the memory of its texts */
struct model_attempt
{
	struct dr_attempt attempt;
	char headers[MODEL_HEADERS_MAX];
	char phrase[MODEL_PHRASE_MAX];
};

unsigned model_random(uint32_t *state, unsigned below);
void model_rules(uint32_t *state, struct dr_spec *spec);
void model_trunks(uint32_t *state, struct dr_spec *spec);
void model_attempt(uint32_t *state, int profiles, struct model_attempt *out);
int model_rule(const struct dr_spec *spec, const struct dr_attempt *attempt,
		int *cause, bool *q850);
bool model_covers(const struct dr_spec *spec, size_t number);
void model_classify(const struct dr_spec *spec,
		const struct dr_attempt *attempt, struct dr_answer *answer);
const char *model_difference(
		const struct dr_answer *answer, const struct dr_answer *expected);
int model_trunk_of_host(const struct dr_spec *spec, const char *host);
int model_trunk_of_address(
		const struct dr_spec *spec, const struct dr_address *address);

#endif
