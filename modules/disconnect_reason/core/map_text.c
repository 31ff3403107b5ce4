/**
 * @file map_text.c  The files of a map as one text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * libconfig gets one text, in which each include is replaced by its file. Left
 * to include files itself, libconfig 1.5 ends the process when one is a folder,
 * waits for ever for a FIFO, opens no absolute path, and fails over a comment in
 * a file's last line. What it would get wrong without a word, or take too much
 * time or memory for, is refused here:
 *
 *  - comments and includes that never end, bytes 0, numbers of too many digits
 *  - names in a group, which it compares with each other, one by one
 *  - brackets within brackets, and values, which cost memory
 *
 * So this file knows how libconfig separates texts, comments and the rest
 * (its manual, chapter 3), and nothing else of its grammar. The words of an
 * include are libconfig's: @include "FILE" at the start of a line.
 */

/* For stat(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "map_error.h"
#include "map_text.h"

#define INCLUDE "@include"
/* Longest path of a file with its zero byte, in bytes */
#define PATH_SIZE 4096
/* Room for the ends of lines that may be missing before and after each file, and
 * a zero byte */
#define ENDS_MAX (2 * DR_FILES_MAX + 1)
/* What is read of a file at first, in bytes */
#define READ_FIRST 4096
/* Most brackets within each other; a map needs 6 */
#define BRACKETS_MAX 16
/* Most names in the whole map, in one of its groups, and in a deeper one */
#define ROOT_NAMES_MAX 64
#define GROUP_NAMES_MAX (DR_PROFILES_MAX - 1)
#define DEEP_NAMES_MAX 64
/* Most values and names of a map, brackets included */
#define VALUES_MAX 1000000
/* Digits and letters of a number that any version of libconfig can hold */
#define NUMBER_MAX 9
#define DIGITS "0123456789"
#define NAME_CHARS \
	DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-_"

/* What a file holds */
struct file_text
{
	char *s;
	size_t len;
};

/* What is counted over all files */
struct scan
{
	struct dr_map_text *text;
	struct dr_errors *errors;
	struct dr_text folder; /* of the map, with "/" at its end; may be empty */
	size_t bytes;		   /* that were read */
	size_t values;
	size_t depth;
	int names[BRACKETS_MAX + 1]; /* of the group at each depth */
	int includes;				 /* files that include each other right now */
};

/* Where the scan of one file is */
struct cursor
{
	const char *start; /* of the file; ends with a zero byte */
	const char *p;
	const char *pending; /* what is not in the whole text yet */
	struct dr_place place;
};

/* Read what is left of a file, until there is more than may be; ENOMEM */
static int read_all(FILE *file, size_t most, struct file_text *text)
{
	size_t room = READ_FIRST;
	char *longer;

	text->len = 0;
	do {
		room *= 2;
		longer = realloc(text->s, room + 1);
		if(!longer)
			return ENOMEM;
		text->s = longer;
		text->len += fread(text->s + text->len, 1, room - text->len, file);
	} while(text->len == room && text->len <= most);
	text->s[text->len] = '\0';
	return 0;
}

/* Read a file whole, at most so many bytes; never waits for a FIFO or device.
 * Its text ends with a zero byte, and is to be freed, also on an error. */
static int read_file(const char *path, size_t most, struct file_text *text,
		const char **error)
{
	struct stat info;
	FILE *file = NULL;
	int err;

	text->s = NULL;
	*error = NULL;
	if(stat(path, &info) != 0)
		*error = strerror(errno);
	else if(S_ISDIR(info.st_mode))
		*error = "Is a directory";
	else if(!S_ISREG(info.st_mode))
		*error = "Is no regular file";
	else
		file = fopen(path, "re");
	if(!file && !*error)
		*error = strerror(errno);
	if(!file)
		return EINVAL;

	err = read_all(file, most, text);
	if(ferror(file))
		*error = strerror(errno);
	else if(err == 0 && text->len > most)
		*error = "Is too large";
	fclose(file);
	if(err != 0)
		return err;

	return *error ? EINVAL : 0;
}

/* Add to the whole text what the cursor has come over, and an end of the last
 * line where one is missing */
static void flush(struct scan *scan, struct cursor *c, bool end_line)
{
	struct dr_map_text *text = scan->text;

	for(; c->pending < c->p; c->pending++) {
		text->s[text->len++] = *c->pending;
		text->lines += *c->pending == '\n';
	}
	if(end_line && (text->len == 0 || text->s[text->len - 1] != '\n')) {
		text->s[text->len++] = '\n';
		text->lines++;
	}
}

/* The last line of the whole text, and those after it, stand so in the file */
static int begin_piece(struct scan *scan, struct cursor *c)
{
	struct dr_map_text *text = scan->text;
	struct dr_place *pieces = dr_grow(text->pieces.list, text->pieces.count,
			&text->pieces.room, sizeof(*pieces));

	if(!pieces)
		return ENOMEM;
	c->place.at = text->lines;
	text->pieces.list = pieces;
	pieces[text->pieces.count++] = c->place;
	return 0;
}

