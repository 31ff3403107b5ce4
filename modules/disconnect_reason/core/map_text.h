/**
 * @file map_text.h  The files of a map as one text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_TEXT_H
#define DR_MAP_TEXT_H

#include "map_def.h"

struct dr_errors;

/** The largest map, with all files that it includes, in bytes */
#define DR_MAP_FILE_MAX (8 * 1024 * 1024)

/** Most files that include each other in a row */
#define DR_INCLUDE_DEPTH_MAX 10

/** Most files of a map */
#define DR_FILES_MAX 256

/** Longest name of an include in bytes, with its zero byte */
#define DR_INCLUDE_NAME_MAX 1024

/** The text of a map with all its includes; begin with {.spec = ...} */
struct dr_map_text
{
	struct dr_spec *spec; /**< keeps the names of the files */
	char *s;			  /**< ends with a zero byte */
	size_t len;
	size_t lines; /**< number of the last line, from 1 */
	DR_LIST(struct dr_place)
	pieces; /**< where lines begin that stand in a row
									  * in one file too */
};

int dr_map_text_read(
		struct dr_map_text *text, const char *path, struct dr_errors *errors);
struct dr_place dr_map_text_place(const struct dr_map_text *text, size_t at);
void dr_map_text_free(struct dr_map_text *text);

#endif
