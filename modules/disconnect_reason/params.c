/**
 * @file params.c  The module's parameters, and the header lines made from them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A bridge of the map has headers of its own; a call from anywhere else has
 * those of the module's parameters.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/mem.h"
#include "../../core/parser/parse_hname2.h"

#include "params.h"

struct dr_params dr_params = {
		.auto_watch = 1, .strip = 1, .q850 = 1, .map_file = ""};

static const struct dr_text default_header = DR_TEXT("X-LK-Disconnect-Reason");

static int check_switch(const char *name, int value)
{
	if(value == 0 || value == 1)
		return 0;
	LM_ERR("parameter %s is %d: expected 0 or 1\n", name, value);
	return -1;
}

/** What Kamailio's parser takes a header name for: HDR_OTHER_T is what we want.
 * A header of SIP itself would be removed from every reply from a trunk. */
static hdr_types_t header_type(struct dr_text name)
{
	struct hdr_field field = {0};
	char line[DR_HEADER_NAME_MAX + 2];

	memcpy(line, name.s, name.len);
	line[name.len] = ':';
	line[name.len + 1] = '\0';
	if(parse_hname2_short(line, line + name.len + 1, &field) == NULL)
		return HDR_ERROR_T;
	return field.type;
}

static int check_header(const char *parameter, struct dr_text name)
{
	hdr_types_t type;

	if(!dr_header_name_check(name)) {
		LM_ERR("parameter %s is \"%.*s\": expected a header name, a token of"
			   " 1 to %d bytes (RFC 3261 section 25.1)\n",
				parameter, (int)name.len, name.s, DR_HEADER_NAME_MAX);
		return -1;
	}
	type = header_type(name);
	if(type == HDR_OTHER_T)
		return 0;
	LM_ERR("parameter %s is \"%.*s\": expected a name of your own: %s\n",
			parameter, (int)name.len, name.s,
			type == HDR_ERROR_T ? "Kamailio cannot parse this one"
								: "this header has a meaning in SIP");
	return -1;
}

static bool has_name(struct dr_text name, int count)
{
	int i;

	for(i = 0; i < count; i++)
		if(dr_text_alike(dr_params.names[i], name))
			return true;
	return false;
}

/**
 * Take one value of the parameter `header`, which may be given several times
 *
 * @param type   PARAM_STR
 * @param value  str with the header name; Kamailio's, lives on
 *
 * @return 0, or -1 when there are too many
 */
int dr_params_add_header(modparam_t type, void *value)
{
	(void)type;
	if(dr_params.header_count == DR_HEADERS_MAX) {
		LM_ERR("parameter header: expected at most %d names\n", DR_HEADERS_MAX);
		return -1;
	}
	dr_params.names[dr_params.header_count++] = dr_text_of(value);
	return 0;
}

static int check_headers(void)
{
	struct dr_text detail = dr_text_of(&dr_params.detail_header);
	int i;

	if(dr_params.header_count == 0)
		dr_params.names[dr_params.header_count++] = default_header;
	for(i = 0; i < dr_params.header_count; i++) {
		struct dr_text name = dr_params.names[i];

		if(check_header("header", name) < 0)
			return -1;
		if(has_name(name, i)) {
			LM_ERR("parameter header is \"%.*s\": given twice\n", (int)name.len,
					name.s);
			return -1;
		}
	}
	dr_params.name_count = i;
	if(detail.len == 0)
		return 0;
	if(check_header("detail_header", detail) < 0)
		return -1;
	dr_params.names[dr_params.name_count++] = detail;
	if(!has_name(detail, dr_params.header_count))
		return 0;
	LM_ERR("parameter detail_header is \"%.*s\": expected a name that"
		   " the parameter header does not have\n",
			(int)detail.len, detail.s);
	return -1;
}

static char *append(char *p, struct dr_text text)
{
	memcpy(p, text.s, text.len);
	return p + text.len;
}

/** Build "Name: REASON" lines once, so that a call only points at them */
static int build_lines(enum dr_reason reason)
{
	struct dr_text value = dr_reason_name(reason);
	str *lines = &dr_params.lines[reason];
	size_t len = 0;
	char *p;
	int i;

	for(i = 0; i < dr_params.header_count; i++)
		len += dr_params.names[i].len + value.len + 4;
	p = pkg_malloc(len);
	if(p == NULL) {
		PKG_MEM_ERROR;
		return -1;
	}
	lines->s = p;
	lines->len = (int)len;
	for(i = 0; i < dr_params.header_count; i++) {
		p = append(p, dr_params.names[i]);
		p = append(p, (struct dr_text)DR_TEXT(": "));
		p = append(p, value);
		p = append(p, (struct dr_text)DR_TEXT("\r\n"));
	}
	return 0;
}

/** The name between "$avp(" and ")"; the pseudo-variable itself belongs to the
 * module pv, which need not be loaded */
static str avp_inner(const char *avp)
{
	static const char open[] = "$avp(";
	size_t len = strlen(avp);
	str inner = STR_NULL;

	if(len > sizeof(open) && strncmp(avp, open, sizeof(open) - 1) == 0
			&& avp[len - 1] == ')') {
		inner.s = (char *)avp + sizeof(open) - 1;
		inner.len = (int)(len - sizeof(open));
	}
	return inner;
}

