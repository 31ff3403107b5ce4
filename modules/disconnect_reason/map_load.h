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
	int line;	   /**< from 1; 0: the file as a whole */
	bool warning;  /**< the map works, but not as somebody may think */
	char *text;	   /**< what is wrong, what was expected */
};

/** All complaints about a map, in the order of its lines */
struct dr_complaints
{
	struct dr_complaint *list;
	size_t count;
	size_t errors; /**< those that are no warnings */
};

int dr_map_load(const char *path, struct dr_map **map,
		struct dr_complaints *complaints);
void dr_complaints_free(struct dr_complaints *complaints);

#endif
