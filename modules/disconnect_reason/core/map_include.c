/**
 * @file map_include.c  Puts the files of a map together
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Includes are put in place here, not by libconfig: its scanner ends the process
 * when it can not read an include (a directory is enough), and waits for ever
 * for a FIFO. The words are libconfig's: @include "FILE" at the start of a line,
 * relative to the folder of the map.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_load.h"
#include "map_scan.h"

/* Longest path of a file with its zero byte, in bytes */
#define PATH_SIZE 4096


/* Add the end of a line, where one is missing */
static void end_line(struct dr_files *files)
{
	if(files->len == 0 || files->text[files->len - 1] != '\n')
		dr_files_add_text(files, "\n", 1);
}


/* Take the file name of an include, with its quotes; false when it is none */
static bool take_include_name(struct dr_cursor *c, char *name, size_t size)
{
	const char *behind = c->p + strlen("@include");
	size_t len = 0;

	while(c->p < behind)
		dr_cursor_step(c);
	if(c->p == c->end || (*c->p != ' ' && *c->p != '\t'))
		return false;
	while(c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		dr_cursor_step(c);
	if(c->p == c->end || *c->p != '"')
		return false;

	for(dr_cursor_step(c); c->p < c->end && *c->p != '"'; dr_cursor_step(c)) {
		if(dr_cursor_starts(c, "\\\\") || dr_cursor_starts(c, "\\\""))
			dr_cursor_step(c);
		if((unsigned char)*c->p < 0x20 || len + 1 == size)
			return false;
		name[len++] = *c->p;
	}
	if(c->p == c->end || len == 0)
		return false;

	dr_cursor_step(c);
	name[len] = '\0';
	return true;
}


/* Put a file in place of the include that stands at the end of the text. One
 * that can not be read is only complained about. */
static int include_file(struct dr_scan *scan, const char *path)
{
	struct dr_files *files = scan->files;
	size_t at = files->lines;
	char error[DR_FILE_ERROR_MAX];
	char shown[DR_SHOWN_MAX];
	struct dr_text text;
	int err;
	char *s;

	if(scan->includes == DR_INCLUDE_DEPTH_MAX
			|| files->spec->files.count == DR_FILES_MAX) {
		dr_complain(scan->complainer, at,
				"too many includes, expected at most %d within each other and "
				"%d in all",
				DR_INCLUDE_DEPTH_MAX, DR_FILES_MAX);
		return EINVAL;
	}
	err = dr_file_read(
			path, DR_MAP_FILE_MAX - scan->bytes, &s, &text.len, error);
	if(err == ENOMEM) {
		files->spec->no_memory = true;
		return err;
	}
	if(err != 0) {
		dr_complain(scan->complainer, at,
				"include \"%s\" can not be read: %s, expected a file, and a "
				"map of at most %d bytes in all",
				dr_shown(shown, (struct dr_text){path, strlen(path)}), error,
				DR_MAP_FILE_MAX);
		return 0;
	}
	text.s = s;
	scan->bytes += text.len;
	scan->includes++;
	err = dr_scan_file(scan, dr_files_add_name(files, path), text);
	scan->includes--;
	free(s);
	return err;
}


/**
 * Put a file in place of the include at a cursor
 *
 * @param scan Complains when there is no include, or no file
 * @param c    The cursor, at "@"; moved behind the include
 *
 * @return 0; EINVAL when the scan can not go on; ENOMEM
 */
int dr_scan_include(struct dr_scan *scan, struct dr_cursor *c)
{
	char path[PATH_SIZE];
	char name[DR_INCLUDE_NAME_MAX];
	bool is_place = c->line_start && dr_cursor_starts(c, "@include");
	int len, err;

	dr_files_add_text(scan->files, c->pending, (size_t)(c->p - c->pending));
	if(!is_place || !take_include_name(c, name, sizeof(name))) {
		dr_complain(scan->complainer, c->at,
				"unknown \"@\", expected @include \"FILE\" at the start of a "
				"line");
		return EINVAL;
	}
	c->pending = c->p;
	len = snprintf(path, sizeof(path), "%.*s%s",
			*name == '/' ? 0 : (int)scan->folder.len, scan->folder.s, name);
	if(len < 0 || (size_t)len >= sizeof(path)) {
		dr_complain(scan->complainer, c->at,
				"the path of an include is too long, expected at most %d bytes",
				PATH_SIZE - 1);
		return EINVAL;
	}
	err = include_file(scan, path);
	if(err != 0)
		return err;

	end_line(scan->files);
	c->at = scan->files->lines;
	dr_files_add_segment(scan->files, c->file, c->line);
	return 0;
}


/**
 * Read the files of a map into one text
 *
 * @param files      What was read; to be freed with dr_files_free(), also on an
 *                   error
 * @param path       Path of the map; includes are relative to its folder
 * @param complainer Hears about everything that is wrong
 *
 * @return 0; EINVAL when something is wrong; ENOMEM
 */
int dr_files_read(struct dr_files *files, const char *path,
		struct dr_complainer *complainer)
{
	const char *slash = strrchr(path, '/');
	struct dr_scan scan = {.files = files, .complainer = complainer};
	char error[DR_FILE_ERROR_MAX];
	struct dr_text text;
	char *s;
	int err;

	files->lines = 1;
	dr_files_add_name(files, path);
	scan.folder =
			(struct dr_text){path, slash ? (size_t)(slash - path) + 1 : 0};
	err = dr_file_read(path, DR_MAP_FILE_MAX, &s, &text.len, error);
	if(err == ENOMEM)
		return err;
	if(err != 0) {
		dr_complain(complainer, 0,
				"the map can not be read: %s, expected a file of at most %d "
				"bytes",
				error, DR_MAP_FILE_MAX);
		return EINVAL;
	}
	text.s = s;
	scan.bytes = text.len;
	dr_scan_file(&scan, 0, text);
	end_line(files);
	free(s);
	if(files->spec->no_memory)
		return ENOMEM;

	return complainer->errors > 0 ? EINVAL : 0;
}
