/**
 * @file rows.h  A table in text, TSV or Markdown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_ROWS_H
#define DRMAP_ROWS_H

#include <stddef.h>

/** How a table looks */
enum format
{
	FORMAT_TEXT,
	FORMAT_TSV,
	FORMAT_MARKDOWN,
	FORMAT_JSON
};

/** Columns of a table; a section has one profile and one kind */
enum column
{
	COLUMN_PROFILE,
	COLUMN_KIND,
	COLUMN_INPUT,
	COLUMN_REASON,
	COLUMN_DETAIL,
	COLUMN_DECIDED_BY,
	COLUMN_WHY,
	COLUMN_COUNT
};

/** A line of a table */
struct row
{
	char *cells[COLUMN_COUNT];
};

/** A table; all zero at first */
struct rows
{
	struct row *list;
	size_t count;
	size_t room;
};

void rows_add(struct rows *rows, const char *const *cells);
void rows_print(const struct rows *rows, enum format format);
void rows_free(struct rows *rows);

#endif
