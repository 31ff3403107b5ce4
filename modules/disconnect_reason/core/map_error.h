/**
 * @file map_error.h  Collects complaints about a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_ERROR_H
#define DR_MAP_ERROR_H

#include "map_text.h"
#include "map_load.h"

/** Room for a text that dr_shown() made */
#define DR_SHOWN_MAX 80

/** Complaints while a map is loaded; begin with {.files = ...} */
struct dr_complainer
{
	const struct dr_files *files; /**< tells file and line of a place */
	struct dr_noted *list;
	size_t count;
	size_t room;
	size_t errors;
	size_t warnings;
	bool no_memory;
};

void dr_complain(struct dr_complainer *complainer, size_t at,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void dr_warn(struct dr_complainer *complainer, size_t at, const char *format,
		...) __attribute__((format(printf, 3, 4)));
int dr_complain_finish(
		struct dr_complainer *complainer, struct dr_complaints *complaints);
const char *dr_shown(char *buf, struct dr_text text);

#endif
