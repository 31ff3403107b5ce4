/**
 * @file fields.c  What the script can read of a call, field by field
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdio.h>

#include "fields.h"
#include "history.h"

static const struct dr_text names[DR_FIELD_COUNT] = {
#define DR_FIELD_NAME(id, name) [DR_FIELD_##id] = DR_TEXT(name),
		DR_FIELDS(DR_FIELD_NAME)
#undef DR_FIELD_NAME
};


/**
 * @param name  name as in $dr(name)
 *
 * @return an enum dr_field, or -1
 */
int dr_field_find(struct dr_text name)
{
	int field;

	for(field = 0; field < DR_FIELD_COUNT; field++)
		if(dr_text_alike(names[field], name))
			return field;
	return -1;
}


/**
 * @param field  a field
 *
 * @return its name; ends with a zero byte
 */
struct dr_text dr_field_name(enum dr_field field)
{
	return names[field];
}


static int give_text(struct dr_value *value, struct dr_text text)
{
	value->text = text;
	return text.len > 0 ? 0 : ENOENT;
}


static int give_number(struct dr_value *value, bool known, int number)
{
	value->text = (struct dr_text){NULL, 0};
	value->number = number;
	return known ? 0 : ENOENT;
}


/** What there is only once there is a reason */
static int give_decided(
		struct dr_value *value, const struct dr_view *view, struct dr_text text)
{
	return view->decided ? give_text(value, text) : ENOENT;
}


static struct dr_text bridge_name(const struct dr_view *view)
{
	struct dr_bridge bridge = {.name = {NULL, 0}};

	if(view->call && view->call->bridge != DR_NONE)
		dr_map_get_bridge(view->call->map, view->call->bridge, &bridge);
	return bridge.name;
}


static struct dr_text profile_name(const struct dr_view *view)
{
	static const struct dr_text built_in = DR_TEXT("default");

	if(!view->judged || view->call == NULL)
		return (struct dr_text){NULL, 0};
	return view->call->map ? dr_map_profile_name(view->call->map, view->profile)
						   : built_in;
}


static struct dr_text printed(const char *buf, size_t size, int len)
{
	return (struct dr_text){
			buf, len > 0 && (size_t)len < size ? (size_t)len : 0};
}


/** file:line, as in a complaint about the map */
static struct dr_text rule_name(
		const struct dr_view *view, char *buf, size_t size)
{
	struct dr_rule rule;

	if(!view->decided || view->answer.rule == DR_NONE || view->call == NULL)
		return (struct dr_text){NULL, 0};
	dr_map_get_rule(view->call->map, view->answer.rule, &rule);
	return printed(buf, size,
			snprintf(buf, size, "%.*s:%d", (int)rule.file.len, rule.file.s,
					rule.line));
}


static struct dr_text history(
		const struct dr_view *view, char *buf, size_t size)
{
	if(view->call == NULL)
		return (struct dr_text){NULL, 0};
	return (struct dr_text){buf, dr_history_print(buf, size, view->call)};
}


/**
 * Read a field
 *
 * @param view   what to read from
 * @param field  field
 * @param buf    room for texts that have to be printed
 * @param size   its size in bytes
 * @param value  set; its text belongs to the view, or is in buf
 *
 * @return 0, or ENOENT when the field has no value
 */
int dr_field_get(const struct dr_view *view, enum dr_field field, char *buf,
		size_t size, struct dr_value *value)
{
	const struct dr_answer *answer = &view->answer;
	bool decided = view->decided;

	switch(field) {
		case DR_FIELD_REASON:
			return give_decided(value, view, dr_reason_name(answer->reason));
		case DR_FIELD_NUMBER:
			return give_number(value, decided, (int)answer->reason);
		case DR_FIELD_DETAIL:
			return give_decided(value, view, answer->detail);
		case DR_FIELD_SOURCE:
			return give_decided(value, view, dr_source_name(answer->source));
		case DR_FIELD_CODE:
			return give_number(
					value, decided && answer->code > 0, answer->code);
		case DR_FIELD_Q850:
			return give_number(value, decided && answer->cause != DR_CAUSE_NONE,
					answer->cause);
		case DR_FIELD_TRUNK:
			return give_text(value, answer->trunk);
		case DR_FIELD_BRIDGE:
			return give_text(value, bridge_name(view));
		case DR_FIELD_PROFILE:
			return give_text(value, profile_name(view));
		case DR_FIELD_RULE:
			return give_text(value, rule_name(view, buf, size));
		case DR_FIELD_RINGING:
			return give_number(value, view->call != NULL, view->rang ? 1 : 0);
		case DR_FIELD_HISTORY:
			return give_text(value, history(view, buf, size));
		case DR_FIELD_COUNT:
			break;
	}
	return ENOENT;
}
