/**
 * @file arguments.c  Options and files of a command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drmap.h"


/**
 * Say on one line of the standard error what is wrong
 *
 * @param format As for printf(), without a line end
 */
void complain(const char *format, ...)
{
	va_list args;

	fputs("drmap: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}


/**
 * A string as a text
 *
 * @param s The string
 *
 * @return The text; it points into s
 */
struct dr_text text_of(const char *s)
{
	return (struct dr_text){s, strlen(s)};
}


static int take_files(const struct command *command, int count, char **files,
		struct arguments *arguments)
{
	if(count > FILES_MAX) {
		complain("%s: \"%s\" is one file too many", command->name,
				files[FILES_MAX]);
		return STATUS_ERROR;
	}
	arguments->file_count = count;
	memcpy(arguments->files, files, (size_t)count * sizeof(*files));
	return STATUS_GO_ON;
}


/**
 * Read the options and files of a command, and answer --help
 *
 * @param command   The command
 * @param argc      Number of its arguments, with its own name
 * @param argv      The arguments; put in another order, the files last
 * @param options   Long options for getopt_long(), with json and help
 * @param take      Takes all others, when there are others
 * @param context   Handed to take
 * @param arguments Set
 *
 * @return STATUS_GO_ON, or the exit status: help was given, or one line says
 *         what is wrong
 */
int arguments_parse(const struct command *command, int argc, char **argv,
		const struct option *options, take_option *take, void *context,
		struct arguments *arguments)
{
	/* getopt_long() begins its messages with it, and argv keeps it */
	static char name[sizeof("drmap explain")];
	int index, c;

	snprintf(name, sizeof(name), "drmap %s", command->name);
	argv[0] = name;
	memset(arguments, 0, sizeof(*arguments));
	while((c = getopt_long(argc, argv, "", options, &index)) != -1) {
		if(c == '?')
			return STATUS_ERROR;
		if(strcmp(options[index].name, "help") == 0) {
			fputs(command->help, stdout);
			return STATUS_OK;
		}
		if(strcmp(options[index].name, "json") == 0)
			arguments->json = true;
		else if(take(context, options[index].name, optarg) != 0)
			return STATUS_ERROR;
	}
	return take_files(command, argc - optind, argv + optind, arguments);
}


/**
 * See that a command has as many files as it needs
 *
 * @param command   The command
 * @param arguments Its arguments
 * @param least     Least number of files
 * @param most      Most
 *
 * @return STATUS_GO_ON, or STATUS_ERROR after one line
 */
int arguments_count(const struct command *command,
		const struct arguments *arguments, int least, int most)
{
	int count = arguments->file_count;

	if(count >= least && count <= most)
		return STATUS_GO_ON;

	if(count > most)
		complain("%s: \"%s\" is one file too many", command->name,
				arguments->files[most]);
	else if(most == 1)
		complain("%s: the map file is missing", command->name);
	else
		complain("%s: expected two maps, OLD and NEW", command->name);
	return STATUS_ERROR;
}
