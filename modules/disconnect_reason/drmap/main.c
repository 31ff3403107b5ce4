/**
 * @file main.c  The command drmap: checks, explains and compares maps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../core/explain.h"
#include "main.h"

#define BUILT_IN "built-in"
#define ERROR_MAX 4096

static const struct command *const commands[] = {&command_check,
		&command_explain, &command_table, &command_diff, &command_replay};

#define EXPECTED "expected check, explain, table, diff or replay"

/* clang-format off */
static const char help[] =
"usage: drmap COMMAND ...\n"
"\n"
"Checks, explains and compares maps of the Kamailio module disconnect_reason.\n"
"\n"
"  drmap check FILE         all that is wrong with a map\n"
"  drmap explain [FILE] ... the reason of a failed attempt, and what decided it\n"
"  drmap table [FILE]       all answers of a map\n"
"  drmap diff OLD NEW       which inputs change their answer\n"
"  drmap replay OLD NEW     what changes for the calls of a capture\n"
"  drmap COMMAND --help     say more about a command\n"
"  drmap --version          print the version\n"
"\n"
"The word built-in in place of a map stands for the built-in tables.\n"
"Exit status: 0 ok, 1 the map is wrong or the maps differ, 2 usage or system.\n";
/* clang-format on */

/**
 * Say on one line of the standard error what is wrong
 *
 * @param format As for printf(), without a line end
 *
 * @return STATUS_ERROR
 */
