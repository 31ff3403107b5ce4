/**
 * @file print.h  Inputs, answers and rules of maps, in words and in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * What ends in _print writes words for people, what ends in _json values into
 * the object that is open.
 */

#ifndef DRMAP_PRINT_H
#define DRMAP_PRINT_H

#include <stdio.h>

#include "sweep.h"

FILE *string_open(char **string);
void string_close(FILE *out);

void text_print(FILE *out, struct dr_text text);
void input_print(FILE *out, const struct group *group);
void input_json(const struct group *group);
void conditions_print(FILE *out, const struct dr_conditions *when);
void conditions_json(const struct dr_conditions *when);
void reply_print(FILE *out, const struct dr_reply *reply);
void answer_print(FILE *out, const struct outcome *answer);
void answer_json(const struct outcome *answer);
void change_print(
		FILE *out, const struct outcome *old, const struct outcome *new);
void change_json(const struct outcome *old, const struct outcome *new);
void rule_print(FILE *out, const struct dr_map *map, int number);
void decision_json(const struct dr_map *map, const struct outcome *answer);

#endif
