/**
 * @file table.c  drmap table: all answers of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "../core/explain.h"
#include "json.h"
#include "main.h"
#include "print.h"

/* A wider cell does not move the columns after it */
#define WIDTH_MAX 40

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

/* How a table looks */
enum format
{
	FORMAT_TEXT,
	FORMAT_TSV,
	FORMAT_MARKDOWN,
	FORMAT_JSON,
	FORMAT_COUNT
};

/* What the command line asks for */
struct wish
{
	const char *profile; /* NULL: all */
	enum format format;
};

/* Columns of a section */
enum column
{
	COLUMN_INPUT,
	COLUMN_REASON,
	COLUMN_DETAIL,
	COLUMN_DECIDED_BY,
	COLUMN_WHY,
	COLUMN_COUNT
};

struct row
{
	const char *cells[COLUMN_COUNT];
	char *memory; /* where they stand */
};

/* A table that is being made. It has a section for each profile and kind of
 * input. */
struct table
{
	struct side side;
	struct dr_text profile;
	const char *kind;
	enum format format;
	bool has_section;			 /* one was printed */
	LIST(rows, struct row) rows; /* of the section; none in JSON */
};

static const struct row titles = {
		{"input", "reason", "detail", "decided_by", "why"}, NULL};

static int parse_option(void *context, const char *name, const char *value)
{
	static const char *const formats[FORMAT_COUNT] = {[FORMAT_TEXT] = "text",
			[FORMAT_TSV] = "tsv",
			[FORMAT_MARKDOWN] = "md",
			[FORMAT_JSON] = "json"};
	struct wish *wish = context;
	int i = 0;

	if(strcmp(name, "profile") == 0) {
		wish->profile = value;
		return STATUS_GO_ON;
	}
	while(i < FORMAT_COUNT && strcmp(value, formats[i]) != 0)
		i++;
	if(i == FORMAT_COUNT)
		return print_error("table: --format: expected text, tsv, md or json, "
						   "not \"%s\"",
				value);
	wish->format = (enum format)i;
	return STATUS_GO_ON;
}

/* Cut a string at its tabs; no cell has one, see text_print() */
static struct row make_row(char *memory)
{
	struct row row = {.memory = memory};
	int c;

	for(c = 0; c < COLUMN_COUNT; c++) {
		row.cells[c] = memory;
		memory += strcspn(memory, "\t");
		if(*memory != '\0')
			*memory++ = '\0';
	}
	return row;
}

static void print_tsv_row(
		struct dr_text profile, const char *kind, const struct row *row)
{
	int c;

	text_print(stdout, profile);
	printf("\t%s", kind);
	for(c = 0; c < COLUMN_COUNT; c++)
		printf("\t%s", row->cells[c]);
	putchar('\n');
}

static void print_markdown_cell(const char *cell)
{
	fputs(" ", stdout);
	for(; *cell != '\0'; cell++) {
		if(strchr("|\\*_`<", *cell))
			putchar('\\');
		putchar(*cell);
	}
	fputs(" |", stdout);
}

static void print_markdown_row(const struct row *row)
{
	int c;

	putchar('|');
	for(c = 0; c < COLUMN_COUNT; c++)
		print_markdown_cell(row->cells[c]);
	putchar('\n');
}

static int width_of(const struct table *table, int column)
{
	int most = 0;
	size_t i;

	for(i = 0; i < table->rows.count; i++) {
		int width = (int)strlen(table->rows.list[i].cells[column]);

		if(width > most && width <= WIDTH_MAX)
			most = width;
	}
	return most;
}

static void print_text_row(
		const struct row *row, const int widths[COLUMN_COUNT])
{
	int c;

	for(c = 0; c < COLUMN_WHY; c++)
		printf("  %-*s", widths[c], row->cells[c]);
	printf("  %s\n", row->cells[COLUMN_WHY]);
}

static void print_title(const struct table *table)
{
	bool is_text = table->format == FORMAT_TEXT;

	printf("%s%s ", table->has_section ? "\n" : "",
			is_text ? "profile" : "## Profile");
	text_print(stdout, table->profile);
	printf(": %s\n", table->kind);
	if(is_text)
		return;
	putchar('\n');
	print_markdown_row(&titles);
	puts("|---|---|---|---|---|");
}

