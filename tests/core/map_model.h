/**
 * @file map_model.h  Random maps and attempts, and a plain way to judge them
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

/** What the plain way finds */
struct model_answer
{
	int rule;  /**< index of the spec's rules, or DR_NONE */
	int cause; /**< that the rule asked for, or DR_CAUSE_NONE */
	bool q850; /**< may causes refine? */
};

unsigned model_random(uint32_t *state, unsigned below);
void model_rules(uint32_t *state, struct dr_spec *spec);
void model_trunks(uint32_t *state, struct dr_spec *spec);
void model_attempt(uint32_t *state, int profiles, struct model_attempt *out);
struct model_answer model_judge(
		const struct dr_spec *spec, const struct dr_attempt *attempt);
int model_trunk_of_host(const struct dr_spec *spec, const char *host);
int model_trunk_of_address(
		const struct dr_spec *spec, const struct dr_address *address);

#endif
