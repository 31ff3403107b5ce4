/**
 * @file map_load.c  Loads a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The way of a map: its files become one text (map_text), libconfig
 * makes settings of it, these are read into a spec (map_load_*), the spec is
 * checked as a whole (map_check) and compiled (map_compile).
 */

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "map_check.h"
#include "map_compile.h"
#include "map_load.h"
#include "map_load_keys.h"
#include "map_search.h"

#define EXPECTED_VERSION "version = 1"


static void read_version(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	int version;

	(void)target;
	if(dr_get_int(loader, s, EXPECTED_VERSION, &version) && version != 1)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"unknown version %d, expected " EXPECTED_VERSION, version);
}


static const struct dr_key map_keys[] = {
		{"version", read_version},
		{"profiles", dr_read_profiles},
		{"trunks", dr_read_trunks},
		{"bridges", dr_read_bridges},
		{NULL, NULL},
};


static void read_map(struct dr_loader *loader, const config_setting_t *root)
{
	static const struct dr_keys keys = {"a map", map_keys};

	dr_read_group(loader, root, &keys, NULL);
	if(!config_setting_get_member(root, "version"))
		dr_complain(loader->complainer, (struct dr_place){0},
				"\"version\" is missing, expected " EXPECTED_VERSION);
}


/* libconfig's words for an error differ from version to version */
static void complain_syntax(struct dr_loader *loader, const config_t *config)
{
	static const struct
	{
		const char *theirs;
		const char *ours;
	} texts[] = {
			{"duplicate setting name",
					"a name is there twice, expected each name once in its "
					"group"},
			{"mismatched element type in array",
					"an array with values of several types, expected one type, "
					"or a list: ( )"},
	};
	struct dr_place place =
			dr_map_text_place(loader->text, (size_t)config_error_line(config));
	const char *text = config_error_text(config);
	size_t i;

	for(i = 0; text && i < sizeof(texts) / sizeof(*texts); i++) {
		if(strcmp(text, texts[i].theirs) == 0) {
			dr_complain(loader->complainer, place, "%s", texts[i].ours);
			return;
		}
	}
	dr_complain(loader->complainer, place,
			"%s, expected NAME = VALUE; with all brackets and quotes closed, "
			"here or on the line before",
			text ? text : "syntax error");
}


/* Warn about rules that never decide; the map is as it was read */
static void warn_rules(const struct dr_spec *spec, const struct dr_map *map,
		struct dr_complainer *complainer)
{
	size_t i;

	for(i = 0; i < spec->rules.count; i++) {
		const struct dr_spec_rule *by;
		uint32_t number;

		if(!dr_search_covers(map, (uint32_t)i, &number))
			continue;
		by = &spec->rules.list[number];
		dr_warn(complainer, spec->rules.list[i].place,
				"this rule can never match: rule %d of its profile (%s:%d) "
				"takes the same and more, expected it behind this one",
				by->number, spec->files.list[by->place.file].s, by->place.line);
	}
}


static int compile(const struct dr_spec *spec, struct dr_map **map,
		struct dr_complainer *complainer)
{
	int err = dr_map_compile(spec, map);

	if(err == E2BIG) {
		dr_complain(complainer, (struct dr_place){0},
				"rules with too many codes and causes, expected at most %d "
				"pairs of them in a map",
				DR_RULE_KEYS_MAX);
		return EINVAL;
	}
	if(err == 0)
		warn_rules(spec, *map, complainer);

	return err;
}


/* Read, check and compile a text. The spec points into what libconfig holds. */
static int load(struct dr_map_text *text, config_t *config, struct dr_map **map,
		struct dr_complainer *complainer)
{
	struct dr_spec *spec = text->spec;
	struct dr_loader loader = {
			.spec = spec, .text = text, .complainer = complainer};

	if(config_read_string(config, text->s) == CONFIG_TRUE)
		read_map(&loader, config_root_setting(config));
	else
		complain_syntax(&loader, config);
	if(!spec->no_memory)
		dr_map_check(spec, complainer);
	if(spec->no_memory || complainer->no_memory)
		return ENOMEM;
	if(complainer->complaints->errors > 0)
		return EINVAL;

	return compile(spec, map, complainer);
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
 * @param complaints Set to all that is wrong, warnings too; to be freed with
 *                   dr_complaints_free() in any case. Nothing of it points into
 *                   the map.
 *
 * @return 0; EINVAL when the map has errors; ENOMEM, with a complaint
 */
int dr_map_load(
		const char *path, struct dr_map **map, struct dr_complaints *complaints)
{
	struct dr_spec spec;
	struct dr_map_text text = {.spec = &spec};
	struct dr_complainer complainer = {complaints, &spec, false};
	config_t config;
	int err;

	*map = NULL;
	memset(complaints, 0, sizeof(*complaints));
	config_init(&config);
	dr_spec_init(&spec);
	err = spec.no_memory ? ENOMEM : dr_map_text_read(&text, path, &complainer);
	if(err == 0)
		err = load(&text, &config, map, &complainer);
	if(err == ENOMEM)
		complainer.no_memory = true;
	dr_complain_finish(&complainer);
	if(complainer.no_memory)
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
