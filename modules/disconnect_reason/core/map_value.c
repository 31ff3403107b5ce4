/**
 * @file map_value.c  Reads the values of a map's keys
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "map_value.h"
#include "reason_header.h"

#define CODE_MIN 300
#define CODE_MAX 699
/* Room for the names of all reasons */
#define NAMES_MAX 512

/* Codes or causes while they are collected; each is there once */
struct numbers
{
	unsigned short list[CODE_MAX - CODE_MIN + 1 + 4];
	size_t count;
};

#define ERROR_AT(l, s, ...) \
	dr_error((l)->errors, dr_place_of(l, s), __VA_ARGS__)

/**
 * Where does a setting stand?
 *
 * @param l The loader
 * @param s The setting
 *
 * @return Its place; libconfig says for a text in a list that it stands where
 *         the token after it does
 */
struct dr_place dr_place_of(const struct dr_loader *l, dr_setting *s)
{
	return dr_map_text_place(l->text, (size_t)config_setting_source_line(s));
}

/* The name of a setting; for an element of a list that of the list */
static const char *name_of(dr_setting *s)
{
	while(!config_setting_name(s))
		s = config_setting_parent(s);

	return config_setting_name(s);
}

/**
 * Note that a setting has the wrong type
 *
 * @param l        The loader
 * @param s        The setting
 * @param expected What was expected
 */
void dr_error_type(struct dr_loader *l, dr_setting *s, const char *expected)
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

	ERROR_AT(l, s, "%s\"%s\" is %s, expected %s",
			config_setting_name(s) ? "" : "an element of ", name_of(s),
			type < sizeof(names) / sizeof(*names) ? names[type] : "odd",
			expected);
}

/* Note that a value is wrong; what it is: bad or unknown */
static void error_text(struct dr_loader *l, dr_setting *s, const char *what,
		struct dr_text text)
{
	char shown[DR_SHOWN_MAX];

	ERROR_AT(l, s, "%s %s \"%s\", expected %s", what, name_of(s),
			dr_shown(shown, text), l->key->expected);
}

static bool has_type(struct dr_loader *l, dr_setting *s, int type)
{
	if(config_setting_type(s) == type)
		return true;

	dr_error_type(l, s, l->key->expected);
	return false;
}

/* Get a text that is not empty; libconfig owns it. Without memory libconfig 1.5
 * has a null pointer for a text. */
static bool get_text(struct dr_loader *l, dr_setting *s, struct dr_text *text)
{
	const char *value = config_setting_get_string(s);

	if(!value) {
		dr_error_type(l, s, l->key->expected);
		return false;
	}
	if(*value == '\0') {
		ERROR_AT(l, s, "\"%s\" is empty, expected %s", name_of(s),
				l->key->expected);
		return false;
	}
	*text = (struct dr_text){value, strlen(value)};
	return true;
}

/* Get a text of the kind that its key has */
static bool get_checked(
		struct dr_loader *l, dr_setting *s, struct dr_text *text)
{
	char shown[DR_SHOWN_MAX];
	struct dr_text read;

	if(!get_text(l, s, &read))
		return false;
	if(!dr_key_check(l->key, read)) {
		error_text(l, s, "bad", read);
		return false;
	}
	if(l->key->flags & DR_KEY_OWN_HEADER && dr_is_sip_header(read)) {
		ERROR_AT(l, s, "header \"%s\" has a meaning in SIP, expected %s",
				dr_shown(shown, read), l->key->expected);
		return false;
	}
	*text = read;
	return true;
}

static bool get_number(
		struct dr_loader *l, dr_setting *s, int least, int most, int *number)
{
	int read = config_setting_get_int(s);

	if(!has_type(l, s, CONFIG_TYPE_INT))
		return false;
	if(read < least || read > most) {
		ERROR_AT(l, s, "bad %s %d, expected %s", name_of(s), read,
				l->key->expected);
		return false;
	}
	*number = read;
	return true;
}

static void read_text(struct dr_loader *l, dr_setting *s, void *value)
{
	get_checked(l, s, value);
}

static void read_name(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_name *name = value;

	if(get_checked(l, s, &name->text))
		name->place = dr_place_of(l, s);
}

