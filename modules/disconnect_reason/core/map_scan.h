/**
 * @file map_scan.h  Walks over the text of a map's files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_SCAN_H
#define DR_MAP_SCAN_H

#include "map_error.h"
#include "map_text.h"

/** Most brackets within each other; a map needs 6 */
#define DR_BRACKETS_MAX 16

/** What is counted over all files */
struct dr_scan
{
	struct dr_files *files;
	struct dr_complainer *complainer;
	struct dr_text folder; /**< of the map, with "/" at its end; may be empty */
	size_t depth;
	int names[DR_BRACKETS_MAX + 1];
	size_t values;
	size_t bytes;			  /**< that were read */
	struct dr_late_text text; /**< the last token, when it was one in quotes;
							   * else its begin is 0 */
	int includes;			  /**< files that include each other right now */
};

/** Where the scan of one file is */
struct dr_cursor
{
	const char *p;
	const char *end;
	const char *pending; /**< what is not in files->text yet */
	size_t at;			 /**< line of the whole text */
	int file;
	int line;
	bool line_start; /**< nothing but blanks before, on this line */
};


bool dr_cursor_starts(const struct dr_cursor *c, const char *s);
void dr_cursor_step(struct dr_cursor *c);
int dr_scan_file(struct dr_scan *scan, int file, struct dr_text text);
int dr_scan_include(struct dr_scan *scan, struct dr_cursor *c);

#endif
