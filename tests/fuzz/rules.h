/**
 * @file rules.h  Rules in the input of a fuzzer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_FUZZ_RULES_H
#define DR_FUZZ_RULES_H

#include "map_def.h"

bool take_line(struct dr_text *text, struct dr_text *line);
void take_rules(struct dr_spec *spec, struct dr_text *text);

#endif