/* A source, a reason, or how far an attempt came */
static void read_word(struct dr_loader *l, dr_setting *s, void *value)
{
	char names[NAMES_MAX];
	struct dr_text word, name;
	size_t len = 0;
	int number;

	if(!get_text(l, s, &word))
		return;
	for(number = 0; (name = dr_key_word(l->key, number)).len > 0; number++) {
		if(dr_text_is(word, name)) {
			*(int *)value = number;
			return;
		}
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%.*s",
				len > 0 ? ", " : "", (int)name.len, name.s);
	}
	if(l->key->type != DR_KEY_REASON) {
		error_text(l, s, "unknown", word);
		return;
	}
	ERROR_AT(l, s, "unknown reason \"%s\", expected %s",
			dr_shown((char[DR_SHOWN_MAX]){0}, word), names);
}

static void read_switch(struct dr_loader *l, dr_setting *s, void *value)
{
	if(has_type(l, s, CONFIG_TYPE_BOOL))
		*(int *)value = config_setting_get_bool(s);
}

static void read_version(struct dr_loader *l, dr_setting *s, void *value)
{
	(void)value;
	if(has_type(l, s, CONFIG_TYPE_INT) && config_setting_get_int(s) != 1)
		ERROR_AT(l, s, "unknown version %d, expected %s",
				config_setting_get_int(s), l->key->expected);
}

static void read_send(struct dr_loader *l, dr_setting *s, void *value)
{
	int code = config_setting_get_int(s);

	if(has_type(l, s, CONFIG_TYPE_INT) && !dr_may_translate(code))
		ERROR_AT(l, s, "bad send %d, expected %s", code, l->key->expected);
	*(int *)value = code;
}

/* "reason" is the only word that a bridge's phrase may be */
static void read_reason_phrase(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_text word;

	if(!get_text(l, s, &word))
		return;
	*(bool *)value = strcmp(word.s, "reason") == 0;
	if(!*(bool *)value)
		error_text(l, s, "unknown", word);
}

/* Read one value, or each of an array or list */
static void read_each(
		struct dr_loader *l, dr_setting *s, dr_reader *read, void *value)
{
	int i;

	if(!config_setting_is_array(s) && !config_setting_is_list(s)) {
		read(l, s, value);
		return;
	}
	if(config_setting_length(s) == 0)
		ERROR_AT(l, s, "\"%s\" is empty, expected at least one value",
				name_of(s));
	for(i = 0; i < config_setting_length(s); i++)
		read(l, config_setting_get_elem(s, (unsigned)i), value);
}

static void add_number(struct numbers *numbers, int number)
{
	size_t i;

	for(i = 0; i < numbers->count; i++) {
		if(numbers->list[i] == number)
			return;
	}
	numbers->list[numbers->count++] = (unsigned short)number;
}

/* Set a list to one that is kept as long as the spec lives */
static void set_list(struct dr_loader *l, void *value, const void *list,
		size_t count, size_t size)
{
	struct dr_list kept = {dr_spec_keep(l->spec, list, count * size), 0};

	kept.count = kept.s ? count : 0;
	memcpy(value, &kept, sizeof(kept));
}

static void read_cause(struct dr_loader *l, dr_setting *s, void *value)
{
	int cause;

	if(get_number(l, s, DR_CAUSE_MIN, DR_CAUSE_MAX, &cause))
		add_number(value, cause);
}

static void read_causes(struct dr_loader *l, dr_setting *s, void *value)
{
	struct numbers causes = {{0}, 0};
	unsigned char list[DR_CAUSE_MAX] = {0};
	size_t i;

	read_each(l, s, read_cause, &causes);
	for(i = 0; i < causes.count; i++)
		list[i] = (unsigned char)causes.list[i];
	set_list(l, value, list, i, sizeof(*list));
}

/* A code, or a class "3xx" to "6xx" */
static void read_code(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_text word;
	int code;

	if(config_setting_type(s) != CONFIG_TYPE_STRING) {
		if(get_number(l, s, CODE_MIN, CODE_MAX, &code))
			add_number(value, code);
		return;
	}
	if(!get_text(l, s, &word))
		return;
	if(*word.s >= '3' && *word.s <= '6' && strcmp(word.s + 1, "xx") == 0)
		add_number(value, *word.s - '0');
	else
		error_text(l, s, "bad", word);
}