int print_error(const char *format, ...)
{
	va_list args;

	fputs("drmap: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_ERROR;
}

/** A string as a text, which points into it */
struct dr_text text_of(const char *s)
{
	return (struct dr_text){s, strlen(s)};
}

/**
 * End the program when there is no memory
 *
 * @param memory What malloc() or one of its like gave
 *
 * @return The same, never NULL
 */
void *must_have(void *memory)
{
	if(memory == NULL)
		exit(print_error("no memory"));

	return memory;
}

/**
 * Make room for one more element of a LIST; see list_add()
 *
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for; updated
 * @param size  Size of an element in bytes
 *
 * @return The list
 */
void *list_grow(void *list, size_t count, size_t *room, size_t size)
{
	if(count < *room)
		return list;

	*room = *room ? 2 * *room : 64;
	return must_have(realloc(list, *room * size));
}

/* See that a subcommand has as many maps as it needs */
static int check_count(const struct command *command, int count, char **files)
{
	int most = count > MAPS_MAX ? MAPS_MAX : command->maps_most;

	if(count > most)
		return print_error(
				"%s: \"%s\" is one file too many", command->name, files[most]);
	if(count >= command->maps_least)
		return STATUS_GO_ON;
	if(most == 1)
		return print_error("%s: the map file is missing", command->name);

	return print_error("%s: expected two maps, OLD and NEW", command->name);
}

/**
 * Read the options and files of a subcommand, and answer --help
 *
 * @param command   The subcommand
 * @param argc      Number of its arguments, with its own name
 * @param argv      The arguments; put in another order, the files last
 * @param on_option Called with the options that are not common; NULL: none
 * @param context   Handed to on_option
 * @param arguments Set; no map is read
 *
 * @return STATUS_GO_ON, or the exit status: help was given, or one line says
 *         what is wrong
 */
int arguments_parse(const struct command *command, int argc, char **argv,
		option_callback *on_option, void *context, struct arguments *arguments)
{
	/* getopt_long() begins its messages with it, and argv keeps it */
	static char name[sizeof("drmap explain")];
	int index, c, i;

	snprintf(name, sizeof(name), "drmap %s", command->name);
	argv[0] = name;
	*arguments = (struct arguments){.maps[0].name = BUILT_IN};
	while((c = getopt_long(argc, argv, "", command->options, &index)) != -1) {
		if(c == '?')
			return STATUS_ERROR;
		if(strcmp(command->options[index].name, "help") == 0) {
			fputs(command->help, stdout);
			return STATUS_OK;
		}
		if(strcmp(command->options[index].name, "json") == 0)
			arguments->json = true;
		else if(on_option(context, command->options[index].name, optarg)
				!= STATUS_GO_ON)
			return STATUS_ERROR;
	}
	for(i = 0; i < argc - optind && i < MAPS_MAX; i++)
		arguments->maps[i].name = argv[optind + i];
	return check_count(command, argc - optind, argv + optind);
}

/** Print errors about a map, one on each line */
void errors_print(FILE *out, const struct dr_map_errors *errors)
{
	char line[ERROR_MAX];
	size_t i;

	for(i = 0; i < errors->count; i++) {
		dr_map_error_print(line, sizeof(line), &errors->list[i]);
		fprintf(out, "%s\n", line);
	}
}

static int read_map(struct named_map *map)
{
	struct dr_map_errors errors;
	int error;

	if(strcmp(map->name, BUILT_IN) == 0)
		return STATUS_GO_ON;

	error = dr_map_load(map->name, &map->map, &errors);
	if(error == ENOMEM)
		must_have(NULL);
	if(error != 0)
		errors_print(stderr, &errors);
	dr_map_errors_free(&errors);
	return error != 0 ? STATUS_NO : STATUS_GO_ON;
}

/**
 * Read all maps that the command line names, and print what is wrong with them
 * on the standard error; warnings are left to drmap check
 *
 * @param arguments The command line; give its maps back with maps_free(), also
 *                  on an error
 *
 * @return STATUS_GO_ON, or STATUS_NO when a map is wrong
 */
int maps_read(struct arguments *arguments)
{
	int status = STATUS_GO_ON;
	int i;

	for(i = 0; i < MAPS_MAX && arguments->maps[i].name; i++) {
		if(read_map(&arguments->maps[i]) != STATUS_GO_ON)
			status = STATUS_NO;
	}
	return status;
}

/** Give back the memory of the maps that maps_read() read */
void maps_free(struct arguments *arguments)
{
	int i;

	for(i = 0; i < MAPS_MAX; i++)
		free(arguments->maps[i].map);
}

/**
 * Find the profile that an option names
 *
 * @param command The subcommand
 * @param map     The map
 * @param name    A profile's name, or NULL when there is no such option
 * @param profile Set to the profile's number, DR_NONE without a name
 *
 * @return STATUS_GO_ON, or STATUS_ERROR after one line
 */
int find_profile(const struct command *command, const struct named_map *map,
		const char *name, int *profile)
{
	*profile = name ? dr_map_find_profile(map->map, text_of(name)) : DR_NONE;
	if(name == NULL || *profile != DR_NONE)
		return STATUS_GO_ON;

	return print_error("%s: no profile of %s is named \"%s\"", command->name,
			map->name, name);
}

/**
 * Find the trunk of a next hop
 *
 * @param map     The map, or NULL for the built-in tables
 * @param hop     A next hop as people write it, a name or an address
 * @param address Tried where the hop has no trunk; of no length: not known
 * @param trunk   Set; without a name when there is none
 *
 * @return The trunk's number, or DR_NONE
 */
int find_trunk(const struct dr_map *map, const char *hop,
		const struct dr_address *address, struct dr_trunk *trunk)
{
	int number = DR_NONE;

	if(dr_map_trunk_count(map) > 0) {
		number = dr_explain_trunk(map, text_of(hop));
		if(number == DR_NONE)
			number = dr_map_trunk_of_address(map, address);
	}
	dr_map_get_trunk(map, number, trunk);
	return number;
}

static int run(int argc, char **argv)
{
	size_t i;

	if(argc < 2)
		return print_error("a command is missing: " EXPECTED);
	if(strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	if(strcmp(argv[1], "--version") == 0) {
		puts("drmap " DRMAP_VERSION);
		return STATUS_OK;
	}
	for(i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if(strcmp(commands[i]->name, argv[1]) == 0)
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	}
	return print_error("\"%s\" is no command: " EXPECTED, argv[1]);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if(fflush(stdout) != 0 || ferror(stdout))
		return print_error("cannot write to the standard output");

	return status;
}
