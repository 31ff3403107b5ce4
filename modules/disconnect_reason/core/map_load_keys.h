/**
 * @file map_load_keys.h  Reads groups and values of a libconfig file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Only the files map_load*.c know libconfig. Each reader complains about what
 * is wrong, and leaves its target alone then.
 */

#ifndef DR_MAP_LOAD_KEYS_H
#define DR_MAP_LOAD_KEYS_H

#include <libconfig.h>

#include "map_error.h"
#include "map_text.h"

/** What is needed while a map is loaded */
struct dr_loader
{
	struct dr_spec *spec;
	const struct dr_map_text *text;
	struct dr_complainer *complainer;
	int owner;	  /**< profile, trunk or bridge that is read right now */
	bool is_full; /**< there are more rules than may be */
};

/** Reads a setting into what its group is read into */
typedef void dr_reader(
		struct dr_loader *loader, const config_setting_t *s, void *target);

/** A key of a group, and what reads it */
struct dr_key
{
	const char *name;
	dr_reader *read;
};

/** What a group is made of; the last key has no name */
struct dr_keys
{
	const char *expected; /**< what the group is, for people */
	const struct dr_key *keys;
};

struct dr_place dr_place_of(
		const struct dr_loader *loader, const config_setting_t *s);
const char *dr_name_of(const config_setting_t *s);
void dr_complain_type(struct dr_loader *loader, const config_setting_t *s,
		const char *expected);
bool dr_read_group(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_keys *keys, void *target);
void dr_read_list(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, dr_reader *read, void *target);
void dr_read_each(struct dr_loader *loader, const config_setting_t *s,
		dr_reader *read, void *target);
bool dr_get_text(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, struct dr_text *text);
bool dr_get_token(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, struct dr_text *text);
bool dr_get_int(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, int *number);
bool dr_get_bool(
		struct dr_loader *loader, const config_setting_t *s, bool *value);

bool dr_get_reason(struct dr_loader *loader, const config_setting_t *s,
		enum dr_reason *reason);
bool dr_get_source(
		struct dr_loader *loader, const config_setting_t *s, int *source);
bool dr_get_after(
		struct dr_loader *loader, const config_setting_t *s, int *after);
bool dr_get_detail(struct dr_loader *loader, const config_setting_t *s,
		struct dr_text *detail);

/** Status codes and classes of a rule or reply */
struct dr_codes
{
	const unsigned short *list;
	size_t count;
};

bool dr_get_codes(struct dr_loader *loader, const config_setting_t *s,
		struct dr_codes *codes);

bool dr_get_network(struct dr_loader *loader, const config_setting_t *s,
		struct dr_spec_pattern *pattern);

dr_reader dr_read_profiles;
dr_reader dr_read_trunks;
dr_reader dr_read_bridges;

#endif
