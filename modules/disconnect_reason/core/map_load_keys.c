/**
 * @file map_load_keys.c  Reads groups and values of a libconfig file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "header.h"
#include "map_load_keys.h"

/* Room for the names of all keys of a group */
#define NAMES_MAX 128


/**
 * Where does a setting stand?
 *
 * @param loader The loader
 * @param s      The setting
 *
 * @return Its place; libconfig says for a text in a list that it stands on the
 *         line of the token after it
 */
struct dr_place dr_place_of(
		const struct dr_loader *loader, const config_setting_t *s)
{
	return dr_map_text_place(
			loader->text, (size_t)config_setting_source_line(s));
}


/**
 * The name of a setting
 *
 * @param s The setting, not the whole map
 *
 * @return Its name; for an element of a list that of the list
 */
const char *dr_name_of(const config_setting_t *s)
{
	while(!config_setting_name(s))
		s = config_setting_parent(s);

	return config_setting_name(s);
}


static const char *type_name(const config_setting_t *s)
{
	static const char *const names[] = {
			[CONFIG_TYPE_NONE] = "empty",
			[CONFIG_TYPE_GROUP] = "a group",
			[CONFIG_TYPE_INT] = "a number",
			[CONFIG_TYPE_INT64] = "a long number",
			[CONFIG_TYPE_FLOAT] = "a number with a fraction",
			[CONFIG_TYPE_STRING] = "a text",
			[CONFIG_TYPE_BOOL] = "a boolean",
			[CONFIG_TYPE_ARRAY] = "an array",
			[CONFIG_TYPE_LIST] = "a list",
	};
	size_t type = (size_t)config_setting_type(s);

	return type < sizeof(names) / sizeof(*names) ? names[type] : "odd";
}


/**
 * Complain about the type of a setting
 *
 * @param loader   The loader
 * @param s        The setting
 * @param expected What was expected
 */
void dr_complain_type(struct dr_loader *loader, const config_setting_t *s,
		const char *expected)
{
	bool is_element = config_setting_name(s) == NULL;

	dr_complain(loader->complainer, dr_place_of(loader, s),
			"%s\"%s\" is %s, expected %s", is_element ? "an element of " : "",
			dr_name_of(s), type_name(s), expected);
}


static void complain_key(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_keys *keys)
{
	const struct dr_key *key;
	char names[NAMES_MAX];
	char shown[DR_SHOWN_MAX];
	size_t len = 0;
	struct dr_text name = {dr_name_of(s), strlen(dr_name_of(s))};

	names[0] = '\0';
	for(key = keys->keys; key->name && len < sizeof(names); key++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
				len > 0 ? ", " : "", key->name);
	dr_complain(loader->complainer, dr_place_of(loader, s),
			"unknown key \"%s\", expected one of %s", dr_shown(shown, name),
			names);
}


static void read_member(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_keys *keys, void *target)
{
	const struct dr_key *key = keys->keys;

	while(key->name && strcmp(key->name, config_setting_name(s)) != 0)
		key++;

	if(key->name)
		key->read(loader, s, target);
	else
		complain_key(loader, s, keys);
}


/**
 * Read a group, each key with its own reader
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is no group
 * @param keys   What the group is made of; other keys are complained about
 * @param target For the readers
 *
 * @return true when nothing was wrong
 */
bool dr_read_group(struct dr_loader *loader, const config_setting_t *s,
		const struct dr_keys *keys, void *target)
{
	size_t errors = loader->complainer->complaints->errors;
	int i;

	if(!config_setting_is_group(s)) {
		dr_complain_type(loader, s, keys->expected);
		return false;
	}
	for(i = 0; i < config_setting_length(s); i++)
		read_member(
				loader, config_setting_get_elem(s, (unsigned)i), keys, target);

	return loader->complainer->complaints->errors == errors;
}


/**
 * Read a list, each element with the same reader
 *
 * @param loader   The loader
 * @param s        The setting; a complaint when it is no list, an empty one is
 *                 good
 * @param expected What was expected
 * @param read     Reads an element
 * @param target   For the reader
 */
void dr_read_list(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, dr_reader *read, void *target)
{
	int length = config_setting_length(s);
	int i;

	/* an empty array holds nothing of a wrong type */
	if(!config_setting_is_list(s)
			&& !(config_setting_is_array(s) && length == 0)) {
		dr_complain_type(loader, s, expected);
		return;
	}
	for(i = 0; i < length; i++)
		read(loader, config_setting_get_elem(s, (unsigned)i), target);
}


/**
 * Read one value, or each of an array or list
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is an empty array or list
 * @param read   Reads a value, and complains when it has the wrong type
 * @param target For the reader
 */
void dr_read_each(struct dr_loader *loader, const config_setting_t *s,
		dr_reader *read, void *target)
{
	int i;

	if(!config_setting_is_array(s) && !config_setting_is_list(s)) {
		read(loader, s, target);
		return;
	}
	if(config_setting_length(s) == 0)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"\"%s\" is empty, expected at least one value", dr_name_of(s));
	for(i = 0; i < config_setting_length(s); i++)
		read(loader, config_setting_get_elem(s, (unsigned)i), target);
}


/**
 * Get a text
 *
 * @param loader   The loader
 * @param s        The setting; a complaint when it is no text, or an empty one
 * @param expected What was expected
 * @param text     Set to it; the spec owns it
 *
 * @return true when it is one
 */
bool dr_get_text(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, struct dr_text *text)
{
	const char *value = config_setting_get_string(s);

	if(config_setting_type(s) != CONFIG_TYPE_STRING || !value) {
		dr_complain_type(loader, s, expected);
		return false;
	}
	if(*value == '\0') {
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"\"%s\" is empty, expected %s", dr_name_of(s), expected);
		return false;
	}
	*text = dr_spec_text(loader->spec, value, strlen(value));
	return text->len > 0;
}


/**
 * Get a token (RFC 3261 section 25.1) of at most DR_NAME_MAX bytes
 *
 * @param loader   The loader
 * @param s        The setting; a complaint when it is none
 * @param expected What was expected
 * @param text     Set to it; the spec owns it
 *
 * @return true when it is one
 */
bool dr_get_token(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, struct dr_text *text)
{
	char shown[DR_SHOWN_MAX];
	struct dr_text token;

	if(!dr_get_text(loader, s, expected, &token))
		return false;
	if(dr_token_check(token) && token.len <= DR_NAME_MAX) {
		*text = token;
		return true;
	}
	dr_complain(loader->complainer, dr_place_of(loader, s),
			"bad %s \"%s\", expected %s", dr_name_of(s), dr_shown(shown, token),
			expected);
	return false;
}


/**
 * Get a number
 *
 * @param loader   The loader
 * @param s        The setting; a complaint when it is none
 * @param expected What was expected
 * @param number   Set to it
 *
 * @return true when it is one
 */
bool dr_get_int(struct dr_loader *loader, const config_setting_t *s,
		const char *expected, int *number)
{
	if(config_setting_type(s) != CONFIG_TYPE_INT) {
		dr_complain_type(loader, s, expected);
		return false;
	}
	*number = config_setting_get_int(s);
	return true;
}


/**
 * Get a boolean
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is none
 * @param value  Set to it
 *
 * @return true when it is one
 */
bool dr_get_bool(
		struct dr_loader *loader, const config_setting_t *s, bool *value)
{
	if(config_setting_type(s) != CONFIG_TYPE_BOOL) {
		dr_complain_type(loader, s, "true or false");
		return false;
	}
	*value = config_setting_get_bool(s) != 0;
	return true;
}
