/**
 * @file diff.c  drmap diff: what differs between two maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>

#include "diff.h"
#include "main.h"

/* clang-format off */
static const char help[] =
"usage: drmap diff [--json] OLD NEW\n"
"\n"
"Asks both maps about every code, cause, event, header field and phrase that\n"
"either of them knows, and prints what they answer differently.\n"
"\n"
COMMON_HELP
"\n"
"Exit status: 0 the same answers, 1 the maps differ or are wrong, 2 usage.\n";
/* clang-format on */

static const struct option options[] = {COMMON_OPTIONS};

/**
 * Begin a difference in JSON
 *
 * @param diff The comparison
 * @param what What kind of difference it is
 */
void diff_open(struct diff *diff, const char *what)
{
	json_open(&diff->json, NULL, '{');
	json_string(&diff->json, "what", what);
}


/**
 * End a difference in JSON
 *
 * @param diff The comparison
 */
void diff_close(struct diff *diff)
{
	json_close(&diff->json, '}');
}


/**
 * Print that only one map has something
 *
 * @param diff   The comparison
 * @param what   What it is, profile or bridge
 * @param name   Its name
 * @param in_new true: the new map has it; false: the old one
 */
void diff_only(
		struct diff *diff, const char *what, struct dr_text name, bool in_new)
{
	const struct named_map *map = in_new ? &diff->new : &diff->old;

	diff->count++;
	if(!diff->as_json) {
		printf("%s %.*s: only in %s\n", what, (int)name.len, name.s, map->name);
		return;
	}
	diff_open(diff, what);
	json_text(&diff->json, what, name);
	json_string(&diff->json, "only_in", in_new ? "new" : "old");
	diff_close(diff);
}


static void print_diff(struct diff *diff)
{
	if(diff->as_json) {
		json_open(&diff->json, NULL, '{');
		json_string(&diff->json, "old", diff->old.name);
		json_string(&diff->json, "new", diff->new.name);
		json_open(&diff->json, "changes", '[');
	}
	diff_profiles(diff);
	diff_hops(diff);
	diff_bridges(diff);
	if(diff->as_json) {
		json_close(&diff->json, ']');
		json_bool(&diff->json, "differ", diff->count > 0);
		json_close(&diff->json, '}');
	} else if(diff->count == 0) {
		puts("the maps give the same answers");
	}
}


static int run(const struct command *command, int argc, char **argv)
{
	struct diff diff = {.count = 0};
	struct arguments arguments;
	int status;

	status = arguments_parse(command, argc, argv, NULL, NULL, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	diff.as_json = arguments.json;
	diff.old = arguments.maps[0];
	diff.new = arguments.maps[1];
	if(status == STATUS_GO_ON) {
		print_diff(&diff);
		status = diff.count > 0 ? STATUS_NO : STATUS_OK;
	}
	maps_free(&arguments);
	return status;
}


const struct command command_diff = {"diff", run, help, 2, 2, options};
