/**
 * @file map_error.c  What is wrong with a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_error.h"

/* Longest text in bytes */
#define TEXT_MAX 1024
/* Warnings leave room for errors */
#define WARNINGS_MAX (DR_MAP_ERRORS_MAX / 2)

/* One block of memory holds both texts */
static void note(struct dr_errors *errors, struct dr_place place, bool warning,
		const char *text)
{
	struct dr_map_errors *all = errors->all;
	const struct dr_text *files = errors->spec->files.list;
	const char *file = errors->spec->files.count > 0 ? files[place.file].s : "";
	struct dr_map_error error = {.line = place.line,
			.warning = warning,
			.at = place.at,
			.number = all->count};
	size_t size = strlen(text) + 1;
	struct dr_map_error *list =
			dr_grow(all->list, all->count, &all->room, sizeof(*list));

	if(list)
		all->list = list;
	error.text = malloc(size + strlen(file) + 1);
	if(!list || !error.text) {
		free(error.text);
		errors->no_memory = true;
		return;
	}
	error.file = error.text + size;
	memcpy(error.text, text, size);
	memcpy(error.file, file, strlen(file) + 1);
	memcpy(&list[all->count++], &error, sizeof(error));
	/* cppcheck-suppress memleak
	 * the list owns it */
}

/* Write a text and note it, unless there are too many */
static void note_formatted(struct dr_errors *errors, struct dr_place place,
		bool warning, const char *format, va_list args)
{
	char text[TEXT_MAX];

	if(errors->all->count >= DR_MAP_ERRORS_MAX - 1)
		return;
	vsnprintf(text, sizeof(text), format, args);
	note(errors, place, warning, text);
}

/**
 * Note an error of a map
 *
 * @param errors Collects it; those beyond DR_MAP_ERRORS_MAX are only counted
 * @param place  Where; all zero: the map as a whole
 * @param format What is wrong, what was expected; as for printf()
 */
void dr_error(struct dr_errors *errors, struct dr_place place,
		const char *format, ...)
{
	va_list args;

	errors->all->errors++;
	va_start(args, format);
	note_formatted(errors, place, false, format, args);
	va_end(args);
}

/** Note that a map does not work as somebody may think, as dr_error(); those
 * beyond half of DR_MAP_ERRORS_MAX are only counted */
void dr_warn(struct dr_errors *errors, struct dr_place place,
		const char *format, ...)
{
	va_list args;

	if(++errors->all->warnings > WARNINGS_MAX)
		return;
	va_start(args, format);
	note_formatted(errors, place, true, format, args);
	va_end(args);
}

static int compare(const void *one, const void *other)
{
	const struct dr_map_error *a = one;
	const struct dr_map_error *b = other;

	if(a->at != b->at)
		return a->at < b->at ? -1 : 1;

	return a->number < b->number ? -1 : 1;
}

/**
 * Free errors
 *
 * @param all What dr_map_load() set, or all zero; has none any more
 */
void dr_map_errors_free(struct dr_map_errors *all)
{
	size_t i;

	for(i = 0; i < all->count; i++)
		free(all->list[i].text);
	free(all->list);
	memset(all, 0, sizeof(*all));
}

/**
 * Finish a list of errors: in the order of their lines, and then how many
 * are not listed
 *
 * @param errors Its list is to be freed with dr_map_errors_free().
 *                   Without memory its field no_memory is set, and there is one
 *                   error that says so, at least in their number.
 */
void dr_errors_finish(struct dr_errors *errors)
{
	static const struct dr_place whole = {0}, end = {.at = SIZE_MAX};
	struct dr_map_errors *all = errors->all;
	size_t count = all->errors + all->warnings;
	char text[TEXT_MAX];

	if(count > all->count && !errors->no_memory) {
		snprintf(text, sizeof(text),
				"%zu more complaints, expected fewer than %d: the others are "
				"not listed",
				count - all->count, DR_MAP_ERRORS_MAX);
		note(errors, end, all->errors == 0, text);
	}
	if(errors->no_memory) {
		dr_map_errors_free(all);
		all->errors = 1;
		note(errors, whole, false,
				"no memory, expected enough to load the map");
	}
	if(all->count > 0)
		qsort(all->list, all->count, sizeof(*all->list), compare);
}

/**
 * Write an error as people read it: FILE:LINE: [warning: ]TEXT, without the
 * line where the file as a whole is meant
 *
 * @param buf       Where to write; ends with a zero byte, cut when it must be
 * @param size      Its size in bytes, at least 1
 * @param error The error
 *
 * @return Length in bytes of the whole text, be it cut or not
 */
size_t dr_map_error_print(
		char *buf, size_t size, const struct dr_map_error *error)
{
	const char *word = error->warning ? "warning: " : "";
	int len;

	if(error->line > 0)
		len = snprintf(buf, size, "%s:%d: %s%s", error->file, error->line, word,
				error->text);
	else
		len = snprintf(buf, size, "%s: %s%s", error->file, word, error->text);
	return len > 0 ? (size_t)len : 0;
}

/**
 * Make a text of a map fit to be shown: no control bytes, not too long
 *
 * @param buf  Where to write; DR_SHOWN_MAX bytes
 * @param text The text
 *
 * @return buf
 */
const char *dr_shown(char *buf, struct dr_text text)
{
	static const char more[] = "...";
	size_t len = 0;

	while(len < text.len && len < DR_SHOWN_MAX - sizeof(more)) {
		unsigned char c = (unsigned char)text.s[len];

		buf[len++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	buf[len] = '\0';
	if(len < text.len)
		memcpy(buf + len, more, sizeof(more));

	return buf;
}
