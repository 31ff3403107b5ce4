/**
 * @file map_error.h  What is wrong with a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_ERROR_H
#define DR_MAP_ERROR_H

#include "map_def.h"

/** Most complaints about one map; the last one then says that there are more */
#define DR_COMPLAINTS_MAX 1000

/** Room for a text that dr_shown() made */
#define DR_SHOWN_MAX 80

/** What is wrong with a map: one place and what was expected there */
struct dr_complaint
{
	char *file;
	int line;	  /**< from 1; 0: the file as a whole */
	bool warning; /**< the map works, but not as somebody may think */
	char *text;	  /**< what is wrong, what was expected */
	size_t at;	  /**< line of the whole text; 0: before all, SIZE_MAX: after */
	size_t number;
};

/** All complaints about a map, in the order of its lines */
struct dr_complaints
{
	struct dr_complaint *list;
	size_t count;
	size_t room;
	size_t errors;	 /**< all that are no warnings, also when not listed */
	size_t warnings; /**< all of them */
};

/** Collects complaints while a map is loaded */
struct dr_complainer
{
	struct dr_complaints *complaints;
	const struct dr_spec *spec; /**< has the names of the files */
	bool no_memory;
};

void dr_complain(struct dr_complainer *complainer, struct dr_place place,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void dr_warn(struct dr_complainer *complainer, struct dr_place place,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void dr_complain_finish(struct dr_complainer *complainer);
void dr_complaints_free(struct dr_complaints *complaints);
size_t dr_complaint_print(
		char *buf, size_t size, const struct dr_complaint *complaint);
const char *dr_shown(char *buf, struct dr_text text);

#endif
