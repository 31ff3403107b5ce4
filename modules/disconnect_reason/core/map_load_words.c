/**
 * @file map_load_words.c  Reads the values that rules and replies share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "map_address.h"
#include "map_load_keys.h"

#define CODE_MIN 300
#define CODE_MAX 699
#define EXPECTED_CODE "300 to 699, or a class \"3xx\" to \"6xx\""
#define EXPECTED_SOURCE "remote, timeout, transport, cancel or script"
#define EXPECTED_AFTER "none, trying or ringing"
#define EXPECTED_NETWORK "an IPv4 or IPv6 address, or a network ADDRESS/BITS"
#define EXPECTED_DETAIL "1 to 32 characters of a-z, 0-9 and \"-\""
/* Room for the names of all reasons */
#define REASONS_MAX 512

/* Codes while they are collected; each is there once */
struct collected
{
	unsigned short list[CODE_MAX - CODE_MIN + 1 + 4];
	size_t count;
};


static void complain_word(struct dr_loader *loader, const config_setting_t *s,
		struct dr_text word, const char *expected)
{
	char shown[DR_SHOWN_MAX];

	dr_complain(loader->complainer, dr_place_of(loader, s),
			"unknown %s \"%s\", expected %s", dr_name_of(s),
			dr_shown(shown, word), expected);
}


/**
 * Get a reason
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is none
 * @param reason Set to it
 *
 * @return true when it is one
 */
bool dr_get_reason(struct dr_loader *loader, const config_setting_t *s,
		enum dr_reason *reason)
{
	char names[REASONS_MAX];
	struct dr_text word;
	size_t len = 0;
	int i;

	if(!dr_get_text(loader, s, "the name of a reason", &word))
		return false;
	if(dr_reason_parse(word, reason) == 0)
		return true;

	for(i = 0; i < DR_REASON_COUNT && len < sizeof(names); i++) {
		struct dr_text name = dr_reason_name((enum dr_reason)i);

		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%.*s",
				i > 0 ? ", " : "", (int)name.len, name.s);
	}
	complain_word(loader, s, word, names);
	return false;
}


/**
 * Get a source
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is none
 * @param source Set to it, an enum dr_source
 *
 * @return true when it is one
 */
bool dr_get_source(
		struct dr_loader *loader, const config_setting_t *s, int *source)
{
	enum dr_source value;
	struct dr_text word;

	if(!dr_get_text(loader, s, EXPECTED_SOURCE, &word))
		return false;
	if(dr_source_parse(word, &value) != 0) {
		complain_word(loader, s, word, EXPECTED_SOURCE);
		return false;
	}
	*source = (int)value;
	return true;
}


/**
 * Get how far an attempt came
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is none
 * @param after  Set to it, an enum dr_after
 *
 * @return true when it is one
 */
bool dr_get_after(
		struct dr_loader *loader, const config_setting_t *s, int *after)
{
	enum dr_after value;
	struct dr_text word;

	if(!dr_get_text(loader, s, EXPECTED_AFTER, &word))
		return false;
	if(dr_after_parse(word, &value) != 0) {
		complain_word(loader, s, word, EXPECTED_AFTER);
		return false;
	}
	*after = (int)value;
	return true;
}


/**
 * Get a detail
 *
 * @param loader The loader
 * @param s      The setting; a complaint when it is none
 * @param detail Set to it; the spec owns it
 *
 * @return true when it is one
 */
bool dr_get_detail(struct dr_loader *loader, const config_setting_t *s,
		struct dr_text *detail)
{
	char shown[DR_SHOWN_MAX];
	struct dr_text word;

	if(!dr_get_text(loader, s, EXPECTED_DETAIL, &word))
		return false;
	if(dr_detail_check(word) != 0) {
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad detail \"%s\", expected " EXPECTED_DETAIL,
				dr_shown(shown, word));
		return false;
	}
	*detail = word;
	return true;
}


/* The number of a class "3xx" to "6xx", or 0 */
static int class_of(const char *word)
{
	if(word[0] < '3' || word[0] > '6' || strcmp(word + 1, "xx") != 0)
		return 0;

	return word[0] - '0';
}


/* The code or class of a setting; 0 with a complaint when it is none */
static int get_code(struct dr_loader *loader, const config_setting_t *s)
{
	char shown[DR_SHOWN_MAX];
	struct dr_text word;
	int code;

	if(config_setting_type(s) == CONFIG_TYPE_STRING) {
		if(!dr_get_text(loader, s, EXPECTED_CODE, &word))
			return 0;
		code = class_of(config_setting_get_string(s));
		if(code == 0)
			dr_complain(loader->complainer, dr_place_of(loader, s),
					"bad code \"%s\", expected " EXPECTED_CODE,
					dr_shown(shown, word));
		return code;
	}
	if(!dr_get_int(loader, s, EXPECTED_CODE, &code))
		return 0;
	if(code >= CODE_MIN && code <= CODE_MAX)
		return code;

	dr_complain(loader->complainer, dr_place_of(loader, s),
			"bad code %d, expected " EXPECTED_CODE, code);
	return 0;
}


static void read_code(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct collected *codes = target;
	int code = get_code(loader, s);
	size_t i;

	for(i = 0; i < codes->count; i++) {
		if(codes->list[i] == code)
			return;
	}
	if(code != 0)
		codes->list[codes->count++] = (unsigned short)code;
}


/**
 * Get status codes: one, or an array or list of codes and classes
 *
 * @param loader The loader
 * @param s      The setting; a complaint for each value that is none
 * @param codes  Set to those that are good, each once; the spec owns them
 *
 * @return true when all are good
 */
bool dr_get_codes(struct dr_loader *loader, const config_setting_t *s,
		struct dr_codes *codes)
{
	size_t errors = loader->complainer->complaints->errors;
	struct collected collected = {{0}, 0};

	dr_read_each(loader, s, read_code, &collected);
	codes->list = dr_spec_keep(loader->spec, collected.list,
			collected.count * sizeof(*collected.list));
	codes->count = codes->list ? collected.count : 0;
	return loader->complainer->complaints->errors == errors;
}


/**
 * Get an address or network
 *
 * @param loader  The loader; its owner is the pattern's
 * @param s       The setting; a complaint when it is none, or when bits behind
 *                the network part are set
 * @param pattern Set to it
 *
 * @return true when it is one
 */
bool dr_get_network(struct dr_loader *loader, const config_setting_t *s,
		struct dr_spec_pattern *pattern)
{
	struct dr_spec_pattern out = {.owner = loader->owner};
	char network[DR_NETWORK_TEXT_MAX];
	char shown[DR_SHOWN_MAX];
	struct dr_network cut;

	if(!dr_get_text(loader, s, EXPECTED_NETWORK, &out.text))
		return false;
	if(dr_network_parse(out.text, &out.network) != 0) {
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad address \"%s\", expected " EXPECTED_NETWORK,
				dr_shown(shown, out.text));
		return false;
	}
	cut = out.network;
	dr_network_cut(&cut);
	if(memcmp(&cut.address, &out.network.address, sizeof(cut.address)) != 0) {
		dr_network_print(network, &cut);
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad network \"%s\": bits behind its first %u are set, "
				"expected "
				"%s",
				dr_shown(shown, out.text), cut.bits, network);
		return false;
	}
	out.place = dr_place_of(loader, s);
	*pattern = out;
	return true;
}
