/**
 * @file pv.c  $dr(name) and the XAVP: what a script sees where it runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../core/dprint.h"
#include "../../core/pvapi.h"
#include "../../core/route.h"
#include "../../core/xavp.h"
#include "../../modules/tm/h_table.h"

#include "attempt.h"
#include "params.h"
#include "request.h"
#include "pv.h"


static const struct dr_text names[DR_FIELD_COUNT] = {
#define DR_FIELD_NAME(id, name) [DR_FIELD_##id] = DR_TEXT(name),
		DR_FIELDS(DR_FIELD_NAME)
#undef DR_FIELD_NAME
};


/** Returns an enum dr_field, or -1 */
static int find_field(struct dr_text name)
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
static int give_decided(struct dr_value *value,
		const struct dr_context *context, struct dr_text text)
{
	return context->decided ? give_text(value, text) : ENOENT;
}


static struct dr_text bridge_name(const struct dr_context *context)
{
	struct dr_bridge bridge = {.name = {NULL, 0}};

	if(context->call && context->call->bridge != DR_NONE)
		dr_map_get_bridge(context->call->map, context->call->bridge, &bridge);
	return bridge.name;
}


static struct dr_text profile_name(const struct dr_context *context)
{
	static const struct dr_text built_in = DR_TEXT("default");

	if(!context->has_profile || context->call == NULL)
		return (struct dr_text){NULL, 0};
	return context->call->map
				   ? dr_map_profile_name(context->call->map, context->profile)
				   : built_in;
}


static struct dr_text printed(const char *buf, size_t size, int len)
{
	return (struct dr_text){
			buf, len > 0 && (size_t)len < size ? (size_t)len : 0};
}


/** file:line, as in an error of the map */
static struct dr_text rule_name(
		const struct dr_context *context, char *buf, size_t size)
{
	struct dr_rule rule;

	if(!context->decided || context->answer.rule == DR_NONE
			|| context->call == NULL)
		return (struct dr_text){NULL, 0};
	dr_map_get_rule(context->call->map, context->answer.rule, &rule);
	return printed(buf, size,
			snprintf(buf, size, "%.*s:%d", (int)rule.file.len, rule.file.s,
					rule.line));
}


static struct dr_text history(
		const struct dr_context *context, char *buf, size_t size)
{
	if(context->call == NULL)
		return (struct dr_text){NULL, 0};
	return (struct dr_text){buf, dr_history_print(buf, size, context->call)};
}


/** Read a field; its text belongs to the context, or is in buf. Returns 0, or ENOENT
 * when it has no value. */
static int get_field(const struct dr_context *context, enum dr_field field,
		char *buf, size_t size, struct dr_value *value)
{
	const struct dr_answer *answer = &context->answer;
	bool decided = context->decided;

	switch(field) {
		case DR_FIELD_REASON:
			return give_decided(value, context, dr_reason_name(answer->reason));
		case DR_FIELD_NUMBER:
			return give_number(value, decided, (int)answer->reason);
		case DR_FIELD_DETAIL:
			return give_decided(value, context, answer->detail);
		case DR_FIELD_SOURCE:
			return give_decided(value, context, dr_source_name(answer->source));
		case DR_FIELD_CODE:
			return give_number(
					value, decided && answer->code > 0, answer->code);
		case DR_FIELD_Q850:
			return give_number(value, decided && answer->cause != DR_CAUSE_NONE,
					answer->cause);
		case DR_FIELD_TRUNK:
			return give_text(value, answer->trunk);
		case DR_FIELD_BRIDGE:
			return give_text(value, bridge_name(context));
		case DR_FIELD_PROFILE:
			return give_text(value, profile_name(context));
		case DR_FIELD_RULE:
			return give_text(value, rule_name(context, buf, size));
		case DR_FIELD_RINGING:
			return give_number(
					value, context->call != NULL, context->rang ? 1 : 0);
		case DR_FIELD_HISTORY:
			return give_text(value, history(context, buf, size));
		case DR_FIELD_COUNT:
			break;
	}
	return ENOENT;
}


/** Did the attempt ring, or any one when nobody was asked for the answer? */
static bool rang(const struct dr_call *call, int branch)
{
	if(branch == DR_NONE || branch >= DR_BRANCHES_MAX)
		return call->ringing != 0;
	return dr_call_after(call, branch) == DR_AFTER_RINGING;
}


/**
 * See the answer that the caller gets
 *
 * @param call  call
 * @param context  set
 */
void dr_context_of_call(const struct dr_call *call, struct dr_context *context)
{
	const struct dr_record *record = dr_history_answer(call);

	memset(context, 0, sizeof(*context));
	context->call = call;
	context->answer.rule = DR_NONE;
	context->answer.cause = DR_CAUSE_NONE;
	context->answer.reason = call->reason;
	context->decided = call->decided && !call->answered;
	context->rang = rang(call, record ? record->branch : DR_NONE);
	if(record == NULL || call->answered)
		return;
	context->answer = record->answer;
	context->has_profile = record->answer.decided_by != DR_BY_SCRIPT;
	context->profile = record->profile;
}


