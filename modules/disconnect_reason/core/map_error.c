/**
 * @file map_error.c  Collects complaints about a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_error.h"

/* Longest complaint in bytes */
#define TEXT_MAX 1024
/* Warnings leave room for errors */
#define WARNINGS_MAX (DR_COMPLAINTS_MAX / 2)

/* A complaint, and where it belongs among the others */
struct dr_noted
{
	size_t at;
	size_t number;
	struct dr_complaint complaint;
};


static char *copy_text(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = malloc(size);

	if(copy)
		memcpy(copy, s, size);

	return copy;
}


static void note(struct dr_complainer *complainer, size_t at, bool warning,
		const char *text)
{
	struct dr_complaint complaint = {.warning = warning};
	struct dr_noted *list = dr_grow(complainer->list, complainer->count,
			&complainer->room, sizeof(*list));

	complaint.file = copy_text(
			dr_files_place(complainer->files, at, NULL, &complaint.line));
	complaint.text = copy_text(text);
	if(list)
		complainer->list = list;
	if(list && complaint.file && complaint.text) {
		list[complainer->count].at = at;
		list[complainer->count].number = complainer->count;
		list[complainer->count++].complaint = complaint;
		return;
	}
	free(complaint.file);
	free(complaint.text);
	complainer->no_memory = true;
}


/**
 * Note an error of a map
 *
 * @param complainer Collects it; those beyond DR_COMPLAINTS_MAX are only counted
 * @param at         Line of the whole text; 0: the map as a whole
 * @param format     What is wrong, what was expected; as for printf()
 */
void dr_complain(
		struct dr_complainer *complainer, size_t at, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complainer->errors++;
	if(complainer->count < DR_COMPLAINTS_MAX - 1)
		note(complainer, at, false, text);
}


/**
 * Note that a map does not work as somebody may think
 *
 * @param complainer Collects it; those beyond half of DR_COMPLAINTS_MAX are only
 *                   counted
 * @param at         Line of the whole text
 * @param format     What is wrong, what was expected; as for printf()
 */
void dr_warn(
		struct dr_complainer *complainer, size_t at, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complainer->warnings++;
	if(complainer->warnings <= WARNINGS_MAX
			&& complainer->count < DR_COMPLAINTS_MAX - 1)
		note(complainer, at, true, text);
}


static int compare(const void *one, const void *other)
{
	const struct dr_noted *a = one;
	const struct dr_noted *b = other;

	if(a->at != b->at)
		return a->at < b->at ? -1 : 1;

	return a->number < b->number ? -1 : 1;
}


/* Say at the end that not everything is listed */
static void note_rest(struct dr_complainer *complainer)
{
	size_t all = complainer->errors + complainer->warnings;
	char text[TEXT_MAX];

	if(all == complainer->count || complainer->no_memory)
		return;

	snprintf(text, sizeof(text),
			"%zu more complaints, expected fewer than %d: the others are not "
			"listed",
			all - complainer->count, DR_COMPLAINTS_MAX);
	note(complainer, DR_AT_END, complainer->errors == 0, text);
}


static void note_no_memory(struct dr_complainer *complainer)
{
	complainer->errors++;
	note(complainer, 0, false, "no memory, expected enough to load the map");
}


/**
 * Give away all complaints, in the order of their lines
 *
 * @param complainer Has nothing left
 * @param complaints Set; to be freed with dr_complaints_free(). When there was
 *                   no memory, it has an error at least in its number.
 *
 * @return 0; ENOMEM when there was no memory for one of them
 */
int dr_complain_finish(
		struct dr_complainer *complainer, struct dr_complaints *complaints)
{
	size_t i;

	note_rest(complainer);
	if(complainer->no_memory)
		note_no_memory(complainer);
	if(complainer->count > 0)
		qsort(complainer->list, complainer->count, sizeof(*complainer->list),
				compare);

	memset(complaints, 0, sizeof(*complaints));
	complaints->errors = complainer->errors;
	complaints->warnings = complainer->warnings;
	if(complainer->count > 0)
		complaints->list = calloc(complainer->count, sizeof(*complaints->list));
	if(complainer->count > 0 && !complaints->list) {
		complaints->errors++;
		complainer->no_memory = true;
	}
	for(i = 0; i < complainer->count; i++) {
		struct dr_complaint *complaint = &complainer->list[i].complaint;

		if(complaints->list) {
			complaints->list[complaints->count++] = *complaint;
			continue;
		}
		free(complaint->file);
		free(complaint->text);
	}
	free(complainer->list);
	complainer->list = NULL;
	complainer->count = 0;
	return complainer->no_memory ? ENOMEM : 0;
}


/**
 * Free complaints
 *
 * @param complaints What dr_map_load() set, or all zero; has none any more
 */
void dr_complaints_free(struct dr_complaints *complaints)
{
	size_t i;

	for(i = 0; i < complaints->count; i++) {
		free(complaints->list[i].file);
		free(complaints->list[i].text);
	}
	free(complaints->list);
	memset(complaints, 0, sizeof(*complaints));
}


/**
 * Write a complaint as people read it: FILE:LINE: [warning: ]TEXT, without the
 * line where the file as a whole is meant
 *
 * @param buf       Where to write; ends with a zero byte, cut when it must be
 * @param size      Its size in bytes, at least 1
 * @param complaint The complaint
 *
 * @return Length in bytes of the whole text, be it cut or not
 */
size_t dr_complaint_print(
		char *buf, size_t size, const struct dr_complaint *complaint)
{
	const char *word = complaint->warning ? "warning: " : "";
	int len;

	if(complaint->line > 0)
		len = snprintf(buf, size, "%s:%d: %s%s", complaint->file,
				complaint->line, word, complaint->text);
	else
		len = snprintf(
				buf, size, "%s: %s%s", complaint->file, word, complaint->text);
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
