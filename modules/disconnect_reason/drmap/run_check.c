/**
 * @file run_check.c  drmap check: all that is wrong with a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drmap.h"
#include "json.h"
#include "maps.h"


static void print_count(size_t count, const char *what)
{
	printf("%zu %s%s", count, what, count == 1 ? "" : "s");
}


static void print_text(const char *file, const struct dr_map_errors *complaints)
{
	complaints_print(stdout, complaints);
	printf("%s: ", file);
	if(complaints->count == 0) {
		puts("ok");
		return;
	}
	print_count(complaints->errors, "error");
	fputs(", ", stdout);
	print_count(complaints->warnings, "warning");
	putchar('\n');
}


static void print_json(const char *file, const struct dr_map_errors *complaints)
{
	struct json json = {0};
	size_t i;

	json_open(&json, NULL, '{');
	json_string(&json, "file", file);
	json_bool(&json, "ok", complaints->errors == 0);
	json_number(&json, "errors", (long)complaints->errors);
	json_number(&json, "warnings", (long)complaints->warnings);
	json_open(&json, "complaints", '[');
	for(i = 0; i < complaints->count; i++) {
		const struct dr_map_error *complaint = &complaints->list[i];

		json_open(&json, NULL, '{');
		json_string(&json, "file", complaint->file);
		json_number(&json, "line", complaint->line);
		json_bool(&json, "warning", complaint->warning);
		json_string(&json, "text", complaint->text);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
}


/**
 * Run drmap check
 *
 * @param command The command
 * @param argc    Number of its arguments, with its own name
 * @param argv    The arguments
 *
 * @return The exit status
 */
int run_check(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 0},
			{"help", no_argument, NULL, 0}, {NULL, 0, NULL, 0}};
	struct arguments arguments;
	struct dr_map_errors complaints;
	struct dr_map *map = NULL;
	int status, error;

	status = arguments_parse(
			command, argc, argv, options, NULL, NULL, &arguments);
	if(status == STATUS_GO_ON)
		status = arguments_count(command, &arguments, 1, 1);
	if(status != STATUS_GO_ON)
		return status;

	error = dr_map_load(arguments.files[0], &map, &complaints);
	if(error == ENOMEM)
		must_have(NULL);
	if(arguments.json)
		print_json(arguments.files[0], &complaints);
	else
		print_text(arguments.files[0], &complaints);
	dr_map_errors_free(&complaints);
	free(map);
	return error != 0 ? STATUS_NO : STATUS_OK;
}
