/**
 * @file map_scan.c  Puts the files of a map together and looks at their size
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Includes are put in place here, not by libconfig: its scanner ends the process
 * when it can not read an include (a directory is enough), and waits for ever
 * for a FIFO. What libconfig would take too much time or memory for, or get
 * wrong without a word, is refused before it sees it:
 *
 *  - names in a group are compared with each other, one by one
 *  - brackets within brackets, and the number of values, cost memory
 *  - large numbers lose their upper bits, bytes 0 end a text
 *
 * So this file knows how libconfig tells apart texts, comments and the rest
 * (its manual, chapter 3), and nothing else of its grammar.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_complain.h"
#include "map_files.h"
#include "map_load.h"

/* Most brackets within each other; a map needs 6 */
#define DEPTH_MAX 16
/* Most names in the whole map, in one of its groups, and in a deeper one */
#define ROOT_NAMES_MAX 64
#define GROUP_NAMES_MAX (DR_PROFILES_MAX - 1)
#define DEEP_NAMES_MAX 64
/* Most values and names of a map, brackets included */
#define VALUES_MAX 1000000
/* Digits and letters of a number that any version of libconfig can hold */
#define NUMBER_MAX 9

/* What is counted over all files */
struct scan
{
	struct dr_files *files;
	struct dr_complainer *complainer;
	struct dr_text folder; /* of the map, with "/" at its end; may be empty */
	size_t depth;
	int names[DEPTH_MAX + 1];
	size_t values;
	int includes; /* files that include each other right now */
};

/* Where the scan of one file is */
struct cursor
{
	const char *p;
	const char *end;
	const char *pending; /* what is not in files->text yet */
	size_t at;			 /* line of the whole text */
	int file;
	int line;
	bool line_start; /* nothing but blanks before, on this line */
};

static int scan_file(struct scan *scan, int file, struct dr_text text);


static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}


static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}


static bool is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}


static bool starts(const struct cursor *c, const char *s)
{
	size_t len = strlen(s);

	return (size_t)(c->end - c->p) >= len && memcmp(c->p, s, len) == 0;
}


static void step(struct cursor *c)
{
	if(*c->p == '\n') {
		c->at++;
		c->line++;
		c->line_start = true;
	} else if(*c->p != ' ' && *c->p != '\t') {
		c->line_start = false;
	}
	c->p++;
}


static void skip(struct cursor *c, size_t len)
{
	while(len-- > 0)
		step(c);
}


static void flush(struct scan *scan, struct cursor *c, const char *to)
{
	dr_files_add_text(scan->files, c->pending, (size_t)(to - c->pending));
	c->pending = to;
}


static int take_line_comment(struct scan *scan, struct cursor *c)
{
	(void)scan;
	while(c->p < c->end && *c->p != '\n')
		step(c);

	return 0;
}


static int take_block_comment(struct scan *scan, struct cursor *c)
{
	size_t at = c->at;

	skip(c, 2);
	while(c->p < c->end && !starts(c, "*/"))
		step(c);

	if(c->p == c->end) {
		dr_complain(scan->complainer, at,
				"this comment never ends, expected \"*/\"");
		return EINVAL;
	}
	skip(c, 2);
	return 0;
}


static int take_slash(struct scan *scan, struct cursor *c)
{
	if(starts(c, "//"))
		return take_line_comment(scan, c);
	if(starts(c, "/*"))
		return take_block_comment(scan, c);

	step(c);
	return 0;
}


static int take_text(struct scan *scan, struct cursor *c)
{
	size_t at = c->at;

	step(c);
	while(c->p < c->end && *c->p != '"') {
		if(starts(c, "\\x00") || starts(c, "\\X00"))
			dr_complain(scan->complainer, c->at,
					"a byte 0 in a text, expected characters");
		if(*c->p == '\\' && c->end - c->p > 1)
			step(c);
		step(c);
	}
	if(c->p == c->end) {
		dr_complain(scan->complainer, at,
				"this text never ends, expected a closing quote");
		return EINVAL;
	}
	step(c);
	return 0;
}


static int count_value(struct scan *scan, struct cursor *c)
{
	if(++scan->values > VALUES_MAX) {
		dr_complain(scan->complainer, c->at,
				"too many values, expected at most %d in a map", VALUES_MAX);
		return EINVAL;
	}
	step(c);
	return 0;
}


static int take_assignment(struct scan *scan, struct cursor *c)
{
	static const int most[] = {ROOT_NAMES_MAX, GROUP_NAMES_MAX};
	int limit = scan->depth < 2 ? most[scan->depth] : DEEP_NAMES_MAX;

	if(++scan->names[scan->depth] > limit) {
		dr_complain(scan->complainer, c->at,
				"too many names, expected at most %d here", limit);
		return EINVAL;
	}
	return count_value(scan, c);
}


static int take_opening(struct scan *scan, struct cursor *c)
{
	if(scan->depth == DEPTH_MAX) {
		dr_complain(scan->complainer, c->at,
				"brackets within brackets, expected at most %d", DEPTH_MAX);
		return EINVAL;
	}
	scan->names[++scan->depth] = 0;
	return count_value(scan, c);
}


static int take_closing(struct scan *scan, struct cursor *c)
{
	if(scan->depth > 0)
		scan->depth--;
	step(c);
	return 0;
}


