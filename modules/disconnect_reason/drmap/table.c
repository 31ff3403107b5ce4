/**
 * @file table.c  drmap table: all answers of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/explain.h"
#include "json_map.h"
#include "main.h"
#include "print.h"
#include "sweep.h"

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
static void rows_add(struct rows *rows, const char *const *cells)
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
static void rows_print(const struct rows *rows, enum format format)
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
static void rows_free(struct rows *rows)
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


/* clang-format off */
static const char help[] =
"usage: drmap table [FILE] [--profile NAME] [--format FORMAT]\n"
"\n"
"Prints, for each profile, its rules in the order in which they are asked, then\n"
"the answers to all status codes, Q.850 causes and events.\n"
"\n"
"  --profile NAME       only this profile\n"
"  --format FORMAT      text, tsv, md (Markdown) or json\n"
COMMON_HELP
"\n"
"Exit status: 0 ok, 1 the map is wrong, 2 usage.\n";
/* clang-format on */

static const struct option options[] = {{"profile", required_argument, NULL, 0},
		{"format", required_argument, NULL, 0}, COMMON_OPTIONS};

/* What the command line asks for */
struct wish
{
	const char *profile; /* NULL: all */
	enum format format;
};

/* A table that is being made */
struct table
{
	struct side side;
	struct dr_text profile;
	enum format format;
	struct rows rows; /* all formats but JSON */
};


static int take_wish(void *context, const char *name, const char *value)
{
	static const char *const formats[] = {[FORMAT_TEXT] = "text",
			[FORMAT_TSV] = "tsv",
			[FORMAT_MARKDOWN] = "md",
			[FORMAT_JSON] = "json"};
	struct wish *wish = context;
	size_t i;

	if(strcmp(name, "profile") == 0) {
		wish->profile = value;
		return STATUS_GO_ON;
	}
	for(i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if(strcmp(value, formats[i]) == 0) {
			wish->format = (enum format)i;
			return STATUS_GO_ON;
		}
	}
	return print_error(
			"table: --format: expected text, tsv, md or json, not \"%s\"",
			value);
}


static void add_row(struct table *table, const char *kind, const char *input,
		const struct outcome *answer)
{
	struct words profile = {.len = 0}, reason = profile, detail = profile,
				 decided_by = profile, why = profile;
	struct dr_text none = {NULL, 0};

	words_add_text(&profile, table->profile);
	words_add_answer(&reason, answer->reason, none);
	words_add_text(&detail, answer->detail);
	if(answer->decided_by != DR_ANY)
		words_add_text(&decided_by,
				dr_decider_name((enum dr_decider)answer->decided_by));
	if(answer->rule != DR_NONE)
		words_add_rule(&why, table->side.map, answer->rule);
	else
		words_add_text(&why, answer->row);
	rows_add(&table->rows,
			(const char *const[COLUMN_COUNT]){profile.s, kind, input, reason.s,
					detail.s, decided_by.s, why.s});
}


static void open_json_row(
		struct table *table, const char *kind, const char *input)
{
	json_open(NULL, '{');
	json_text("profile", table->profile);
	json_string("kind", kind);
	json_string("input", input);
}


static void close_json_row(struct table *table, const struct outcome *answer)
{
	json_answer(answer->reason, answer->detail);
	if(answer->decided_by != DR_ANY)
		json_text("decided_by",
				dr_decider_name((enum dr_decider)answer->decided_by));
	if(answer->rule != DR_NONE)
		json_rule(table->side.map, answer->rule);
	else if(answer->row.len > 0)
		json_text("row", answer->row);
	json_close('}');
}


/* What holds for all codes without a row, and for all causes that say nothing
 * better than the code, comes last */
static bool comes_last(const struct group *group)
{
	return group->new.reason == DR_ANY
		   || (group->new.decided_by == DR_BY_EVENT
				   && group->context.source == DR_SOURCE_REMOTE
				   && group->context.phrase.len == 0
				   && !set_have(&group->codes, 487));
}


static void add_group(
		struct table *table, const char *kind, const struct group *group)
{
	struct words input = {.len = 0};

	words_add_input(&input, group);
	if(table->format != FORMAT_JSON) {
		add_row(table, kind, input.s, &group->new);
		return;
	}
	open_json_row(table, kind, input.s);
	json_input(group);
	close_json_row(table, &group->new);
}


static void add_groups(
		struct table *table, const char *kind, struct groups *groups)
{
	size_t i;

	for(i = 0; i < groups->count; i++) {
		if(!comes_last(&groups->list[i]))
			add_group(table, kind, &groups->list[i]);
	}
	for(i = 0; i < groups->count; i++) {
		if(comes_last(&groups->list[i]))
			add_group(table, kind, &groups->list[i]);
	}
	groups_free(groups);
}


static void add_rule(
		struct table *table, const struct dr_rule *rule, int number)
{
	struct outcome answer = {.reason = (int)rule->reason,
			.detail = rule->detail,
			.decided_by = DR_BY_RULE,
			.rule = number};
	struct words input = {.len = 0};

	words_add_conditions(&input, &rule->when);
	if(table->format != FORMAT_JSON) {
		add_row(table, "rule", input.s, &answer);
		return;
	}
	open_json_row(table, "rule", input.s);
	json_conditions(&rule->when);
	close_json_row(table, &answer);
}


/* The rules in the order in which they are asked */
static void add_rules(struct table *table)
{
	int profile = table->side.profile, number = 0;
	struct dr_profile current;
	struct dr_rule rule;

	while(next_rule(&table->side, &profile, &number, &rule)) {
		dr_map_get_profile(table->side.map, profile, &current);
		add_rule(table, &rule, current.first_rule + number - 1);
	}
}


static void add_profile(struct table *table, int number)
{
	struct sides sides;
	struct groups groups = {NULL, 0, 0, 0};

	table->profile = dr_map_profile_name(table->side.map, number);
	table->side.profile = number;
	sides = (struct sides){table->side, table->side, true};

	add_rules(table);
	sweep_codes(&sides, &groups);
	add_groups(table, "code", &groups);
	sweep_causes(&sides, &groups);
	add_groups(table, "q850", &groups);
	sweep_events(&sides, &groups);
	add_groups(table, "event", &groups);
	sweep_script(&sides, &groups);
	add_groups(table, "script", &groups);
}


/* All profiles, or the one wanted */
static void print_table(
		const struct dr_map *map, int wanted, enum format format)
{
	struct table table = {.side.map = map, .format = format};
	int i;

	if(format == FORMAT_JSON)
		json_open(NULL, '[');
	for(i = 0; i < dr_map_profile_count(map); i++) {
		if(wanted == DR_NONE || wanted == i)
			add_profile(&table, i);
	}
	if(format == FORMAT_JSON)
		json_close(']');
	else
		rows_print(&table.rows, format);
	rows_free(&table.rows);
}


static int run(const struct command *command, int argc, char **argv)
{
	struct wish wish = {NULL, FORMAT_TEXT};
	struct arguments arguments;
	int status, profile;

	status = arguments_parse(command, argc, argv, take_wish, &wish, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	if(arguments.json)
		wish.format = FORMAT_JSON;
	if(status == STATUS_GO_ON)
		status = find_profile(
				command, &arguments.maps[0], wish.profile, &profile);
	if(status == STATUS_GO_ON) {
		print_table(arguments.maps[0].map, profile, wish.format);
		status = STATUS_OK;
	}
	maps_free(&arguments);
	return status;
}


const struct command command_table = {"table", run, help, 0, 1, options};
