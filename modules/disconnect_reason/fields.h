/**
 * @file fields.h  What the script can read of a call, field by field
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_FIELDS_H
#define DR_FIELDS_H

#include "call.h"

/** The names are those of $dr(name) and of the XAVP */
enum dr_field
{
	DR_FIELD_REASON,
	DR_FIELD_NUMBER,
	DR_FIELD_DETAIL,
	DR_FIELD_SOURCE,
	DR_FIELD_CODE,
	DR_FIELD_Q850,
	DR_FIELD_TRUNK,
	DR_FIELD_BRIDGE,
	DR_FIELD_PROFILE,
	DR_FIELD_RULE,
	DR_FIELD_RINGING,
	DR_FIELD_HISTORY,
	DR_FIELD_COUNT
};

/** An answer as somebody sees it, or what is known while there is none */
struct dr_view
{
	const struct dr_call *call; /**< NULL: no transaction yet */
	bool decided;				/**< there is a reason */
	bool judged;				/**< a profile judged, or is to judge */
	int profile;				/**< of the call's map; when judged */
	bool rang;
	struct dr_answer answer; /**< its trunk also when not decided */
};

/** A value; text.s is NULL for a number */
struct dr_value
{
	struct dr_text text;
	int number;
};

int dr_field_find(struct dr_text name);
struct dr_text dr_field_name(enum dr_field field);
int dr_field_get(const struct dr_view *view, enum dr_field field, char *buf,
		size_t size, struct dr_value *value);

#endif
