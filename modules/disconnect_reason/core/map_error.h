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

/** Most errors and warnings about one map; the last one then says that there are more */
#define DR_MAP_ERRORS_MAX 1000

/** Room for a text that dr_shown() made */
#define DR_SHOWN_MAX 80

/** What is wrong with a map: one place and what was expected there */
struct dr_map_error
{
	char *file;
	int line;	  /**< from 1; 0: the file as a whole */
	bool warning; /**< the map works, but not as somebody may think */
	char *text;	  /**< what is wrong, what was expected */
	size_t at;	  /**< line of the whole text; 0: before all, SIZE_MAX: after */
	size_t number;
};

/** All errors and warnings of a map, in the order of its lines */
struct dr_map_errors
{
	struct dr_map_error *list;
	size_t count;
	size_t room;
	size_t errors;	 /**< all that are no warnings, also when not listed */
	size_t warnings; /**< all of them */
};

/** Collects errors while a map is loaded */
struct dr_errors
{
	struct dr_map_errors *all;
	const struct dr_spec *spec; /**< has the names of the files */
	bool no_memory;
};

void dr_error(struct dr_errors *errors, struct dr_place place,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void dr_warn(struct dr_errors *errors, struct dr_place place,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void dr_errors_finish(struct dr_errors *errors);
void dr_map_errors_free(struct dr_map_errors *all);
size_t dr_map_error_print(
		char *buf, size_t size, const struct dr_map_error *error);
const char *dr_shown(char *buf, struct dr_text text);

#endif
