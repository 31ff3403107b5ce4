/**
 * @file settings.c  Checks the module's parameters
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/mem.h"
#include "../../core/parser/parse_hname2.h"

#include "core/sip_header.h"
#include "settings.h"

struct dr_settings dr_settings = {
		.auto_watch = 1, .strip = 1, .q850 = 1, .map_file = ""};

static str default_header = str_init("X-LK-Disconnect-Reason");


static int check_switch(const char *name, int value)
{
	if(value == 0 || value == 1)
		return 0;
	LM_ERR("parameter %s is %d: expected 0 or 1\n", name, value);
	return -1;
}


/** What Kamailio's parser takes a header name for: HDR_OTHER_T is what we want.
 * A header of SIP itself would be removed from every reply of a trunk. */
static hdr_types_t header_type(const str *name)
{
	struct hdr_field field = {0};
	char line[DR_HEADER_NAME_MAX + 2];

	memcpy(line, name->s, name->len);
	line[name->len] = ':';
	line[name->len + 1] = '\0';
	if(parse_hname2_short(line, line + name->len + 1, &field) == NULL)
		return HDR_ERROR_T;
	return field.type;
}


static int check_header(const char *parameter, const str *name)
{
	struct dr_text token = {name->s, name->len > 0 ? (size_t)name->len : 0};
	hdr_types_t type;

	if(!dr_token_check(token) || token.len > DR_HEADER_NAME_MAX) {
		LM_ERR("parameter %s is \"%.*s\": expected a header name, a token of"
			   " 1 to %d bytes (RFC 3261 section 25.1)\n",
				parameter, name->len, name->s, DR_HEADER_NAME_MAX);
		return -1;
	}
	type = header_type(name);
	if(type == HDR_OTHER_T)
		return 0;
	LM_ERR("parameter %s is \"%.*s\": expected a name of your own, %s\n",
			parameter, name->len, name->s,
			type == HDR_ERROR_T ? "this one Kamailio cannot parse"
								: "this header has a meaning in SIP");
	return -1;
}


static int has_header(const str *name, int count)
{
	int i;

	for(i = 0; i < count; i++)
		if(dr_settings.headers[i].len == name->len
				&& strncasecmp(dr_settings.headers[i].s, name->s, name->len)
						   == 0)
			return 1;
	return 0;
}


/**
 * Take one value of the parameter `header`, which may be given several times
 *
 * @param type   PARAM_STR
 * @param value  str with the header name; Kamailio's, lives on
 *
 * @return 0, or -1 when there are too many
 */
int dr_settings_add_header(modparam_t type, void *value)
{
	(void)type;
	if(dr_settings.header_count == DR_HEADERS_MAX) {
		LM_ERR("parameter header: expected at most %d names\n", DR_HEADERS_MAX);
		return -1;
	}
	dr_settings.headers[dr_settings.header_count++] = *(str *)value;
	return 0;
}


static int check_headers(void)
{
	int i;

	if(dr_settings.header_count == 0)
		dr_settings.headers[dr_settings.header_count++] = default_header;

	for(i = 0; i < dr_settings.header_count; i++) {
		const str *name = &dr_settings.headers[i];

		if(check_header("header", name) < 0)
			return -1;
		if(has_header(name, i)) {
			LM_ERR("parameter header is \"%.*s\": given twice\n", name->len,
					name->s);
			return -1;
		}
	}
	if(dr_settings.detail_header.len == 0)
		return 0;
	if(check_header("detail_header", &dr_settings.detail_header) < 0)
		return -1;
	if(!has_header(&dr_settings.detail_header, dr_settings.header_count))
		return 0;
	LM_ERR("parameter detail_header is \"%.*s\": expected another name than"
		   " the parameter header has\n",
			dr_settings.detail_header.len, dr_settings.detail_header.s);
	return -1;
}


static void add_name(const str *name)
{
	struct dr_text *text = &dr_settings.names[dr_settings.name_count++];

	text->s = name->s;
	text->len = (size_t)name->len;
}


static void collect_names(void)
{
	int i;

	for(i = 0; i < dr_settings.header_count; i++)
		add_name(&dr_settings.headers[i]);
	if(dr_settings.detail_header.len > 0)
		add_name(&dr_settings.detail_header);
}


static char *append(char *p, const char *s, size_t len)
{
	memcpy(p, s, len);
	return p + len;
}


/** Build "Name: REASON" lines once, so that a call only points at them */
static int build_lines(enum dr_reason reason)
{
	struct dr_text value = dr_reason_name(reason);
	str *lines = &dr_settings.lines[reason];
	size_t len = 0;
	char *p;
	int i;

	for(i = 0; i < dr_settings.header_count; i++)
		len += dr_settings.headers[i].len + value.len + 4;
	p = pkg_malloc(len);
	if(p == NULL) {
		PKG_MEM_ERROR;
		return -1;
	}
	lines->s = p;
	lines->len = (int)len;
	for(i = 0; i < dr_settings.header_count; i++) {
		p = append(p, dr_settings.headers[i].s, dr_settings.headers[i].len);
		p = append(p, ": ", 2);
		p = append(p, value.s, value.len);
		p = append(p, "\r\n", 2);
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
	return dr_token_check(
			(struct dr_text){ident->name.s.s, (size_t)ident->name.s.len});
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
	dr_settings.avp_flags = ident.flags;
	dr_settings.avp_name = ident.name;
	return 0;
}


static int check_xavp(const str *name)
{
	if(name->len <= 0
			|| (dr_token_check((struct dr_text){name->s, (size_t)name->len})
					&& name->s[0] != '$'))
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
int dr_settings_init(const char *avp)
{
	enum dr_reason reason;

	if(check_switch("auto", dr_settings.auto_watch) < 0
			|| check_switch("strip", dr_settings.strip) < 0
			|| check_switch("q850", dr_settings.q850) < 0 || check_headers() < 0
			|| parse_avp(avp) < 0 || check_xavp(&dr_settings.xavp) < 0)
		return -1;
	collect_names();
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(build_lines(reason) < 0)
			return -1;
	return 0;
}
