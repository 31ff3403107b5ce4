/**
 * @file pv.h  $dr(name) and the XAVP: what a script sees where it runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_PV_H
#define DR_PV_H

#include "../../core/pvar.h"

#include "call.h"

/** All fields: FIELD(id, name), DR_FIELD_<id> has this name in $dr(name) and in
 * the XAVP */
#define DR_FIELDS(FIELD)      \
	FIELD(REASON, "reason")   \
	FIELD(NUMBER, "number")   \
	FIELD(DETAIL, "detail")   \
	FIELD(SOURCE, "source")   \
	FIELD(CODE, "code")       \
	FIELD(Q850, "q850")       \
	FIELD(TRUNK, "trunk")     \
	FIELD(BRIDGE, "bridge")   \
	FIELD(PROFILE, "profile") \
	FIELD(RULE, "rule")       \
	FIELD(RINGING, "ringing") \
	FIELD(HISTORY, "history")

enum dr_field
{
#define DR_FIELD_ID(id, name) DR_FIELD_##id,
	DR_FIELDS(DR_FIELD_ID) DR_FIELD_COUNT
#undef DR_FIELD_ID
};

/** An answer as somebody sees it, or what is known while there is none */
struct dr_context
{
	const struct dr_call *call; /**< NULL: no transaction yet */
	bool decided;				/**< there is a reason */
	bool has_profile;			/**< a profile classified it, or is to */
	int profile;				/**< of the call's map */
	bool rang;
	struct dr_answer answer; /**< its trunk also when not decided */
};

/** A value; text.s is NULL for a number */
struct dr_value
{
	struct dr_text text;
	int number;
};

struct dr_text dr_field_name(enum dr_field field);

void dr_context_of_call(const struct dr_call *call, struct dr_context *context);
void dr_context_of_request(
		const struct sip_msg *request, struct dr_context *context);

int dr_pv_parse(pv_spec_t *spec, str *name);
int dr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *result);
void dr_xavp_set(const struct dr_context *context);

#endif
