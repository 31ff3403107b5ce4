/**
 * @file print.h  Inputs and answers in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_PRINT_H
#define DRMAP_PRINT_H

#include "sweep.h"

/** Longest words for one thing in bytes, with a zero byte */
#define WORDS_MAX 4096

/** Words that are put together; begin with zeros */
struct words
{
	char s[WORDS_MAX];
	size_t len;
};

void words_add(struct words *words, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
void words_add_text(struct words *words, struct dr_text text);
void words_add_codes(struct words *words, const struct set *codes);
void words_add_causes(struct words *words, const struct set *causes);
void words_add_afters(struct words *words, unsigned afters);
void words_add_answer(struct words *words, int reason, struct dr_text detail);
void words_add_input(struct words *words, const struct group *group);
void words_add_conditions(
		struct words *words, const struct dr_conditions *when);
void words_add_reply(struct words *words, const struct dr_reply *reply);
void words_add_rule(struct words *words, const struct dr_map *map, int number);

#endif
