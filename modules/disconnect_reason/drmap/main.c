/**
 * @file main.c  The command drmap: checks, explains and compares maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "drmap.h"
#include "help.h"

static const struct command commands[] = {
		{"check", HELP_CHECK, run_check},
		{"explain", HELP_EXPLAIN, run_explain},
		{"table", HELP_TABLE, run_table},
		{"diff", HELP_DIFF, run_diff},
		{"replay", HELP_REPLAY, run_replay},
};


static const struct command *find_command(const char *name)
{
	size_t i;

	for(i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if(strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}


static int run(int argc, char **argv)
{
	const struct command *command;

	if(argc < 2) {
		complain("a command is missing: expected check, explain, table, diff "
				 "or replay");
		return STATUS_ERROR;
	}
	if(strcmp(argv[1], "--help") == 0) {
		fputs(HELP, stdout);
		return STATUS_OK;
	}
	if(strcmp(argv[1], "--version") == 0) {
		puts("drmap " DRMAP_VERSION);
		return STATUS_OK;
	}
	command = find_command(argv[1]);
	if(command == NULL) {
		complain("\"%s\" is no command: expected check, explain, table, diff "
				 "or replay",
				argv[1]);
		return STATUS_ERROR;
	}
	return command->run(command, argc - 1, argv + 1);
}


int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if(fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write to the standard output");
		return STATUS_ERROR;
	}
	return status;
}
