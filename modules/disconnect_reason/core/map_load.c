/**
 * @file map_load.c  Loads a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The way of a map: its files become one text (map_text), libconfig makes
 * settings of it, these are read into a spec by the tables of map_keys, the spec
 * is checked as a whole (map_check) and compiled (map_compile).
 */

#include <errno.h>
#include <libconfig.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_check.h"
#include "map_compile.h"
#include "map_keys.h"
#include "map_load.h"
#include "map_value.h"

/* Room for the names of all keys of a group */
#define NAMES_MAX 128

#define ERROR_AT(l, s, ...) \
	dr_error((l)->errors, dr_place_of(l, s), __VA_ARGS__)

static dr_reader read_profiles, read_list;

/* Write the names of those keys of a group that have a flag; 0: of all. prefix
 * comes with header. */
static const char *key_names(
		char *buf, const struct dr_group *group, unsigned flag)
{
	const struct dr_key *key;
	size_t len = 0;

	buf[0] = '\0';
	for(key = group->keys; key->name; key++) {
		if(flag != 0 && (!(key->flags & flag) || key->type == DR_KEY_PREFIX))
			continue;
		len += (size_t)snprintf(buf + len, NAMES_MAX - len, "%s%s",
				len > 0 ? ", " : "", key->name);
	}
	return buf;
}

static void read_member(struct dr_loader *l, dr_setting *s,
		const struct dr_group *group, void *target)
{
	const char *name = config_setting_name(s);
	const struct dr_key *key = group->keys;
	char shown[DR_SHOWN_MAX];
	char names[NAMES_MAX];

	while(key->name && strcmp(key->name, name) != 0)
		key++;

	l->key = key;
	if(key->name && key->type == DR_KEY_PROFILES)
		read_profiles(l, s, target);
	else if(key->name && key->type < DR_KEY_HOSTS)
		read_list(l, s, target);
	else if(key->name)
		dr_value_read(l, s, (char *)target + key->offset);
	else
		ERROR_AT(l, s, "unknown key \"%s\", expected one of %s",
				dr_shown(shown, (struct dr_text){name, strlen(name)}),
				key_names(names, group, 0));
}

/* Does a group have a key, be its value good or not? */
static bool has(dr_setting *s, const char *key)
{
	return config_setting_get_member(s, key) != NULL;
}

/* Note which keys that a group needs are missing */
static void check_missing(
		struct dr_loader *l, dr_setting *s, const struct dr_group *group)
{
	const struct dr_key *key;
	char names[NAMES_MAX];
	unsigned flags = 0;
	unsigned made = 0;

	for(key = group->keys; key->name; key++) {
		flags |= key->flags;
		if(has(s, key->name))
			made |= key->flags;
		else if(key->missing)
			ERROR_AT(l, s, "%s without \"%s\", expected %s", group->name,
					key->name, key->missing);
	}
	if(flags & ~made & DR_KEY_CONDITION)
		ERROR_AT(l, s, "%s without a condition, expected at least one of %s",
				group->name, key_names(names, group, DR_KEY_CONDITION));
}

/* Read a group, each key with its own reader */
static void read_group(struct dr_loader *l, dr_setting *s,
		const struct dr_group *group, void *target)
{
	int i;

	if(!config_setting_is_group(s)) {
		dr_error_type(l, s, group->expected);
		return;
	}
	for(i = 0; i < config_setting_length(s); i++)
		read_member(l, config_setting_get_elem(s, (unsigned)i), group, target);

	check_missing(l, s, group);
}

static void read_rule(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_rule *rule;

	(void)value;
	l->number++;
	if(l->spec->rules.count == DR_RULES_MAX) {
		if(!l->is_full)
			ERROR_AT(l, s, "too many rules, expected at most %d in a map",
					DR_RULES_MAX);
		l->is_full = true;
		return;
	}
	rule = dr_spec_add(l->spec, rules);
	if(!rule)
		return;
	rule->place = dr_place_of(l, s);
	rule->profile = l->owner;
	rule->number = l->number;
	rule->when.source = DR_ANY;
	rule->when.after = DR_ANY;
	read_group(l, s, &dr_rule_group, rule);
	if(config_setting_is_group(s) && has(s, "prefix") && !has(s, "header"))
		ERROR_AT(l, s,
				"\"prefix\" without \"header\", expected the name of the "
				"header field");
}

