/**
 * @file main.h  The command drmap: what its subcommands share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_MAIN_H
#define DRMAP_MAIN_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "../core/map.h"
#include "../core/map_load.h"

/** Exit status of drmap */
enum status
{
	STATUS_OK = 0,	  /**< the map is good, or the maps do not differ */
	STATUS_NO = 1,	  /**< the map is wrong, or the maps differ */
	STATUS_ERROR = 2, /**< wrong usage, or a part of the system fails */
	STATUS_GO_ON = -1 /**< none yet */
};

/** A subcommand; its file has its help text */
struct command
{
	const char *name;
	int (*run)(const struct command *command, int argc, char **argv);
	const char *help;
	int maps_least; /**< so many maps have to be named */
	int maps_most;
	const struct option *options; /**< for getopt_long(); COMMON_OPTIONS last */
};

extern const struct command command_check;
extern const struct command command_explain;
extern const struct command command_table;
extern const struct command command_diff;
extern const struct command command_replay;

/** The options of every subcommand, and the end of the list */
#define COMMON_OPTIONS                                              \
	{"json", no_argument, NULL, 0}, {"help", no_argument, NULL, 0}, \
			{NULL, 0, NULL, 0}

/** How every help text explains them */
#define COMMON_HELP                                     \
	"  --json               write JSON, for programs\n" \
	"  --help               say this\n"

/** Most maps that a subcommand takes */
#define MAPS_MAX 2

/** A map of the command line */
struct named_map
{
	const char *name;	/**< a file, or "built-in"; NULL: none was named */
	struct dr_map *map; /**< NULL: the built-in tables, or not read */
};

/** What every subcommand takes */
struct arguments
{
	bool json;
	struct named_map maps[MAPS_MAX]; /**< "built-in" where none is needed */
};

/** Called with an option that only one subcommand has: STATUS_GO_ON, or STATUS_ERROR
 * after saying what is wrong */
typedef int option_callback(void *context, const char *name, const char *value);

int arguments_parse(const struct command *command, int argc, char **argv,
		option_callback *on_option, void *context, struct arguments *arguments);
int maps_read(struct arguments *arguments);
void maps_free(struct arguments *arguments);
int find_profile(const struct command *command, const struct named_map *map,
		const char *name, int *profile);
int find_trunk(const struct dr_map *map, const char *hop,
		const struct dr_address *address, struct dr_trunk *trunk);
void errors_print(FILE *out, const struct dr_map_errors *errors);
int print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct dr_text text_of(const char *s);
void *must_have(void *memory);
void *list_grow(void *list, size_t count, size_t *room, size_t size);

/** A list that grows; all zero at first, list to be freed with free() */
#define LIST(name, type) \
	struct name          \
	{                    \
		type *list;      \
		size_t count;    \
		size_t room;     \
	}

/** Add an element to a LIST; ends the program when there is no memory */
#define list_add(l, element)                                         \
	((l)->list = list_grow(                                          \
			 (l)->list, (l)->count, &(l)->room, sizeof(*(l)->list)), \
			(l)->list[(l)->count++] = (element))

#endif
