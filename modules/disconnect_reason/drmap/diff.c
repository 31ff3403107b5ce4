/**
 * @file diff.c  drmap diff: what differs between two maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>

#include "diff.h"
#include "drmap.h"


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


/**
 * Run drmap diff
 *
 * @param command The command
 * @param argc    Number of its arguments, with its own name
 * @param argv    The arguments
 *
 * @return The exit status
 */
int run_diff(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 0},
			{"help", no_argument, NULL, 0}, {NULL, 0, NULL, 0}};
	struct diff diff = {.count = 0};
	struct arguments arguments;
	int status;

	status = arguments_parse(
			command, argc, argv, options, NULL, NULL, &arguments);
	if(status == STATUS_GO_ON)
		status = arguments_count(command, &arguments, 2, 2);
	if(status != STATUS_GO_ON)
		return status;

	diff.as_json = arguments.json;
	status = maps_read(arguments.files, &diff.old, &diff.new);
	if(status == STATUS_GO_ON) {
		print_diff(&diff);
		status = diff.count > 0 ? STATUS_NO : STATUS_OK;
	}
	map_release(&diff.old);
	map_release(&diff.new);
	return status;
}