static void read_profile(struct dr_loader *l, dr_setting *s)
{
	const char *name = config_setting_name(s);
	struct dr_text text = {name, strlen(name)};
	struct dr_spec_profile *profile = l->spec->profiles.list;

	if(!dr_text_is(text, profile->name))
		profile = dr_spec_add(l->spec, profiles);
	if(!profile)
		return;
	if(text.len > DR_NAME_MAX)
		ERROR_AT(l, s, "a name of %zu characters, expected %s", text.len,
				DR_EXPECTED_PROFILE);
	profile->place = dr_place_of(l, s);
	profile->name = text;
	profile->parent = DR_NONE;
	profile->q850 = DR_ANY;
	l->owner = (int)(profile - l->spec->profiles.list);
	read_group(l, s, &dr_profile_group, profile);
}

static void read_profiles(struct dr_loader *l, dr_setting *s, void *value)
{
	int i;

	(void)value;
	if(!config_setting_is_group(s)) {
		dr_error_type(l, s, l->key->expected);
		return;
	}
	for(i = 0; i < config_setting_length(s); i++)
		read_profile(l, config_setting_get_elem(s, (unsigned)i));
}

static void read_trunk(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_trunk *trunk = dr_spec_add(l->spec, trunks);

	(void)value;
	if(!trunk)
		return;
	trunk->place = dr_place_of(l, s);
	trunk->profile = DR_PROFILE_DEFAULT;
	l->owner = (int)l->spec->trunks.count - 1;
	l->patterns = &l->spec->trunk_patterns;
	read_group(l, s, &dr_trunk_group, trunk);
}

static void read_reply(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_reply *out = dr_spec_add(l->spec, replies);

	(void)value;
	if(!out)
		return;
	out->bridge = l->owner;
	out->reply.reason = DR_ANY;
	out->reply.source = DR_ANY;
	out->reply.after = DR_ANY;
	read_group(l, s, &dr_reply_group, &out->reply);
}

static void read_bridge(struct dr_loader *l, dr_setting *s, void *value)
{
	static const struct dr_text header = DR_TEXT("X-LK-Disconnect-Reason");
	struct dr_spec_bridge *bridge = dr_spec_add(l->spec, bridges);

	(void)value;
	if(!bridge)
		return;
	bridge->place = dr_place_of(l, s);
	l->owner = (int)l->spec->bridges.count - 1;
	l->patterns = &l->spec->bridge_patterns;
	if(config_setting_is_group(s) && !has(s, "headers"))
		bridge->headers[bridge->header_count++] = header;
	read_group(l, s, &dr_bridge_group, bridge);
}

/* Read a list of groups; an empty array holds nothing of a wrong type */
static void read_list(struct dr_loader *l, dr_setting *s, void *value)
{
	static const struct
	{
		dr_reader *read;
		int most;
		const char *what;
	} lists[] = {
			[DR_KEY_RULES] = {read_rule, INT_MAX, NULL},
			[DR_KEY_TRUNKS] = {read_trunk, DR_TRUNKS_MAX, "trunks"},
			[DR_KEY_BRIDGES] = {read_bridge, DR_BRIDGES_MAX, "bridges"},
			[DR_KEY_REPLIES] = {read_reply, DR_BRIDGE_REPLIES_MAX, "replies"},
	};
	enum dr_key_type type = l->key->type;
	int length = config_setting_length(s);
	int i;

	l->number = 0;
	if(length > lists[type].most)
		ERROR_AT(l, s, "too many %s, expected at most %d in %s",
				lists[type].what, lists[type].most,
				type == DR_KEY_REPLIES ? "a bridge" : "a map");
	else if(!config_setting_is_list(s)
			&& !(config_setting_is_array(s) && length == 0))
		dr_error_type(l, s, l->key->expected);
	else
		for(i = 0; i < length; i++)
			lists[type].read(l, config_setting_get_elem(s, (unsigned)i), value);
}

