/**
 * @file table.c  drmap table: all answers of a profile
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "sweep.h"
#include "drmap.h"
#include "../core/explain.h"
#include "json_map.h"
#include "maps.h"
#include "rows.h"
#include "print.h"

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
	struct json json;
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
		return 0;
	}
	for(i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if(strcmp(value, formats[i]) == 0) {
			wish->format = (enum format)i;
			return 0;
		}
	}
	complain("table: --format: expected text, tsv, md or json, not \"%s\"",
			value);
	return STATUS_ERROR;
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
	json_open(&table->json, NULL, '{');
	json_text(&table->json, "profile", table->profile);
	json_string(&table->json, "kind", kind);
	json_string(&table->json, "input", input);
}


static void close_json_row(struct table *table, const struct outcome *answer)
{
	json_answer(&table->json, answer->reason, answer->detail);
	if(answer->decided_by != DR_ANY)
		json_text(&table->json, "decided_by",
				dr_decider_name((enum dr_decider)answer->decided_by));
	if(answer->rule != DR_NONE)
		json_rule(&table->json, table->side.map, answer->rule);
	else if(answer->row.len > 0)
		json_text(&table->json, "row", answer->row);
	json_close(&table->json, '}');
}


/* What holds for all codes without a row, and for all causes that say nothing
 * better than the code, comes last */
static bool comes_last(const struct group *group)
{
	return group->new.reason == DR_ANY
		   || (group->new.decided_by == DR_BY_EVENT
				   && group->context.source == DR_SOURCE_REMOTE
				   && group->context.phrase.len == 0
				   && !codes_have(&group->codes, 487));
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
	json_input(&table->json, group);
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
	json_conditions(&table->json, &rule->when);
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
	ask_codes(&sides, &plain_reply, &groups);
	add_groups(table, "code", &groups);
	ask_causes(&sides, &groups);
	add_groups(table, "q850", &groups);
	ask_events(&sides, &groups);
	add_groups(table, "event", &groups);
	ask_script(&sides, &groups);
	add_groups(table, "script", &groups);
}


static int print_table(const struct named_map *map, const struct wish *wish)
{
	struct table table = {.side.map = map->map, .format = wish->format};
	int wanted = DR_NONE, i;

	if(wish->profile) {
		wanted = dr_map_find_profile(map->map, text_of(wish->profile));
		if(wanted == DR_NONE) {
			complain("table: no profile of %s is named \"%s\"", map->name,
					wish->profile);
			return STATUS_ERROR;
		}
	}
	if(wish->format == FORMAT_JSON)
		json_open(&table.json, NULL, '[');
	for(i = 0; i < dr_map_profile_count(map->map); i++) {
		if(wanted == DR_NONE || wanted == i)
			add_profile(&table, i);
	}
	if(wish->format == FORMAT_JSON)
		json_close(&table.json, ']');
	else
		rows_print(&table.rows, wish->format);
	rows_free(&table.rows);
	return STATUS_OK;
}


/**
 * Run drmap table
 *
 * @param command The command
 * @param argc    Number of its arguments, with its own name
 * @param argv    The arguments
 *
 * @return The exit status
 */
int run_table(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
			{"profile", required_argument, NULL, 0},
			{"format", required_argument, NULL, 0},
			{"json", no_argument, NULL, 0}, {"help", no_argument, NULL, 0},
			{NULL, 0, NULL, 0}};
	struct wish wish = {NULL, FORMAT_TEXT};
	struct arguments arguments;
	struct named_map map;
	int status;

	status = arguments_parse(
			command, argc, argv, options, take_wish, &wish, &arguments);
	if(status == STATUS_GO_ON)
		status = arguments_count(command, &arguments, 0, 1);
	if(status == STATUS_GO_ON)
		status = map_read(
				arguments.file_count ? arguments.files[0] : BUILT_IN, &map);
	if(status != STATUS_GO_ON)
		return status;

	if(arguments.json)
		wish.format = FORMAT_JSON;
	status = print_table(&map, &wish);
	map_release(&map);
	return status;
}
