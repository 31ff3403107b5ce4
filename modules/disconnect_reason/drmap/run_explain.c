/**
 * @file run_explain.command.c  drmap explain: which reason an attempt has, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>

#include "drmap.h"
#include "../core/explain.h"
#include "json.h"
#include "maps.h"


/* The options are the keys of a query */
static int take_key(void *context, const char *name, const char *value)
{
	struct dr_query *query = context;

	if(dr_query_add(query, text_of(name), text_of(value ? value : "")) == 0)
		return 0;

	complain("explain: %s", query->error);
	return STATUS_ERROR;
}


static void print_text(const struct dr_explanation *explanation)
{
	int i;

	for(i = 0; i < explanation->pair_count; i++) {
		const struct dr_pair *pair = &explanation->pairs[i];

		if(pair->text.s)
			printf("%-12s  %.*s\n", pair->name, (int)pair->text.len,
					pair->text.s);
		else
			printf("%-12s  %d\n", pair->name, pair->number);
	}
}


static void print_json(const struct dr_explanation *explanation)
{
	struct json json = {0};
	int i;

	json_open(&json, NULL, '{');
	for(i = 0; i < explanation->pair_count; i++) {
		const struct dr_pair *pair = &explanation->pairs[i];

		if(pair->text.s)
			json_text(&json, pair->name, pair->text);
		else
			json_number(&json, pair->name, pair->number);
	}
	json_close(&json, '}');
}


static int answer(
		const struct dr_map *map, const struct dr_query *query, bool json)
{
	struct dr_explanation explanation;

	if(dr_explain(map, query, &explanation) != 0) {
		complain("explain: %s", explanation.error);
		return STATUS_ERROR;
	}
	if(json)
		print_json(&explanation);
	else
		print_text(&explanation);
	return STATUS_OK;
}


/**
 * Run drmap explain
 *
 * @param command The command
 * @param argc    Number of its arguments, with its own name
 * @param argv    The arguments
 *
 * @return The exit status
 */
int run_explain(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
			{"code", required_argument, NULL, 0},
			{"q850", required_argument, NULL, 0},
			{"after", required_argument, NULL, 0},
			{"source", required_argument, NULL, 0},
			{"phrase", required_argument, NULL, 0},
			{"header", required_argument, NULL, 0},
			{"said", required_argument, NULL, 0},
			{"trunk", required_argument, NULL, 0},
			{"host", required_argument, NULL, 0},
			{"profile", required_argument, NULL, 0},
			{"bridge", required_argument, NULL, 0},
			{"cancelled", no_argument, NULL, 0},
			{"unresolved", no_argument, NULL, 0},
			{"no-q850", no_argument, NULL, 0}, {"json", no_argument, NULL, 0},
			{"help", no_argument, NULL, 0}, {NULL, 0, NULL, 0}};
	struct dr_query query;
	struct arguments arguments;
	struct named_map map;
	int status;

	dr_query_init(&query, true);
	status = arguments_parse(
			command, argc, argv, options, take_key, &query, &arguments);
	if(status == STATUS_GO_ON)
		status = arguments_count(command, &arguments, 0, 1);
	if(status == STATUS_GO_ON)
		status = map_read(
				arguments.file_count ? arguments.files[0] : BUILT_IN, &map);
	if(status != STATUS_GO_ON)
		return status;

	status = answer(map.map, &query, arguments.json);
	map_release(&map);
	return status;
}
