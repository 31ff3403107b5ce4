/**
 * @file json_map.h  Inputs, answers and rules of maps in JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_JSON_MAP_H
#define DRMAP_JSON_MAP_H

#include "sweep.h"
#include "json.h"

void json_input(const struct group *group);
void json_answer(int reason, struct dr_text detail);
void json_conditions(const struct dr_conditions *when);
void json_rule(const struct dr_map *map, int number);

#endif
