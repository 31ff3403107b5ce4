/**
 * @file rows.c  A table in text, TSV or Markdown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"
#include "rows.h"

/* Columns of a section: what is the same in all its rows stands above it */
#define SECTION_COLUMN COLUMN_INPUT

/* A wider cell does not move the columns behind it */
#define WIDTH_MAX 40

static const char *const titles[COLUMN_COUNT] = {
		[COLUMN_PROFILE] = "profile",
		[COLUMN_KIND] = "kind",
		[COLUMN_INPUT] = "input",
		[COLUMN_REASON] = "reason",
		[COLUMN_DETAIL] = "detail",
		[COLUMN_DECIDED_BY] = "decided_by",
		[COLUMN_WHY] = "why",
};


/**
 * Add a row; ends the program when there is no memory
 *
 * @param rows  The table
 * @param cells COLUMN_COUNT strings, copied
 */
void rows_add(struct rows *rows, const char *const *cells)
{
	struct row *row;
	int c;

	rows->list = list_grow(
			rows->list, rows->count, &rows->room, sizeof(*rows->list));
	row = &rows->list[rows->count++];
	for(c = 0; c < COLUMN_COUNT; c++)
		row->cells[c] = must_have(strdup(cells[c]));
}


static void print_tsv_row(const char *const *cells)
{
	int c;

	for(c = 0; c < COLUMN_COUNT; c++)
		printf("%s%s", cells[c], c + 1 < COLUMN_COUNT ? "\t" : "\n");
}


static void print_tsv(const struct rows *rows)
{
	size_t i;

	print_tsv_row(titles);
	for(i = 0; i < rows->count; i++)
		print_tsv_row((const char *const *)rows->list[i].cells);
}


/* Does a section begin at a row? One does behind the last row, too. */
static bool begins_section(const struct rows *rows, size_t i)
{
	const struct row *row = rows->list + i;

	return i == 0 || i == rows->count
		   || strcmp(row->cells[COLUMN_PROFILE], row[-1].cells[COLUMN_PROFILE])
					  != 0
		   || strcmp(row->cells[COLUMN_KIND], row[-1].cells[COLUMN_KIND]) != 0;
}


static void print_markdown_cell(const char *cell)
{
	fputs(" ", stdout);
	for(; *cell != '\0'; cell++) {
		if(*cell == '|' || *cell == '\\' || *cell == '*' || *cell == '_'
				|| *cell == '`' || *cell == '<')
			putchar('\\');
		putchar(*cell);
	}
	fputs(" |", stdout);
}


static void print_markdown_row(const char *const *cells)
{
	int c;

	putchar('|');
	for(c = SECTION_COLUMN; c < COLUMN_COUNT; c++)
		print_markdown_cell(cells[c]);
	putchar('\n');
}


static void print_markdown(const struct rows *rows)
{
	size_t i;

	for(i = 0; i < rows->count; i++) {
		const char *const *cells = (const char *const *)rows->list[i].cells;

		if(begins_section(rows, i)) {
			printf("%s## Profile %s: %s\n\n", i ? "\n" : "",
					cells[COLUMN_PROFILE], cells[COLUMN_KIND]);
			print_markdown_row(titles);
			puts("|---|---|---|---|---|");
		}
		print_markdown_row(cells);
	}
}


/* The widths of the section's columns that begins at a row */
static void measure(
		const struct rows *rows, size_t begin, int widths[COLUMN_COUNT])
{
	size_t i;
	int c;

	memset(widths, 0, COLUMN_COUNT * sizeof(*widths));
	for(i = begin; i == begin || !begins_section(rows, i); i++) {
		for(c = SECTION_COLUMN; c < COLUMN_COUNT; c++) {
			int width = (int)strlen(rows->list[i].cells[c]);

			if(width > widths[c] && width <= WIDTH_MAX)
				widths[c] = width;
		}
	}
}


static void print_text(const struct rows *rows)
{
	int widths[COLUMN_COUNT];
	size_t i;

	for(i = 0; i < rows->count; i++) {
		char **cells = rows->list[i].cells;

		if(begins_section(rows, i)) {
			measure(rows, i, widths);
			printf("%sprofile %s: %s\n", i ? "\n" : "", cells[COLUMN_PROFILE],
					cells[COLUMN_KIND]);
		}
		printf("  %-*s  %-*s  %-*s  %-*s  %s\n", widths[COLUMN_INPUT],
				cells[COLUMN_INPUT], widths[COLUMN_REASON],
				cells[COLUMN_REASON], widths[COLUMN_DETAIL],
				cells[COLUMN_DETAIL], widths[COLUMN_DECIDED_BY],
				cells[COLUMN_DECIDED_BY], cells[COLUMN_WHY]);
	}
}


/**
 * Print a table
 *
 * @param rows   The table
 * @param format All but FORMAT_JSON
 */
void rows_print(const struct rows *rows, enum format format)
{
	if(format == FORMAT_TSV)
		print_tsv(rows);
	else if(format == FORMAT_MARKDOWN)
		print_markdown(rows);
	else
		print_text(rows);
}


/**
 * Give back the memory of a table
 *
 * @param rows The table; empty afterwards
 */
void rows_free(struct rows *rows)
{
	size_t i;
	int c;

	for(i = 0; i < rows->count; i++) {
		for(c = 0; c < COLUMN_COUNT; c++)
			free(rows->list[i].cells[c]);
	}
	free(rows->list);
	memset(rows, 0, sizeof(*rows));
}
