/**
 * @file pv.c  $dr(name) and the XAVP: what a script sees where it runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "../../core/dprint.h"
#include "../../core/pvapi.h"
#include "../../core/route.h"
#include "../../core/xavp.h"
#include "../../modules/tm/h_table.h"

#include "core/map_match.h"
#include "attempt.h"
#include "params.h"
#include "request.h"
#include "pv.h"

/** A value of a field; text.s is NULL for a number */
struct value
{
	struct dr_text text;
	int number;
};

/** Reads a field; returns whether it has a value. Its text belongs to the context,
 * or is in Kamailio's buffer for pseudo-variables. */
typedef bool field_f(const struct dr_context *context, struct value *value);

static bool give_text(struct value *value, struct dr_text text)
{
	*value = (struct value){.text = text};
	return text.len > 0;
}

static bool give_number(struct value *value, int number)
{
	*value = (struct value){.number = number};
	return true;
}

static bool get_reason(const struct dr_context *context, struct value *value)
{
	return context->decided
		   && give_text(value, dr_reason_name(context->answer.reason));
}

static bool get_number(const struct dr_context *context, struct value *value)
{
	return context->decided && give_number(value, (int)context->answer.reason);
}

static bool get_detail(const struct dr_context *context, struct value *value)
{
	return context->decided && give_text(value, context->answer.detail);
}

static bool get_source(const struct dr_context *context, struct value *value)
{
	return context->decided
		   && give_text(value, dr_source_name(context->answer.source));
}

static bool get_code(const struct dr_context *context, struct value *value)
{
	return context->decided && context->answer.code > 0
		   && give_number(value, context->answer.code);
}

static bool get_q850(const struct dr_context *context, struct value *value)
{
	return context->decided && context->answer.cause != DR_CAUSE_NONE
		   && give_number(value, context->answer.cause);
}

static bool get_trunk(const struct dr_context *context, struct value *value)
{
	return give_text(value, context->answer.trunk);
}

static bool get_bridge(const struct dr_context *context, struct value *value)
{
	struct dr_bridge bridge;

	if(context->call == NULL || context->call->bridge == DR_NONE)
		return false;
	dr_map_get_bridge(context->call->map, context->call->bridge, &bridge);
	return give_text(value, bridge.name);
}

static bool get_profile(const struct dr_context *context, struct value *value)
{
	static const struct dr_text built_in = DR_TEXT("default");
	const struct dr_call *call = context->call;

	return context->has_profile && call
		   && give_text(value,
				   call->map ? dr_map_profile_name(call->map, context->profile)
							 : built_in);
}

/** file:line, as in an error of the map */
static bool get_rule(const struct dr_context *context, struct value *value)
{
	char *buf = pv_get_buffer();
	int size = pv_get_buffer_size(), len;
	struct dr_rule rule;

	if(!context->decided || context->answer.rule == DR_NONE
			|| context->call == NULL)
		return false;
	dr_map_get_rule(context->call->map, context->answer.rule, &rule);
	len = snprintf(buf, (size_t)size, "%.*s:%d", (int)rule.file.len,
			rule.file.s, rule.line);
	return len > 0 && len < size
		   && give_text(value, (struct dr_text){buf, (size_t)len});
}

static bool get_ringing(const struct dr_context *context, struct value *value)
{
	return context->call && give_number(value, context->rang);
}

static bool get_history(const struct dr_context *context, struct value *value)
{
	char *buf = pv_get_buffer();

	return context->call
		   && give_text(value,
				   (struct dr_text){buf,
						   dr_history_print(buf, (size_t)pv_get_buffer_size(),
								   context->call)});
}

/** All fields, by their names in $dr(name) and in the XAVP */
static const struct
{
	str name;
	field_f *get;
} fields[] = {
		{str_init("reason"), get_reason},
		{str_init("number"), get_number},
		{str_init("detail"), get_detail},
		{str_init("source"), get_source},
		{str_init("code"), get_code},
		{str_init("q850"), get_q850},
		{str_init("trunk"), get_trunk},
		{str_init("bridge"), get_bridge},
		{str_init("profile"), get_profile},
		{str_init("rule"), get_rule},
		{str_init("ringing"), get_ringing},
		{str_init("history"), get_history},
};

/** Longest list of all names in bytes */
#define NAMES_MAX 256

#define FIELD_COUNT (int)(sizeof(fields) / sizeof(*fields))

/** Did the attempt ring, or any one when the answer is of none? */
static bool rang(const struct dr_call *call, int branch)
{
	if(branch == DR_NONE || branch >= DR_BRANCHES_MAX)
		return call->ringing != 0;
	return dr_call_after(call, branch) == DR_AFTER_RINGING;
}

/**
 * See the answer that the caller gets
 *
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
 * @param context  set
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

/** See one branch, in a route that runs for it: its failure, or what is known
 * so far */
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

/** In the request_route, after a t_relay() that could not send */
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

/** See what is known about the call whose script runs; returns 0, or -1 when
 * there is no call, or it is ignored */
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

/** The names of all fields, as in "a, b or c" */
static void print_names(char *buf, size_t size)
{
	size_t used = 0;
	int i;

	for(i = 0; i < FIELD_COUNT && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
				i == 0 ? "" : (i < FIELD_COUNT - 1 ? ", " : " or "),
				fields[i].name.s);
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
	char expected[NAMES_MAX];
	int i;

	for(i = 0; i < FIELD_COUNT; i++)
		if(name->len == fields[i].name.len
				&& strncasecmp(name->s, fields[i].name.s, name->len) == 0)
			break;
	if(i == FIELD_COUNT) {
		print_names(expected, sizeof(expected));
		LM_ERR("$dr(%.*s): expected %s\n", name->len, name->s, expected);
		return -1;
	}
	dr_call_find_in_callbacks();
	spec->pvp.pvn.type = PV_NAME_INTSTR;
	spec->pvp.pvn.u.isname.type = 0;
	spec->pvp.pvn.u.isname.name.n = i;
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
	struct dr_context context;
	struct value value;
	str text;

	if(context_here(msg, &context) < 0
			|| !fields[param->pvn.u.isname.name.n].get(&context, &value))
		return pv_get_null(msg, param, result);
	if(value.text.s == NULL)
		return pv_get_sintval(msg, param, result, value.number);
	text = (str){(char *)value.text.s, (int)value.text.len};
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
	struct value value;
	int i;

	if(dr_params.xavp.len == 0)
		return;
	xavp_rm_by_name(&dr_params.xavp, 1, NULL);
	for(i = 0; i < FIELD_COUNT; i++) {
		str child = fields[i].name, text;

		if(!fields[i].get(context, &value))
			continue;
		text = (str){(char *)value.text.s, (int)value.text.len};
		if(text.s)
			xavp_set_child_sval(&dr_params.xavp, &child, &text);
		else
			xavp_set_child_ival(&dr_params.xavp, &child, value.number);
	}
}