static void read_codes(struct dr_loader *l, dr_setting *s, void *value)
{
	struct numbers codes = {{0}, 0};
	size_t i;

	read_each(l, s, read_code, &codes);
	for(i = 0; i < codes.count; i++) {
		if(l->key->flags & DR_KEY_TRANSLATED && codes.list[i] >= CODE_MIN
				&& !dr_may_translate(codes.list[i]))
			ERROR_AT(l, s,
					"code %d is never translated, expected " DR_EXPECTED_SEND,
					codes.list[i]);
	}
	set_list(l, value, codes.list, i, sizeof(*codes.list));
}

static void add_pattern(
		struct dr_loader *l, dr_setting *s, struct dr_spec_pattern pattern)
{
	struct dr_spec_patterns *all = l->patterns;

	all->list = dr_spec_grow(
			l->spec, all->list, all->count, &all->room, sizeof(pattern));
	if(l->spec->no_memory)
		return;
	pattern.place = dr_place_of(l, s);
	pattern.owner = l->owner;
	all->list[all->count++] = pattern;
}

static void read_host(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_pattern pattern = {.is_host = true};

	(void)value;
	if(get_checked(l, s, &pattern.text))
		add_pattern(l, s, pattern);
}

static void read_address(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_pattern pattern = {.is_host = false};
	char network[DR_NETWORK_TEXT_MAX];
	char shown[DR_SHOWN_MAX];
	struct dr_network cut;

	(void)value;
	if(!get_text(l, s, &pattern.text))
		return;
	if(dr_network_parse(pattern.text, &pattern.network) != 0) {
		error_text(l, s, "bad", pattern.text);
		return;
	}
	cut = pattern.network;
	dr_network_cut(&cut);
	dr_network_print(network, &cut);
	if(memcmp(&cut.address, &pattern.network.address, sizeof(cut.address)) == 0)
		add_pattern(l, s, pattern);
	else
		ERROR_AT(l, s,
				"bad network \"%s\": bits after its first %u are set, "
				"expected %s",
				dr_shown(shown, pattern.text), cut.bits, network);
}

static void read_header(struct dr_loader *l, dr_setting *s, void *value)
{
	struct dr_spec_bridge *bridge = value;
	char shown[DR_SHOWN_MAX];
	struct dr_text name;

	if(!get_checked(l, s, &name))
		return;
	if(dr_bridge_has(bridge, name))
		ERROR_AT(l, s, "header \"%s\" appears twice, expected each once",
				dr_shown(shown, name));
	else if(bridge->header_count == DR_BRIDGE_HEADERS_MAX)
		ERROR_AT(l, s, "too many headers, expected at most %d",
				DR_BRIDGE_HEADERS_MAX);
	else
		bridge->headers[bridge->header_count++] = name;
}

/**
 * Read the value of a key
 *
 * @param l     The loader; its key has no type of groups
 * @param s     The setting; what is wrong with it is an error
 * @param value Set to it, as the key's type says; left alone when it is wrong
 */
void dr_value_read(struct dr_loader *l, dr_setting *s, void *value)
{
	static dr_reader *const readers[DR_KEY_TYPE_COUNT] = {
			[DR_KEY_VERSION] = read_version,
			[DR_KEY_HOSTS] = read_host,
			[DR_KEY_ADDRESSES] = read_address,
			[DR_KEY_HEADERS] = read_header,
			[DR_KEY_CODES] = read_codes,
			[DR_KEY_CAUSES] = read_causes,
			[DR_KEY_SOURCE] = read_word,
			[DR_KEY_AFTER] = read_word,
			[DR_KEY_REASON] = read_word,
			[DR_KEY_SEND] = read_send,
			[DR_KEY_SWITCH] = read_switch,
			[DR_KEY_REASON_PHRASE] = read_reason_phrase,
			[DR_KEY_TOKEN] = read_text,
			[DR_KEY_DETAIL] = read_text,
			[DR_KEY_PREFIX] = read_text,
			[DR_KEY_PHRASE] = read_text,
			[DR_KEY_NAME] = read_name,
	};
	dr_reader *read = readers[l->key->type];

	if(l->key->flags & DR_KEY_SEVERAL)
		read_each(l, s, read, value);
	else
		read(l, s, value);
}