/**
 * See the answer that the script gave for a request without transaction
 *
 * @param request  request
 * @param context     set
 */
void dr_context_of_request(
		const struct sip_msg *request, struct dr_context *context)
{
	const struct dr_request *notes = dr_request_find(request);

	memset(context, 0, sizeof(*context));
	context->decided = notes && notes->decided;
	dr_request_answer(notes, &context->answer);
	context->answer.trunk = dr_request_trunk(notes);
}


/** See one branch, in a route that runs for it: its failure, or as far as it
 * came */
static void context_of_branch(const struct cell *t, const struct dr_call *call,
		int branch, struct sip_msg *reply, int code, struct dr_context *context)
{
	struct dr_trunk trunk;

	memset(context, 0, sizeof(*context));
	context->call = call;
	context->has_profile = true;
	context->rang = rang(call, branch);
	context->decided = code >= 300;
	if(context->decided) {
		context->profile = dr_attempt_classify(
				t, call, branch, reply, code, &context->answer);
		return;
	}
	dr_attempt_trunk(call, t, branch, &trunk);
	context->answer.trunk = trunk.name;
	context->profile = trunk.profile;
}


/** The route of a reply, or of a branch that failed; returns its branch */
static int branch_of_route(const struct cell *t, const struct sip_msg *msg)
{
	int routes = msg->first_line.type == SIP_REPLY
						 ? CORE_ONREPLY_ROUTE | TM_ONREPLY_ROUTE
						 : BRANCH_FAILURE_ROUTE;
	int branch = is_route_type(routes) ? dr_tm.t_gett_branch() : DR_NONE;

	return branch >= 0 && branch < t->nr_of_outgoings ? branch : DR_NONE;
}


/** In the request_route, t_relay() could not send */
static bool is_unsent(const struct cell *t, const struct dr_call *call,
		const struct sip_msg *msg)
{
	return is_route_type(REQUEST_ROUTE) && !call->decided
		   && call->sending == DR_SENDING_BRANCH && dr_tm_is_request_of(t, msg)
		   && dr_tm_is_stuck(t);
}


/** See why it could not; no reply was sent yet, so nothing is kept */
static void context_of_unsent(const struct cell *t, const struct dr_call *call,
		struct dr_context *context)
{
	int branch = dr_tm_last_attempt(t);

	memset(context, 0, sizeof(*context));
	context->call = call;
	context->has_profile = true;
	context->decided = true;
	context->profile =
			branch < 0
					? dr_attempt_classify_local(
							  t, call, DR_SOURCE_TRANSPORT, 0, &context->answer)
					: dr_attempt_classify(t, call, branch, t->uac[branch].reply,
							  t->uac[branch].last_received, &context->answer);
}


static bool is_ignored(const struct sip_msg *request)
{
	const struct dr_request *notes = dr_request_find(request);

	return notes && notes->ignore;
}


/** See what is known of the call whose script runs; returns 0, or -1 when there is
 * no call, or it is ignored */
static int context_here(struct sip_msg *msg, struct dr_context *context)
{
	struct cell *t = dr_tm_here();
	const struct dr_call *call = t ? dr_call_of(t) : NULL;
	int branch;

	branch = call ? branch_of_route(t, msg) : DR_NONE;
	if(branch != DR_NONE && msg->first_line.type == SIP_REPLY) {
		context_of_branch(t, call, branch, msg,
				(int)msg->first_line.u.reply.statuscode, context);
		return 0;
	}
	if(branch != DR_NONE) {
		context_of_branch(t, call, branch, t->uac[branch].reply,
				t->uac[branch].last_received, context);
		return 0;
	}
	if(call && is_unsent(t, call, msg)) {
		context_of_unsent(t, call, context);
		return 0;
	}
	if(call == NULL)
		call = dr_call_of_lists();
	if(call) {
		dr_context_of_call(call, context);
		return 0;
	}
	if(msg->first_line.type != SIP_REQUEST || is_ignored(msg))
		return -1;
	dr_context_of_request(msg, context);
	return 0;
}


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
		field = find_field((struct dr_text){name->s, (size_t)name->len});
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
	struct dr_context context;
	str text;

	if(context_here(msg, &context) < 0
			|| get_field(&context, (enum dr_field)param->pvn.u.isname.name.n,
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
 * @param context  what to write
 */
void dr_xavp_set(const struct dr_context *context)
{
	int size = pv_get_buffer_size();
	char *buf = pv_get_buffer();
	struct dr_value value;
	int field;

	if(dr_params.xavp.len == 0)
		return;
	xavp_rm_by_name(&dr_params.xavp, 1, NULL);
	for(field = 0; field < DR_FIELD_COUNT; field++) {
		struct dr_text name = dr_field_name(field);
		str child = {(char *)name.s, (int)name.len}, text;

		if(get_field(context, field, buf, (size_t)size, &value) != 0)
			continue;
		text.s = (char *)value.text.s;
		text.len = (int)value.text.len;
		if(text.s)
			xavp_set_child_sval(&dr_params.xavp, &child, &text);
		else
			xavp_set_child_ival(&dr_params.xavp, &child, value.number);
	}
}
