/**
 * @file map_text.c  Keeps the files of a map as one text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "map_text.h"

#define ROOM_MIN 65536


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
	size_t room = files->room > 0 ? files->room : ROOM_MIN;
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
 * Remember a text that libconfig says stands further down than it does
 *
 * @param files The files; files->spec->no_memory is set without memory
 * @param late  The text; those before it have a lesser line
 */
void dr_files_add_late(struct dr_files *files, struct dr_late_text late)
{
	struct dr_late_text *list = dr_grow(
			files->late, files->late_count, &files->late_room, sizeof(*list));

	if(!list) {
		files->spec->no_memory = true;
		return;
	}
	files->late = list;
	list[files->late_count++] = late;
}


static int compare_late(const void *one, const void *other)
{
	const struct dr_late_text *a = one;
	const struct dr_late_text *b = other;

	if(a->at == b->at)
		return 0;

	return a->at < b->at ? -1 : 1;
}


/**
 * Where does a text in quotes begin?
 *
 * @param files The files
 * @param at    Line of the whole text where libconfig says that it stands
 * @param text  The text, without quotes
 *
 * @return Line of the whole text; at itself when nothing else is known, as of a
 *         text with escapes
 */
size_t dr_files_begin_of(
		const struct dr_files *files, size_t at, struct dr_text text)
{
	struct dr_late_text wanted = {.at = at};
	const struct dr_late_text *late = NULL;

	if(files->late_count > 0)
		late = bsearch(&wanted, files->late, files->late_count, sizeof(wanted),
				compare_late);
	if(!late
			|| !dr_text_is(text,
					(struct dr_text){files->text + late->start, late->len}))
		return at;

	return late->begin;
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
	free(files->late);
	memset(files, 0, sizeof(*files));
}
