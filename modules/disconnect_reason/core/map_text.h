/**
 * @file map_text.h  Reads the files of a map into one text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_TEXT_H
#define DR_MAP_TEXT_H

#include <stdint.h>

#include "map_def.h"

struct dr_complainer;

/** Most files that include each other in a row */
#define DR_INCLUDE_DEPTH_MAX 10

/** Most files of a map */
#define DR_FILES_MAX 256

/** Longest name of an include in bytes, with its zero byte */
#define DR_INCLUDE_NAME_MAX 1024

/** A place behind all lines */
#define DR_AT_END SIZE_MAX

/** Lines in a row that stand so in a file */
struct dr_segment
{
	size_t at; /**< first line of the whole text, from 1 */
	int file;  /**< index of dr_spec.files */
	int line;  /**< of the file, from 1 */
};

/** A text in quotes with nothing but blanks and comments behind it on its line.
 * libconfig looks one token ahead, and says that it stands where that one is. */
struct dr_late_text
{
	size_t at;	  /**< line of the token behind it */
	size_t begin; /**< line on which it begins */
	size_t start; /**< where it starts in the whole text, behind its quote */
	size_t len;
};

/** The text of a map with all its includes; begin with {.spec = ...} */
struct dr_files
{
	struct dr_spec *spec; /**< keeps the names */
	char *text;			  /**< ends with a zero byte */
	size_t len;
	size_t room;
	size_t lines; /**< number of the last line, from 1 */
	struct dr_segment *segments;
	size_t segment_count;
	size_t segment_room;
	struct dr_late_text *late;
	size_t late_count;
	size_t late_room;
};

int dr_files_read(struct dr_files *files, const char *path,
		struct dr_complainer *complainer);
const char *dr_files_place(
		const struct dr_files *files, size_t at, int *file, int *line);
int dr_files_add_name(struct dr_files *files, const char *path);
void dr_files_add_text(struct dr_files *files, const char *s, size_t len);
void dr_files_add_segment(struct dr_files *files, int file, int line);
void dr_files_add_late(struct dr_files *files, struct dr_late_text late);
size_t dr_files_begin_of(
		const struct dr_files *files, size_t at, struct dr_text text);
void dr_files_free(struct dr_files *files);

/** Longest text that dr_file_read() says about an error, in bytes */
#define DR_FILE_ERROR_MAX 128

int dr_file_read(
		const char *path, size_t most, char **text, size_t *len, char *error);

#endif
