/**
 * @file check.c  drmap check: all that is wrong with a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdlib.h>

#include "json.h"
#include "main.h"

/* clang-format off */
static const char help[] =
"usage: drmap check [--json] FILE\n"
"\n"
"Prints all errors and warnings of the map FILE, each with its file and line.\n"
"\n"
COMMON_HELP
"\n"
"Exit status: 0 no errors, 1 errors, 2 usage.\n";
/* clang-format on */

static const struct option options[] = {COMMON_OPTIONS};


static void print_text(const char *file, const struct dr_complaints *complaints)
{
	complaints_print(stdout, complaints);
	printf("%s: ", file);
	if(complaints->count == 0) {
		puts("ok");
		return;
	}
	printf("%zu error%s, %zu warning%s\n", complaints->errors,
			complaints->errors == 1 ? "" : "s", complaints->warnings,
			complaints->warnings == 1 ? "" : "s");
}


static void print_json(const char *file, const struct dr_complaints *complaints)
{
	size_t i;

	json_open(NULL, '{');
	json_string("file", file);
	json_bool("ok", complaints->errors == 0);
	json_number("errors", (long)complaints->errors);
	json_number("warnings", (long)complaints->warnings);
	json_open("complaints", '[');
	for(i = 0; i < complaints->count; i++) {
		const struct dr_complaint *complaint = &complaints->list[i];

		json_open(NULL, '{');
		json_string("file", complaint->file);
		json_number("line", complaint->line);
		json_bool("warning", complaint->warning);
		json_string("text", complaint->text);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}


static int run(const struct command *command, int argc, char **argv)
{
	struct arguments arguments;
	struct dr_complaints complaints;
	struct dr_map *map = NULL;
	const char *name;
	int status, error;

	status = arguments_parse(command, argc, argv, NULL, NULL, &arguments);
	if(status != STATUS_GO_ON)
		return status;

	name = arguments.maps[0].name;
	error = dr_map_load(name, &map, &complaints);
	if(error == ENOMEM)
		must_have(NULL);
	if(arguments.json)
		print_json(name, &complaints);
	else
		print_text(name, &complaints);
	dr_complaints_free(&complaints);
	free(map);
	return error != 0 ? STATUS_NO : STATUS_OK;
}


const struct command command_check = {"check", run, help, 1, 1, options};