static int is_fixed_name(const avp_ident_t *ident)
{
	if(ident->flags & (AVP_NAME_RE | AVP_INDEX_ALL))
		return 0;
	if(!(ident->flags & AVP_NAME_STR))
		return 1;
	return dr_token_check(dr_text_of(&ident->name.s));
}

static int parse_avp(const char *avp)
{
	str name = avp_inner(avp);
	avp_ident_t ident = {0};

	if(name.len == 0 || parse_avp_ident(&name, &ident) != 0
			|| !is_fixed_name(&ident)) {
		LM_ERR("parameter avp is \"%s\": expected an AVP with a fixed name,"
			   " such as $avp(disconnect_reason)\n",
				avp);
		return -1;
	}
	dr_params.avp_flags = ident.flags;
	dr_params.avp_name = ident.name;
	return 0;
}

static int check_xavp(const str *name)
{
	if(name->len <= 0
			|| (dr_token_check(dr_text_of(name)) && name->s[0] != '$'))
		return 0;
	LM_ERR("parameter xavp is \"%.*s\": expected the name alone, without"
		   " $xavp()\n",
			name->len, name->s);
	return -1;
}

/**
 * Check all parameters and prepare what they say. Call once, before forking.
 *
 * @param avp  text of the parameter `avp`; its name must live on
 *
 * @return 0, or -1 after a log line that says what was expected
 */
int dr_params_init(const char *avp)
{
	enum dr_reason reason;

	if(check_switch("auto", dr_params.auto_watch) < 0
			|| check_switch("strip", dr_params.strip) < 0
			|| check_switch("q850", dr_params.q850) < 0 || check_headers() < 0
			|| parse_avp(avp) < 0 || check_xavp(&dr_params.xavp) < 0)
		return -1;
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(build_lines(reason) < 0)
			return -1;
	return 0;
}

/**
 * Find the header names that carry reason and detail
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 * @param room    for DR_NAMES_MAX names, used for those of a bridge
 * @param count   set to how many there are
 *
 * @return the names: the parameters', or room
 */
const struct dr_text *dr_params_header_names(
		const struct dr_map *map, int bridge, struct dr_text *room, int *count)
{
	struct dr_bridge found;
	int i;

	if(bridge == DR_NONE) {
		*count = dr_params.name_count;
		return dr_params.names;
	}
	dr_map_get_bridge(map, bridge, &found);
	for(i = 0; i < found.header_count; i++)
		room[i] = dr_map_bridge_header(map, bridge, i);
	if(found.detail_header.len > 0)
		room[i++] = found.detail_header;
	*count = i;
	return room;
}

static struct dr_text reason_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason)
{
	return bridge == DR_NONE ? dr_text_of(&dr_params.lines[reason])
							 : dr_map_bridge_lines(map, bridge, reason);
}

static struct dr_text detail_name(const struct dr_map *map, int bridge)
{
	struct dr_bridge found;

	if(bridge == DR_NONE)
		return dr_text_of(&dr_params.detail_header);
	dr_map_get_bridge(map, bridge, &found);
	return found.detail_header;
}

/** The lines with the detail header after them */
static size_t print_detailed(char *room, struct dr_text reason,
		struct dr_text name, const struct dr_answer *answer)
{
	char *p = append(append(room, reason), name);

	p = append(p, (struct dr_text)DR_TEXT(": "));
	p += dr_detail_print(p, DR_DETAIL_HEADER_MAX + 1, answer);
	return (size_t)(append(p, (struct dr_text)DR_TEXT("\r\n")) - room);
}

/**
 * How much room the header lines of a call need
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 *
 * @return bytes that hold the lines of any answer; 0 without a detail header,
 *         when dr_params_header_text() needs none
 */
size_t dr_params_header_room(const struct dr_map *map, int bridge)
{
	struct dr_text name = detail_name(map, bridge);
	size_t longest = 0;
	enum dr_reason reason;

	if(name.len == 0)
		return 0;
	for(reason = 0; reason < DR_REASON_COUNT; reason++) {
		size_t len = reason_lines(map, bridge, reason).len;

		longest = len > longest ? len : longest;
	}
	return longest + name.len + DR_DETAIL_HEADER_MAX + 5;
}

/**
 * Make the header lines of an answer
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 * @param answer  answer; its detail must be a token or empty
 * @param room    dr_params_header_room() bytes; NULL: without the detail header
 * @param lines   set to complete lines with their line ends, which belong to the
 *                map or to the parameters, or are in room
 */
void dr_params_header_text(const struct dr_map *map, int bridge,
		const struct dr_answer *answer, char *room, str *lines)
{
	struct dr_text reason = reason_lines(map, bridge, answer->reason);

	lines->s = (char *)reason.s;
	lines->len = (int)reason.len;
	if(room == NULL)
		return;
	lines->len =
			(int)print_detailed(room, reason, detail_name(map, bridge), answer);
	lines->s = room;
}
