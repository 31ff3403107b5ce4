/**
 * @file map_files.c  Keeps the files of a map as one text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

/* For open() and fstat(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map_files.h"

#define READ_MIN 65536


static int fail(char *error, const char *text)
{
	snprintf(error, DR_FILE_ERROR_MAX, "%s", text);
	return EINVAL;
}


/* Is it a file that can be read without waiting for anybody? */
static int check_kind(const struct stat *info, size_t most, char *error)
{
	if(S_ISDIR(info->st_mode))
		return fail(error, "Is a directory");
	if(!S_ISREG(info->st_mode))
		return fail(error, "Is no regular file");
	if(info->st_size > 0 && (unsigned long long)info->st_size > most)
		return fail(error, "Is too large");

	return 0;
}


/* Open a file; -1 on an error. Asked twice what it is: a FIFO or device is not
 * even opened, and what was put in its place since then makes nobody wait. */
static int open_file(const char *path, size_t most, char *error)
{
	struct stat info;
	int fd;

	if(stat(path, &info) == 0 && check_kind(&info, most, error) != 0)
		return -1;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if(fd < 0 || fstat(fd, &info) != 0) {
		fail(error, strerror(errno));
	} else if(check_kind(&info, most, error) == 0) {
		return fd;
	}
	if(fd >= 0)
		close(fd);

	return -1;
}


/* Read all of an open file; NULL on an error */
static char *read_all(int fd, size_t most, size_t *len, char *error)
{
	size_t room = READ_MIN;
	char *text = malloc(room);
	ssize_t got = 1;

	*len = 0;
	while(text && got > 0) {
		got = read(fd, text + *len, room - *len);
		if(got < 0) {
			fail(error, strerror(errno));
			break;
		}
		*len += (size_t)got;
		if(*len > most) {
			fail(error, "Is too large");
			break;
		}
		if(*len == room) {
			char *more = realloc(text, room *= 2);

			if(!more)
				free(text);
			text = more;
		}
	}
	if(!text)
		fail(error, strerror(ENOMEM));
	if(text && got == 0)
		return text;

	free(text);
	return NULL;
}


/**
 * Read a file whole; never waits for a FIFO or device
 *
 * @param path  Its path
 * @param most  Most bytes that it may have
 * @param len   Set to its length in bytes
 * @param error Set to what is wrong when it can not be read; room for
 *              DR_FILE_ERROR_MAX bytes
 *
 * @return What it holds, to be freed with free(); NULL when it can not be read
 */
char *dr_file_read(const char *path, size_t most, size_t *len, char *error)
{
	int fd = open_file(path, most, error);
	char *text;

	if(fd < 0)
		return NULL;

	text = read_all(fd, most, len, error);
	close(fd);
	return text;
}


/**
 * Add the name of a file
 *
 * @param files The files
 * @param path  The name
 *
 * @return Its index; without memory 0, and files->spec->no_memory is set
 */
int dr_files_add_name(struct dr_files *files, const char *path)
{
	struct dr_text *name = dr_spec_add(files->spec, files);
	size_t len = strlen(path);
	const char *copy = dr_spec_keep(files->spec, path, len + 1);

	if(!name)
		return 0;
	*name = (struct dr_text){copy, copy ? len : 0};
	return (int)files->spec->files.count - 1;
}


/**
 * Add to the end of the text
 *
 * @param files The files; without memory nothing is added, and
 *              files->spec->no_memory is set
 * @param s     What to add
 * @param len   Its length in bytes
 */
void dr_files_add_text(struct dr_files *files, const char *s, size_t len)
{
	size_t room = files->room > 0 ? files->room : READ_MIN;
	size_t i;

	while(room - files->len < len + 1)
		room *= 2;
	if(room > files->room) {
		char *text = realloc(files->text, room);

		if(!text) {
			files->spec->no_memory = true;
			return;
		}
		files->text = text;
		files->room = room;
	}
	memcpy(files->text + files->len, s, len);
	files->len += len;
	files->text[files->len] = '\0';
	for(i = 0; i < len; i++)
		files->lines += s[i] == '\n';
}


/**
 * Say where the last line of the text, and those behind it, stand
 *
 * @param files The files; files->spec->no_memory is set without memory
 * @param file  Index of the file
 * @param line  Line of the file, from 1
 */
void dr_files_add_segment(struct dr_files *files, int file, int line)
{
	struct dr_segment *segments = dr_grow(files->segments, files->segment_count,
			&files->segment_room, sizeof(*segments));

	if(!segments) {
		files->spec->no_memory = true;
		return;
	}
	files->segments = segments;
	segments[files->segment_count].at = files->lines;
	segments[files->segment_count].file = file;
	segments[files->segment_count++].line = line;
}


/* The last segment that begins at a line or before it; there is one */
static const struct dr_segment *segment_of(
		const struct dr_files *files, size_t at)
{
	size_t low = 0;
	size_t high = files->segment_count;

	while(high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if(files->segments[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &files->segments[low];
}


/**
 * Where does a line of the whole text stand?
 *
 * @param files The files, with the name of the first one at least
 * @param at    The line, from 1; 0 or DR_AT_END: the map as a whole
 * @param file  Set to the index of its file, unless it is NULL
 * @param line  Set to the line in that file, from 1; 0: the map as a whole
 *
 * @return Name of the file
 */
const char *dr_files_place(
		const struct dr_files *files, size_t at, int *file, int *line)
{
	const struct dr_text *names = files->spec->files.list;
	const struct dr_segment *segment;
	int index = 0;

	*line = 0;
	if(at > 0 && at != DR_AT_END && files->segment_count > 0) {
		segment = segment_of(files, at);
		index = segment->file;
		*line = segment->line + (int)(at - segment->at);
	}
	if(file)
		*file = index;

	return files->spec->files.count > 0 && names[index].s ? names[index].s : "";
}


/**
 * Free the text
 *
 * @param files The files; not to be used any more
 */
void dr_files_free(struct dr_files *files)
{
	free(files->text);
	free(files->segments);
	memset(files, 0, sizeof(*files));
}
