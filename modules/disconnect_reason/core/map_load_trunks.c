/**
 * @file map_load_trunks.c  Reads trunks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "map_address.h"
#include "map_load_keys.h"

#define EXPECTED_TRUNKS "a list of trunks: ( { ... }, { ... } )"
#define EXPECTED_NAME "the name of a trunk, a token of at most 64 characters"
#define EXPECTED_PROFILE \
	"the name of a profile, a token of at most 64 characters"
#define EXPECTED_HOST \
	"a host name, or \"*.\" and one; \"address\" for addresses"


static void read_name(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_trunk *trunk = target;

	dr_get_token(loader, s, EXPECTED_NAME, &trunk->name);
}


static void read_host(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_pattern *pattern;
	char shown[DR_SHOWN_MAX];
	struct dr_text host;

	(void)target;
	if(!dr_get_text(loader, s, EXPECTED_HOST, &host))
		return;
	if(!dr_host_check(host)) {
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"bad host \"%s\", expected " EXPECTED_HOST,
				dr_shown(shown, host));
		return;
	}
	pattern = dr_spec_add(loader->spec, trunk_patterns);
	if(!pattern)
		return;
	pattern->place = dr_place_of(loader, s);
	pattern->owner = loader->owner;
	pattern->text = host;
	pattern->is_host = true;
}


static void read_hosts(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	dr_read_each(loader, s, read_host, target);
}


static void read_address(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_pattern *pattern;
	struct dr_spec_pattern read;

	(void)target;
	if(!dr_get_network(loader, s, &read))
		return;
	pattern = dr_spec_add(loader->spec, trunk_patterns);
	if(pattern)
		*pattern = read;
}


static void read_addresses(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	dr_read_each(loader, s, read_address, target);
}


static void read_profile(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_trunk *trunk = target;

	trunk->profile_place = dr_place_of(loader, s);
	dr_get_token(loader, s, EXPECTED_PROFILE, &trunk->profile_name);
}


static void read_trust(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	struct dr_spec_trunk *trunk = target;

	dr_get_bool(loader, s, &trunk->trust);
}


static const struct dr_key trunk_keys[] = {
		{"name", read_name},
		{"host", read_hosts},
		{"address", read_addresses},
		{"profile", read_profile},
		{"trust", read_trust},
		{NULL, NULL},
};


static void read_trunk(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	static const struct dr_keys keys = {
			"a trunk: { name = \"...\"; host = \"...\"; }", trunk_keys};
	struct dr_spec_trunk trunk = {.profile = DR_PROFILE_DEFAULT};
	struct dr_spec_trunk *out;

	(void)target;
	trunk.place = dr_place_of(loader, s);
	loader->owner = (int)loader->spec->trunks.count;
	dr_read_group(loader, s, &keys, &trunk);
	if(config_setting_is_group(s) && !config_setting_get_member(s, "name"))
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"a trunk without \"name\", expected " EXPECTED_NAME);

	out = dr_spec_add(loader->spec, trunks);
	if(out)
		*out = trunk;
}


/**
 * Read the trunks of a map
 *
 * @param loader The loader
 * @param s      The setting
 * @param target Not used
 */
void dr_read_trunks(
		struct dr_loader *loader, const config_setting_t *s, void *target)
{
	if(config_setting_length(s) > DR_TRUNKS_MAX)
		dr_complain(loader->complainer, dr_place_of(loader, s),
				"too many trunks, expected at most %d in a map", DR_TRUNKS_MAX);
	else
		dr_read_list(loader, s, EXPECTED_TRUNKS, read_trunk, target);
}