static void advance(struct cursor *c, const char *end)
{
	for(; c->p < end; c->p++) {
		c->place.at += *c->p == '\n';
		c->place.line += *c->p == '\n';
	}
}

/* Read the name of the include at the cursor, and move after it; false when
 * there is none */
static bool take_include_name(struct cursor *c, char *name, size_t size)
{
	const char *p = c->p;
	size_t len = 0;

	while(p > c->start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	if((p > c->start && p[-1] != '\n')
			|| strncmp(c->p, INCLUDE, strlen(INCLUDE)) != 0)
		return false;

	p = c->p + strlen(INCLUDE);
	p += strspn(p, " \t");
	if(*p != '"' || p == c->p + strlen(INCLUDE))
		return false;
	for(p++; *p != '"'; p++) {
		if(*p == '\\' && (p[1] == '\\' || p[1] == '"'))
			p++;
		if((unsigned char)*p < 0x20 || len + 1 == size)
			return false;
		name[len++] = *p;
	}
	name[len] = '\0';
	c->p = p + 1;
	return len > 0;
}

/* Keep the name of a file */
static int add_name(struct dr_spec *spec, const char *path)
{
	size_t len = strlen(path);
	const char *copy = dr_spec_keep(spec, path, len + 1);
	struct dr_text *name = copy ? dr_spec_add(spec, files) : NULL;

	if(!name)
		return ENOMEM;
	*name = (struct dr_text){copy, len};
	return 0;
}

static int scan_file(struct scan *scan, const struct file_text *text);

/* Put a file in place of the include at a place. One that can not be read is
 * only an error. */
static int include_file(
		struct scan *scan, struct dr_place place, const char *path)
{
	char shown[DR_SHOWN_MAX];
	struct file_text text;
	const char *error;
	int err;

	if(scan->includes == DR_INCLUDE_DEPTH_MAX
			|| scan->text->spec->files.count == DR_FILES_MAX) {
		dr_error(scan->errors, place,
				"too many includes, expected at most %d within each other and "
				"%d in all",
				DR_INCLUDE_DEPTH_MAX, DR_FILES_MAX);
		return EINVAL;
	}
	err = read_file(path, DR_MAP_FILE_MAX - scan->bytes, &text, &error);
	if(err == EINVAL) {
		dr_error(scan->errors, place,
				"include \"%s\" can not be read: %s, expected a file, and a "
				"map of at most %d bytes in all",
				dr_shown(shown, (struct dr_text){path, strlen(path)}), error,
				DR_MAP_FILE_MAX);
		free(text.s);
		return 0;
	}
	if(err == 0)
		err = add_name(scan->text->spec, path);
	if(err == 0) {
		scan->includes++;
		err = scan_file(scan, &text);
		scan->includes--;
	}
	free(text.s);
	return err;
}

static int take_include(struct scan *scan, struct cursor *c)
{
	char name[DR_INCLUDE_NAME_MAX];
	char path[PATH_SIZE];
	int err, len;

	flush(scan, c, false);
	if(!take_include_name(c, name, sizeof(name))) {
		dr_error(scan->errors, c->place,
				"unknown \"@\", expected " INCLUDE " \"FILE\" at the start of "
				"a line");
		return EINVAL;
	}
	c->pending = c->p;
	len = snprintf(path, sizeof(path), "%.*s%s",
			*name == '/' ? 0 : (int)scan->folder.len, scan->folder.s, name);
	if((size_t)len >= sizeof(path)) {
		dr_error(scan->errors, c->place,
				"the path of an include is too long, expected at most %d bytes",
				PATH_SIZE - 1);
		return EINVAL;
	}
	err = include_file(scan, c->place, path);
	if(err != 0)
		return err;

	flush(scan, c, true);
	return begin_piece(scan, c);
}

/* Count a name before "=", a bracket, or a value before "," */
static int count(struct scan *scan, const struct cursor *c)
{
	static const int most[] = {ROOT_NAMES_MAX, GROUP_NAMES_MAX};
	int limit = scan->depth < 2 ? most[scan->depth] : DEEP_NAMES_MAX;

	if(strchr("=:", *c->p) && ++scan->names[scan->depth] > limit) {
		dr_error(scan->errors, c->place,
				"too many names, expected at most %d here", limit);
		return EINVAL;
	}
	if(strchr("{([", *c->p)) {
		if(scan->depth == BRACKETS_MAX) {
			dr_error(scan->errors, c->place,
					"brackets within brackets, expected at most %d",
					BRACKETS_MAX);
			return EINVAL;
		}
		scan->names[++scan->depth] = 0;
	}
	if(++scan->values > VALUES_MAX) {
		dr_error(scan->errors, c->place,
				"too many values, expected at most %d in a map", VALUES_MAX);
		return EINVAL;
	}
	return 0;
}

/* The end of the text in quotes at the cursor; NULL: it never ends */
static const char *end_of_text(struct scan *scan, const struct cursor *c)
{
	struct cursor in = *c;

	for(advance(&in, in.p + 1); *in.p != '"'; advance(&in, in.p + 1)) {
		if(strncmp(in.p, "\\x00", 4) == 0 || strncmp(in.p, "\\X00", 4) == 0)
			dr_error(scan->errors, in.place,
					"a byte 0 in a text, expected characters");
		if(*in.p == '\\' && in.p[1] != '\0')
			advance(&in, in.p + 1);
		if(*in.p == '\0')
			return NULL;
	}
	return in.p + 1;
}

static const char *end_of_comment(const char *p)
{
	if(*p == '#' || p[1] == '/')
		return p + strcspn(p, "\n");

	p = strstr(p + 2, "*/");
	return p ? p + 2 : NULL;
}

static const char *end_of_word(struct scan *scan, const struct cursor *c)
{
	size_t len = strspn(c->p, NAME_CHARS);

	if(strchr(DIGITS, *c->p) && len > NUMBER_MAX)
		dr_error(scan->errors, c->place,
				"this number is too large, expected at most %d digits",
				NUMBER_MAX);
	return c->p + len;
}

/* Take what begins at the cursor */
static int take(struct scan *scan, struct cursor *c)
{
	bool is_comment = *c->p == '#'
					  || (*c->p == '/' && (c->p[1] == '/' || c->p[1] == '*'));
	const char *end = c->p + 1;
	int err = 0;

	if(*c->p == '@')
		return take_include(scan, c);
	if(strchr("=:,{([", *c->p))
		err = count(scan, c);
	else if(strchr("})]", *c->p))
		scan->depth -= scan->depth > 0;
	else if(strchr(NAME_CHARS, *c->p) && !strchr("-_", *c->p))
		end = end_of_word(scan, c);
	else if(is_comment)
		end = end_of_comment(c->p);
	else if(*c->p == '"')
		end = end_of_text(scan, c);

	if(!end) {
		dr_error(scan->errors, c->place,
				is_comment ? "this comment never ends, expected \"*/\""
						   : "this text never ends, expected a closing quote");
		return EINVAL;
	}
	advance(c, end);
	return err;
}

/* Add a file to the whole text, with what it includes. EINVAL: the scan can not
 * go on. */
static int scan_file(struct scan *scan, const struct file_text *text)
{
	struct cursor c = {text->s, text->s, text->s,
			{.file = (int)scan->text->spec->files.count - 1, .line = 1}};
	char *longer;
	int err = begin_piece(scan, &c);

	scan->bytes += text->len;
	longer = realloc(scan->text->s, scan->bytes + ENDS_MAX);
	if(!longer)
		return ENOMEM;
	scan->text->s = longer;
	if(err == 0 && strlen(text->s) < text->len) {
		advance(&c, text->s + strlen(text->s));
		dr_error(scan->errors, c.place, "a byte 0, expected text");
		return EINVAL;
	}
	while(err == 0 && *c.p != '\0')
		err = take(scan, &c);

	if(err == 0)
		flush(scan, &c, true);
	return err;
}

/**
 * Read the files of a map into one text
 *
 * @param text       Set to it; to be freed with dr_map_text_free(), also on an
 *                   error
 * @param path       Path of the map; includes are relative to its folder
 * @param errors Gets all that is wrong
 *
 * @return 0; EINVAL when something is wrong; ENOMEM
 */
int dr_map_text_read(
		struct dr_map_text *text, const char *path, struct dr_errors *errors)
{
	const char *slash = strrchr(path, '/');
	struct scan scan = {.text = text, .errors = errors};
	struct dr_place whole = {0};
	struct file_text read;
	const char *error;
	int err;

	text->s = malloc(ENDS_MAX);
	if(!text->s || add_name(text->spec, path) != 0)
		return ENOMEM;

	text->lines = 1;
	scan.folder =
			(struct dr_text){path, slash ? (size_t)(slash - path) + 1 : 0};
	err = read_file(path, DR_MAP_FILE_MAX, &read, &error);
	if(err == EINVAL)
		dr_error(errors, whole,
				"the map can not be read: %s, expected a file of at most %d "
				"bytes",
				error, DR_MAP_FILE_MAX);
	if(err == 0)
		err = scan_file(&scan, &read);
	text->s[text->len] = '\0';
	free(read.s);
	return err == 0 && errors->all->errors > 0 ? EINVAL : err;
}

/**
 * Where does a line of the whole text stand?
 *
 * @param text The text, as it was read
 * @param at   The line, from 1
 *
 * @return The place
 */
struct dr_place dr_map_text_place(const struct dr_map_text *text, size_t at)
{
	struct dr_place place;
	size_t low = 0;
	size_t high = text->pieces.count;

	while(high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if(text->pieces.list[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	place = text->pieces.list[low];
	place.line += (int)(at - place.at);
	place.at = at;
	return place;
}

/**
 * Free the text
 *
 * @param text The text; not to be used any more
 */
void dr_map_text_free(struct dr_map_text *text)
{
	free(text->s);
	free(text->pieces.list);
}
