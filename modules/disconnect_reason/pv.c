/**
 * @file pv.c  The pseudo-variable $dr(name), and the XAVP with the same fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "../../core/dprint.h"
#include "../../core/pvapi.h"
#include "../../core/xavp.h"

#include "pv.h"
#include "settings.h"
#include "view.h"


/**
 * Parse the name of $dr(name)
 *
 * @param spec  set to the field
 * @param name  text between the parentheses
 *
 * @return 0, or -1 after a log line
 */
int dr_pv_parse(pv_spec_t *spec, str *name)
{
	int field = -1;

	if(name && name->s && name->len > 0)
		field = dr_field_find((struct dr_text){name->s, (size_t)name->len});
	if(field < 0) {
		LM_ERR("$dr(%.*s): expected reason, number, detail, source, code, q850,"
			   " trunk, bridge, profile, rule, ringing or history\n",
				name ? name->len : 0, name && name->s ? name->s : "");
		return -1;
	}
	dr_call_find_in_callbacks();
	spec->pvp.pvn.type = PV_NAME_INTSTR;
	spec->pvp.pvn.u.isname.type = 0;
	spec->pvp.pvn.u.isname.name.n = field;
	return 0;
}


/**
 * Read $dr(name)
 *
 * @param msg     message that the script handles
 * @param param   as dr_pv_parse() made it
 * @param result  set; null where there is nothing
 *
 * @return 0
 */
int dr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *result)
{
	int size = pv_get_buffer_size();
	char *buf = pv_get_buffer();
	struct dr_value value;
	struct dr_view view;
	str text;

	if(dr_view_here(msg, &view) < 0
			|| dr_field_get(&view, (enum dr_field)param->pvn.u.isname.name.n,
					   buf, (size_t)size, &value)
					   != 0)
		return pv_get_null(msg, param, result);
	if(value.text.s == NULL)
		return pv_get_sintval(msg, param, result, value.number);
	text.s = (char *)value.text.s;
	text.len = (int)value.text.len;
	return pv_get_strval(msg, param, result, &text);
}


/**
 * Write all fields that have a value into the XAVP that the parameter xavp
 * names, in place of what it had
 *
 * @param view  what to write
 */
void dr_xavp_set(const struct dr_view *view)
{
	int size = pv_get_buffer_size();
	char *buf = pv_get_buffer();
	struct dr_value value;
	int field;

	if(dr_settings.xavp.len == 0)
		return;
	xavp_rm_by_name(&dr_settings.xavp, 1, NULL);
	for(field = 0; field < DR_FIELD_COUNT; field++) {
		struct dr_text name = dr_field_name(field);
		str child = {(char *)name.s, (int)name.len}, text;

		if(dr_field_get(view, field, buf, (size_t)size, &value) != 0)
			continue;
		text.s = (char *)value.text.s;
		text.len = (int)value.text.len;
		if(text.s)
			xavp_set_child_sval(&dr_settings.xavp, &child, &text);
		else
			xavp_set_child_ival(&dr_settings.xavp, &child, value.number);
	}
}
