/**
 * @file map_value.h  Reads the values of a map's keys
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Only this file and map_load.c know libconfig.
 */

#ifndef DR_MAP_VALUE_H
#define DR_MAP_VALUE_H

#include <libconfig.h>

#include "map_error.h"
#include "map_keys.h"
#include "map_text.h"

typedef const config_setting_t dr_setting;

/** What is needed while a map is loaded */
struct dr_loader
{
	struct dr_spec *spec;
	const struct dr_map_text *text;
	struct dr_errors *errors;
	const struct dr_key *key;		   /**< that is read right now */
	struct dr_spec_patterns *patterns; /**< of trunks or bridges */
	int owner;	  /**< profile, trunk or bridge that is read right now */
	int number;	  /**< of the last rule in its profile */
	bool is_full; /**< there are more rules than may be */
};

/** Reads a setting into the value of its key */
typedef void dr_reader(struct dr_loader *l, dr_setting *s, void *value);

struct dr_place dr_place_of(const struct dr_loader *l, dr_setting *s);
void dr_error_type(struct dr_loader *l, dr_setting *s, const char *expected);
dr_reader dr_value_read;

#endif
