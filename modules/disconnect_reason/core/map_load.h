/**
 * @file map_load.h  Reads a map from its libconfig file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_LOAD_H
#define DR_MAP_LOAD_H

#include <stdbool.h>
#include <stddef.h>

struct dr_map;

/** What is wrong with a map: one place and what was expected there */
struct dr_complaint
{
	char *file;
	int line;	  /**< from 1; 0: the file as a whole */
	bool warning; /**< the map works, but not as somebody may think */
	char *text;	  /**< what is wrong, what was expected */
};

/** All complaints about a map, in the order of its lines */
struct dr_complaints
{
	struct dr_complaint *list;
	size_t count;
	size_t errors;	 /**< all that are no warnings, also when not listed */
	size_t warnings; /**< all of them */
};

/** The largest map, with all files that it includes, in bytes */
#define DR_MAP_FILE_MAX (8 * 1024 * 1024)

/** Most complaints about one map; the last one then says that there are more */
#define DR_COMPLAINTS_MAX 1000

int dr_map_load(const char *path, struct dr_map **map,
		struct dr_complaints *complaints);
void dr_complaints_free(struct dr_complaints *complaints);
size_t dr_complaint_print(
		char *buf, size_t size, const struct dr_complaint *complaint);

#endif
