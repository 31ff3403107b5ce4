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

static void print_text(const char *file, const struct dr_map_errors *errors)
{
	errors_print(stdout, errors);
	printf("%s: ", file);
	if(errors->count == 0) {
		puts("ok");
		return;
	}
	printf("%zu error%s, %zu warning%s\n", errors->errors,
			errors->errors == 1 ? "" : "s", errors->warnings,
			errors->warnings == 1 ? "" : "s");
}

static void print_json(const char *file, const struct dr_map_errors *errors)
{
	size_t i;

	json_open(NULL, '{');
	json_string("file", file);
	json_bool("ok", errors->errors == 0);
	json_number("errors", (long)errors->errors);
	json_number("warnings", (long)errors->warnings);
	json_open("complaints", '[');
	for(i = 0; i < errors->count; i++) {
		const struct dr_map_error *error = &errors->list[i];

		json_open(NULL, '{');
		json_string("file", error->file);
		json_number("line", error->line);
		json_bool("warning", error->warning);
		json_string("text", error->text);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

static int run(const struct command *command, int argc, char **argv)
{
	struct arguments arguments;
	struct dr_map_errors errors;
	struct dr_map *map = NULL;
	const char *name;
	int status, error;

	status = arguments_parse(command, argc, argv, NULL, NULL, &arguments);
	if(status != STATUS_GO_ON)
		return status;

	name = arguments.maps[0].name;
	error = dr_map_load(name, &map, &errors);
	if(error == ENOMEM)
		must_have(NULL);
	if(arguments.json)
		print_json(name, &errors);
	else
		print_text(name, &errors);
	dr_map_errors_free(&errors);
	free(map);
	return error != 0 ? STATUS_NO : STATUS_OK;
}

const struct command command_check = {"check", run, help, 1, 1, options};
