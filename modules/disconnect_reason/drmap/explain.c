/**
 * @file explain.c  drmap explain: which reason an attempt has, and why
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "../core/explain.h"
#include "json.h"
#include "main.h"

/* clang-format off */
static const char help[] =
"usage: drmap explain [FILE] --code CODE [OPTION ...]\n"
"       drmap explain [FILE] --source SOURCE [OPTION ...]\n"
"       drmap explain [FILE] --cancelled\n"
"\n"
"Prints the reason of a failed attempt and what decided it. Without FILE, the\n"
"built-in tables answer.\n"
"\n"
"  --code CODE          status code of the reply, 300 to 999\n"
"  --phrase TEXT        its reason phrase\n"
"  --header FIELD       a header field of it, \"Name: value\"; may be repeated\n"
"  --said REASON        a header of the module in it says this, such as\n"
"                       USER_REJECTED; only a trusted trunk is believed\n"
"  --q850 CAUSE         short for --header \"Reason: Q.850;cause=CAUSE\"\n"
"  --after WHAT         the attempt came to: none, trying or ringing\n"
"  --source SOURCE      remote, timeout, transport, cancel or script\n"
"  --unresolved         transport: the name could not be resolved\n"
"  --cancelled          the caller gave up first\n"
"  --trunk NAME         the trunk that the attempt went to\n"
"  --host NEXTHOP       find the trunk by a host name or an address\n"
"  --profile NAME       ask a profile, whatever the trunk\n"
"  --bridge NAME        say which code that bridge is sent, too\n"
"  --no-q850            the module's parameter q850 is 0\n"
COMMON_HELP
"\n"
"Exit status: 0 answered, 1 the map is wrong, 2 usage.\n";
/* clang-format on */

static const struct option options[] = {{"code", required_argument, NULL, 0},
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
		{"unresolved", no_argument, NULL, 0}, {"no-q850", no_argument, NULL, 0},
		COMMON_OPTIONS};

/* The options are the keys of a query */
static int parse_option(void *context, const char *name, const char *value)
{
	struct dr_query *query = context;

	if(dr_query_add(query, text_of(name), text_of(value ? value : "")) == 0)
		return STATUS_GO_ON;

	return print_error("explain: %s", query->error);
}

static void print_pair(const struct dr_pair *pair, bool json)
{
	if(json && pair->text.s)
		json_text(pair->name, pair->text);
	else if(json)
		json_number(pair->name, pair->number);
	else if(pair->text.s)
		printf("%-12s  %.*s\n", pair->name, (int)pair->text.len, pair->text.s);
	else
		printf("%-12s  %d\n", pair->name, pair->number);
}

static int answer(
		const struct dr_map *map, const struct dr_query *query, bool json)
{
	struct dr_explanation explanation;
	int i;

	if(dr_explain(map, query, &explanation) != 0)
		return print_error("explain: %s", explanation.error);

	if(json)
		json_open(NULL, '{');
	for(i = 0; i < explanation.pair_count; i++)
		print_pair(&explanation.pairs[i], json);
	if(json)
		json_close('}');
	return STATUS_OK;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct dr_query query;
	struct arguments arguments;
	int status;

	dr_query_init(&query, true);
	status = arguments_parse(
			command, argc, argv, parse_option, &query, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	if(status == STATUS_GO_ON)
		status = answer(arguments.maps[0].map, &query, arguments.json);
	maps_free(&arguments);
	return status;
}

const struct command command_explain = {"explain", run, help, 0, 1, options};
