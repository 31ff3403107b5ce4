/**
 * @file drmap.h  The command drmap: its parts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_H
#define DRMAP_H

#include <getopt.h>
#include <stdbool.h>

#include "../core/map.h"
#include "../core/map_load.h"

/** Exit status of drmap; 0: the map is good, or the maps do not differ */
enum status
{
	STATUS_OK = 0,
	STATUS_NO = 1,	  /**< the map is wrong, or the maps differ */
	STATUS_ERROR = 2, /**< wrong usage, or a part of the system fails */
	STATUS_GO_ON = -1 /**< none yet */
};

/** Most files that a command takes */
#define FILES_MAX 2

/** What every command takes */
struct arguments
{
	bool json;
	const char *files[FILES_MAX];
	int file_count;
};

/** A command of drmap */
struct command
{
	const char *name;
	const char *help;
	int (*run)(const struct command *command, int argc, char **argv);
};

/** Takes an option that only one command has: 0, or STATUS_ERROR after saying
 * what is wrong */
typedef int take_option(void *context, const char *name, const char *value);

int arguments_parse(const struct command *command, int argc, char **argv,
		const struct option *options, take_option *take, void *context,
		struct arguments *arguments);
int arguments_count(const struct command *command,
		const struct arguments *arguments, int least, int most);
struct dr_text text_of(const char *s);
void *must_have(void *memory);
void *list_grow(void *list, size_t count, size_t *room, size_t size);
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

int run_check(const struct command *command, int argc, char **argv);
int run_explain(const struct command *command, int argc, char **argv);
int run_table(const struct command *command, int argc, char **argv);
int run_diff(const struct command *command, int argc, char **argv);
int run_replay(const struct command *command, int argc, char **argv);

#endif