/* libconfig's words for an error differ from version to version */
static void error_syntax(struct dr_loader *l, const config_t *config)
{
	static const struct
	{
		const char *theirs;
		const char *ours;
	} texts[] = {
			{"duplicate setting name",
					"a name appears twice, expected each name once in its "
					"group"},
			{"mismatched element type in array",
					"an array with values of several types, expected one type, "
					"or a list: ( )"},
	};
	struct dr_place place =
			dr_map_text_place(l->text, (size_t)config_error_line(config));
	const char *text = config_error_text(config);
	size_t i;

	for(i = 0; text && i < sizeof(texts) / sizeof(*texts); i++) {
		if(strcmp(text, texts[i].theirs) == 0) {
			dr_error(l->errors, place, "%s", texts[i].ours);
			return;
		}
	}
	dr_error(l->errors, place,
			"%s, expected NAME = VALUE; with all brackets and quotes closed, "
			"here or on the line before",
			text ? text : "syntax error");
}

static int compile(const struct dr_spec *spec, struct dr_map **map,
		struct dr_errors *errors)
{
	int err = dr_map_compile(spec, map);

	if(err == 0)
		dr_map_check_rules(spec, *map, errors);

	return err;
}

/* Read, check and compile a text. The spec points into what libconfig holds. */
static int load(struct dr_map_text *text, config_t *config, struct dr_map **map,
		struct dr_errors *errors)
{
	struct dr_spec *spec = text->spec;
	struct dr_loader l = {.spec = spec, .text = text, .errors = errors};

	if(config_read_string(config, text->s) != CONFIG_TRUE) {
		error_syntax(&l, config);
		return EINVAL;
	}
	read_group(&l, config_root_setting(config), &dr_map_group, spec);
	if(!has(config_root_setting(config), "version"))
		dr_error(errors, (struct dr_place){0},
				"\"version\" is missing, expected " DR_EXPECTED_VERSION);
	if(!spec->no_memory)
		dr_map_check(spec, errors);
	if(spec->no_memory || errors->no_memory)
		return ENOMEM;
	if(errors->all->errors > 0)
		return EINVAL;

	return compile(spec, map, errors);
}

/**
 * Load a map from its file, with all files that it includes
 *
 * Takes bounded time and memory for any file, and never waits for one. When
 * there is no memory, libconfig 1.5 goes on with a null pointer, and later
 * versions end the process; it needs less than 200 bytes for each of a million
 * values.
 *
 * @param path       Path of the file; includes are relative to its folder
 * @param map        Set to the map, one block of dr_map_size() bytes that is to
 *                   be freed with free(); NULL on an error
 * @param all  Set to all that is wrong, warnings too; to be freed with
 *                   dr_map_errors_free() in any case. Nothing of it points into
 *                   the map.
 *
 * @return 0; EINVAL when the map has errors; ENOMEM, with an error
 */
int dr_map_load(
		const char *path, struct dr_map **map, struct dr_map_errors *all)
{
	struct dr_spec spec;
	struct dr_map_text text = {.spec = &spec};
	struct dr_errors errors = {all, &spec, false};
	config_t config;
	int err;

	*map = NULL;
	memset(all, 0, sizeof(*all));
	config_init(&config);
	dr_spec_init(&spec);
	err = spec.no_memory ? ENOMEM : dr_map_text_read(&text, path, &errors);
	if(err == 0)
		err = load(&text, &config, map, &errors);
	if(err == ENOMEM)
		errors.no_memory = true;
	dr_errors_finish(&errors);
	if(errors.no_memory)
		err = ENOMEM;
	dr_map_text_free(&text);
	dr_spec_free(&spec);
	config_destroy(&config);
	if(err != 0) {
		free(*map);
		*map = NULL;
	}
	return err;
}