static int take_word(struct scan *scan, struct cursor *c)
{
	const char *start = c->p;
	bool is_number = is_digit(*c->p);

	while(c->p < c->end && is_name(*c->p))
		step(c);

	if(is_number && c->p - start > NUMBER_MAX)
		dr_complain(scan->complainer, c->at,
				"this number is too large, expected at most %d digits",
				NUMBER_MAX);
	return 0;
}


/* Take the file name of an include, with its quotes; false when it is none */
static bool take_include_name(struct cursor *c, char *name, size_t size)
{
	size_t len = 0;

	skip(c, strlen("@include"));
	if(c->p == c->end || (*c->p != ' ' && *c->p != '\t'))
		return false;
	while(c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		step(c);
	if(c->p == c->end || *c->p != '"')
		return false;

	for(step(c); c->p < c->end && *c->p != '"'; step(c)) {
		if(starts(c, "\\\\") || starts(c, "\\\""))
			step(c);
		if((unsigned char)*c->p < 0x20 || len + 1 == size)
			return false;
		name[len++] = *c->p;
	}
	if(c->p == c->end || len == 0)
		return false;

	step(c);
	name[len] = '\0';
	return true;
}


/* Put a file in place of the include that stands at the end of the text */
static int include_file(struct scan *scan, const char *path)
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
	s = dr_file_read(path, DR_MAP_FILE_MAX - files->len, &text.len, error);
	if(!s) {
		dr_complain(scan->complainer, at,
				"include \"%s\" can not be read: %s, expected a file, and a map "
				"of at most %d bytes in all",
				dr_shown(shown, (struct dr_text){path, strlen(path)}), error,
				DR_MAP_FILE_MAX);
		return 0;
	}
	text.s = s;
	scan->includes++;
	err = scan_file(scan, dr_files_add_name(files, path), text);
	scan->includes--;
	free(s);
	return err;
}


static int take_include(struct scan *scan, struct cursor *c)
{
	char path[2 * DR_INCLUDE_NAME_MAX];
	char name[DR_INCLUDE_NAME_MAX];
	bool is_place = c->line_start && starts(c, "@include");
	int err;

	flush(scan, c, c->p);
	if(!is_place || !take_include_name(c, name, sizeof(name))) {
		dr_complain(scan->complainer, c->at,
				"unknown \"@\", expected @include \"FILE\" at the start of a "
				"line");
		return EINVAL;
	}
	c->pending = c->p;
	snprintf(path, sizeof(path), "%.*s%s",
			*name == '/' ? 0 : (int)scan->folder.len, scan->folder.s, name);
	err = include_file(scan, path);
	if(err != 0)
		return err;

	if(scan->files->len > 0 && scan->files->text[scan->files->len - 1] != '\n')
		dr_files_add_text(scan->files, "\n", 1);
	c->at = scan->files->lines;
	dr_files_add_segment(scan->files, c->file, c->line);
	return 0;
}


static int take_nul(struct scan *scan, struct cursor *c)
{
	dr_complain(scan->complainer, c->at, "a byte 0, expected text");
	return EINVAL;
}


/* Take what begins at the cursor */
static int take(struct scan *scan, struct cursor *c)
{
	static int (*const takers[256])(struct scan *, struct cursor *) = {
			['\0'] = take_nul,
			['"'] = take_text,
			['#'] = take_line_comment,
			['/'] = take_slash,
			['@'] = take_include,
			['='] = take_assignment,
			[':'] = take_assignment,
			[','] = count_value,
			['{'] = take_opening,
			['('] = take_opening,
			['['] = take_opening,
			['}'] = take_closing,
			[')'] = take_closing,
			[']'] = take_closing,
	};
	unsigned char first = (unsigned char)*c->p;

	if(takers[first])
		return takers[first](scan, c);
	if(is_digit(*c->p) || is_letter(*c->p))
		return take_word(scan, c);

	step(c);
	return 0;
}


/* Add a file to the text, with what it includes */
static int scan_file(struct scan *scan, int file, struct dr_text text)
{
	struct cursor c = {text.s, text.s + text.len, text.s, scan->files->lines,
			file, 1, true};
	const char *nul = memchr(text.s, '\0', text.len);
	int err = 0;

	dr_files_add_segment(scan->files, file, 1);
	if(nul)
		c.end = nul + 1;
	while(err == 0 && c.p < c.end)
		err = take(scan, &c);

	flush(scan, &c, c.p);
	return err;
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
	struct scan scan = {.files = files, .complainer = complainer};
	char error[DR_FILE_ERROR_MAX];
	struct dr_text text;
	char *s;

	files->lines = 1;
	dr_files_add_name(files, path);
	scan.folder =
			(struct dr_text){path, slash ? (size_t)(slash - path) + 1 : 0};
	s = dr_file_read(path, DR_MAP_FILE_MAX, &text.len, error);
	if(!s) {
		dr_complain(complainer, 0,
				"the map can not be read: %s, expected a file of at most %d "
				"bytes",
				error, DR_MAP_FILE_MAX);
		return EINVAL;
	}
	text.s = s;
	scan_file(&scan, 0, text);
	free(s);
	if(files->spec->no_memory)
		return ENOMEM;

	return complainer->errors > 0 ? EINVAL : 0;
}