/* Print the rows of a section, which then has none */
static void end_section(struct table *table)
{
	int widths[COLUMN_COUNT];
	size_t i;
	int c;

	for(c = 0; c < COLUMN_COUNT; c++)
		widths[c] = width_of(table, c);
	if(table->rows.count > 0 && table->format != FORMAT_TSV)
		print_title(table);
	table->has_section = table->has_section || table->rows.count > 0;
	for(i = 0; i < table->rows.count; i++) {
		const struct row *row = &table->rows.list[i];

		if(table->format == FORMAT_TSV)
			print_tsv_row(table->profile, table->kind, row);
		else if(table->format == FORMAT_MARKDOWN)
			print_markdown_row(row);
		else
			print_text_row(row, widths);
		free(row->memory);
	}
	table->rows.count = 0;
}

static void print_answer(
		FILE *out, const struct table *table, const struct outcome *answer)
{
	struct outcome reason = {.reason = answer->reason};

	fputc('\t', out);
	answer_print(out, &reason);
	fputc('\t', out);
	text_print(out, answer->detail);
	fputc('\t', out);
	if(answer->decided_by != DR_ANY)
		text_print(out, dr_decider_name((enum dr_decider)answer->decided_by));
	fputc('\t', out);
	if(answer->rule != DR_NONE)
		rule_print(out, table->side.map, answer->rule);
	else
		text_print(out, answer->row);
}

/* Add an answer to what a rule asks for, or to the inputs of a group */
static void add(struct table *table, const struct dr_conditions *when,
		const struct group *group, const struct outcome *answer)
{
	char *memory;
	FILE *out = string_open(&memory);

	if(when)
		conditions_print(out, when);
	else
		input_print(out, group);
	if(table->format != FORMAT_JSON) {
		print_answer(out, table, answer);
		string_close(out);
		list_add(&table->rows, make_row(memory));
		return;
	}
	string_close(out);
	json_open(NULL, '{');
	json_text("profile", table->profile);
	json_string("kind", table->kind);
	json_string("input", memory);
	free(memory);
	if(when)
		conditions_json(when);
	else
		input_json(group);
	answer_json(answer);
	decision_json(table->side.map, answer);
	json_close('}');
}

/* The rules in the order in which they are asked */
static void add_rules(struct table *table)
{
	int profile = table->side.profile, number = 0;
	struct dr_profile current;
	struct dr_rule rule;

	table->kind = "rule";
	while(next_rule(&table->side, &profile, &number, &rule)) {
		struct outcome answer = {.reason = (int)rule.reason,
				.detail = rule.detail,
				.decided_by = DR_BY_RULE};

		dr_map_get_profile(table->side.map, profile, &current);
		answer.rule = current.first_rule + number - 1;
		add(table, &rule.when, NULL, &answer);
	}
	end_section(table);
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

static void add_kind(struct table *table, const char *kind, sweep *ask)
{
	struct sides sides = {table->side, table->side, true};
	struct groups groups = {.list = NULL};
	int last;
	size_t i;

	ask(&sides, &groups);
	table->kind = kind;
	for(last = 0; last < 2; last++) {
		for(i = 0; i < groups.count; i++) {
			const struct group *group = &groups.list[i];

			if(comes_last(group) == last)
				add(table, NULL, group, &group->new);
		}
	}
	end_section(table);
	groups_free(&groups);
}

/* All profiles, or the one wanted */
static void print_table(
		const struct dr_map *map, int wanted, enum format format)
{
	static const struct dr_text profile = DR_TEXT("profile");
	struct table table = {.side.map = map, .format = format};
	int i;

	if(format == FORMAT_JSON)
		json_open(NULL, '[');
	if(format == FORMAT_TSV)
		print_tsv_row(profile, "kind", &titles);
	for(i = 0; i < dr_map_profile_count(map); i++) {
		if(wanted != DR_NONE && wanted != i)
			continue;
		table.profile = dr_map_profile_name(map, i);
		table.side.profile = i;
		add_rules(&table);
		add_kind(&table, "code", sweep_codes);
		add_kind(&table, "q850", sweep_causes);
		add_kind(&table, "event", sweep_events);
		add_kind(&table, "script", sweep_script);
	}
	if(format == FORMAT_JSON)
		json_close(']');
	free(table.rows.list);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct wish wish = {NULL, FORMAT_TEXT};
	struct arguments arguments;
	int status, profile;

	status = arguments_parse(
			command, argc, argv, parse_option, &wish, &arguments);
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
