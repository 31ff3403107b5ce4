/**
 * @file disconnect_reason.c  The module: its parameters, and the functions of the
 * routing script
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A request that has no transaction yet keeps what the script says in its
 * notes.
 *
 * A function of the native script only resolves its arguments and calls the
 * function that KEMI calls, so the two cannot disagree.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/error.h"
#include "../../core/kemi.h"
#include "../../core/mod_fix.h"
#include "../../core/route.h"
#include "../../core/rpc_lookup.h"
#include "../../core/sr_module.h"
#include "../../modules/tm/h_table.h"

#include "core/sip_header.h"
#include "core/reason_header.h"
#include "attempt.h"
#include "call.h"
#include "hooks.h"
#include "map_shm.h"
#include "outcome.h"
#include "params.h"
#include "pv.h"
#include "reply.h"
#include "request.h"
#include "rpc.h"
#include "stats.h"
#include "tm.h"

MODULE_VERSION

static struct dr_call *call_of(const struct cell *t)
{
	return t ? dr_call_of(t) : NULL;
}

/** Is there a profile, or a trunk, of that name in the map in force? */
static bool map_has(
		int (*find)(const struct dr_map *, struct dr_text), const str *name)
{
	const struct dr_map *map = dr_map_ref();
	bool found = map && find(map, dr_text_of(name)) != DR_NONE;

	dr_map_unref(map);
	return found;
}

static bool map_has_trunks(void)
{
	const struct dr_map *map = dr_map_ref();
	bool found = dr_call_has_trunks(map);

	dr_map_unref(map);
	return found;
}

/**
 * @param profile  name of a profile, empty for the default one
 *
 * @return 0, or -1 after a log line: there is no such profile
 */
static int dr_script_check_profile(const str *profile)
{
	if(profile->len == 0
			|| dr_text_alike(
					dr_text_of(profile), (struct dr_text)DR_TEXT("default"))
			|| map_has(dr_map_find_profile, profile))
		return 0;
	LM_ERR("disconnect_reason_watch: \"%.*s\" is not a profile: expected one"
		   " in the map, or \"default\"\n",
			profile->len, profile->s);
	return -1;
}

/**
 * @param reason  name of a reason
 *
 * @return 0, or -1 after a log line
 */
static int dr_script_check_reason(const str *reason)
{
	enum dr_reason parsed;

	if(dr_reason_parse(dr_text_of(reason), &parsed) == 0)
		return 0;
	LM_ERR("disconnect_reason_set: \"%.*s\" is not a reason: expected a name"
		   " of LiveKit's DisconnectReason, such as SIP_TRUNK_FAILURE\n",
			reason->len, reason->s);
	return -1;
}

/**
 * @param detail  detail token
 *
 * @return 0, or -1 after a log line
 */
static int dr_script_check_detail(const str *detail)
{
	if(dr_detail_check(dr_text_of(detail)) == 0)
		return 0;
	LM_ERR("disconnect_reason_set: \"%.*s\" is not a detail: expected 1 to %d"
		   " bytes of a-z, 0-9 and -\n",
			detail->len, detail->s, DR_DETAIL_MAX);
	return -1;
}

/**
 * @param name  name of a trunk
 *
 * @return 0, or -1 after a log line: it is no token, or the map has trunks and
 *         this is none of them
 */
static int dr_script_check_trunk(const str *name)
{
	if(name->len == 0 || name->len > DR_NAME_MAX
			|| !dr_token_check(dr_text_of(name))) {
		LM_ERR("disconnect_reason_trunk: \"%.*s\" is not a name: expected a"
			   " token of 1 to %d bytes\n",
				name->len, name->s, DR_NAME_MAX);
		return -1;
	}
	if(!map_has_trunks() || map_has(dr_map_find_trunk, name))
		return 0;
	LM_ERR("disconnect_reason_trunk: \"%.*s\" is not a trunk in the map\n",
			name->len, name->s);
	return -1;
}

/** KEMI, and a route called by another one, can call a function anywhere */
static int check_place(
		struct sip_msg *msg, const struct cell *t, const char *function)
{
	if(!is_route_type(REQUEST_ROUTE) || (t && t->nr_of_outgoings > 0)) {
		LM_ERR("%s: expected in the request_route, before the call is sent on"
			   "\n",
				function);
		return -1;
	}
	if(parse_headers(msg, HDR_TO_F, 0) >= 0 && dr_call_is_initial_invite(msg))
		return 0;
	LM_ERR("%s: expected an INVITE that starts a call\n", function);
	return -1;
}

/**
 * Watch a call, also when auto is 0 or it does not come from a bridge
 *
 * @param msg      INVITE that starts a call; nothing was sent for it yet
 * @param profile  profile of the map for trunks that it does not know; empty:
 *                 the default one
 *
 * @return 1, or -1 after one log line
 */
static int dr_script_watch(struct sip_msg *msg, str *profile)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_request *notes;

	if(dr_script_check_profile(profile) < 0
			|| check_place(msg, t, "disconnect_reason_watch") < 0)
		return -1;
	notes = dr_request_make(msg);
	notes->watch = true;
	notes->ignore = false;
	dr_request_set_profile(notes, dr_text_of(profile));
	if(call)
		call->profile = (short)dr_request_profile(notes, call->map);
	else if(t)
		dr_call_watch(t, msg, notes);
	return 1;
}

/** Returns 0, or -1 when a CANCEL's process may be reading what would change */
static int ignore_call(
		struct cell *t, struct dr_call *call, struct sip_msg *msg)
{
	static const str nothing = {NULL, 0};
	int result = -1;

	dr_tm_lock(t);
	if(!call->cancelled) {
		call->ignored = 1;
		dr_request_fill_lump(t->uas.request, &nothing);
		dr_request_fill_lump(msg, &nothing);
		dr_outcome_remove_lists();
		result = 0;
	}
	dr_tm_unlock(t);
	return result;
}

/**
 * Let a call pass as if the module were not there
 *
 * @param msg  INVITE that starts a call; nothing was sent for it yet
 *
 * @return 1; -1 after one log line; -1 without one when the caller already
 *         cancelled
 */
static int dr_script_ignore(struct sip_msg *msg)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_request *notes;

	if(check_place(msg, t, "disconnect_reason_ignore") < 0)
		return -1;
	if(call)
		return ignore_call(t, call, msg) == 0 ? 1 : -1;
	notes = dr_request_make(msg);
	notes->watch = false;
	notes->ignore = true;
	return 1;
}

/** The reason that the script sets is sent and counted, so the call must be
 * watched; too late for one that has been sent on */
static void watch_what_is_said(
		struct sip_msg *msg, struct cell *t, struct dr_request *notes)
{
	if(notes->ignore || !is_route_type(REQUEST_ROUTE))
		return;
	notes->watch = true;
	if(t && t->nr_of_outgoings == 0 && dr_call_is_initial_invite(msg))
		dr_call_watch(t, msg, notes);
}

/** No watched transaction: the answer is kept with the request itself */
static int set_in_request(
		struct sip_msg *msg, struct cell *t, const struct dr_answer *answer)
{
	struct dr_request *notes = dr_request_make(msg);
	str lines = dr_outcome_request_text(msg, answer);
	struct dr_context context;

	if(!dr_request_set_lump(msg, &lines)) {
		LM_ERR("disconnect_reason_set: no memory for the header\n");
		notes->ignore = true; /* any other answer would be wrong */
		return -1;
	}
	dr_request_set_answer(notes, answer->reason, answer->detail);
	dr_context_of_request(msg, &context);
	dr_outcome_write_lists(&context);
	watch_what_is_said(msg, t, notes);
	return 1;
}

/** tm may be replying to the caller's CANCEL at this very moment: then it is
 * too late */
static int set_in_call(struct sip_msg *msg, struct cell *t,
		struct dr_call *call, const struct dr_answer *answer)
{
	int picked =
			is_route_type(FAILURE_ROUTE) ? dr_tm.t_get_picked_branch() : -1;
	int result = -1;
	str lines;

	dr_tm_lock(t);
	if(!call->cancelled && (!call->final || call->scripted)) {
		/* t_relay() could not send them, and no callback follows */
		if(is_route_type(REQUEST_ROUTE))
			dr_attempt_classify_ended(t, call, DR_NONE);
		dr_attempt_decide_script(call, answer,
				picked >= 0 && picked < t->nr_of_outgoings
						? t->uac[picked].last_received
						: 0);
		call->final = 1;
		call->scripted = 1;
		lines = dr_call_header_text(call);
		if(msg->first_line.type == SIP_REQUEST
				&& !dr_request_set_lump(msg, &lines))
			dr_call_log_oom_once(call, "the header of a reply");
		/* t_relay() is yet to save the lumps of msg, and a CANCEL waits for
		 * ours among them: link none in their place */
		if(t->nr_of_outgoings == 0) {
			dr_outcome_fill_request(call, t->uas.request);
			dr_outcome_write(t, call, true);
		} else {
			dr_outcome_publish(t, call, picked, true);
		}
		result = 1;
	}
	dr_tm_unlock(t);
	return result;
}

/**
 * The script says why the call fails: the next local reply to the request, and
 * every later one of its transaction, carries this answer
 *
 * @param msg     the request, or in an onreply_route the reply
 * @param reason  name of LiveKit's DisconnectReason
 * @param detail  detail token, empty for none
 *
 * @return 1, or -1 after one log line: a wrong argument, no memory, or the
 *         caller already cancelled
 */
static int dr_script_set(struct sip_msg *msg, str *reason, str *detail)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);
	struct dr_answer answer;
	enum dr_reason parsed;

	if(dr_script_check_reason(reason) < 0
			|| (detail->len > 0 && dr_script_check_detail(detail) < 0))
		return -1;
	dr_reason_parse(dr_text_of(reason), &parsed);
	dr_request_answer(NULL, &answer);
	answer.reason = parsed;
	answer.detail = dr_text_of(detail);
	if(call)
		return set_in_call(msg, t, call, &answer);
	if(msg->first_line.type == SIP_REQUEST)
		return set_in_request(msg, t, &answer);
	LM_ERR("disconnect_reason_set: the call of this reply is not watched\n");
	return -1;
}

/**
 * Name the trunk of the branches created next
 *
 * @param msg   the call's INVITE
 * @param name  token; when the map has trunks, one of them
 *
 * @return 1, or -1 after one log line
 */
static int dr_script_trunk(struct sip_msg *msg, str *name)
{
	struct cell *t = dr_tm_here();
	struct dr_call *call = call_of(t);

	if(dr_script_check_trunk(name) < 0)
		return -1;
	if(msg->first_line.type != SIP_REQUEST) {
		LM_ERR("disconnect_reason_trunk: expected a request\n");
		return -1;
	}
	if(call) {
		if(dr_call_name_trunk(call, t->nr_of_outgoings,
				   dr_call_trunk_number(call->map, dr_text_of(name)),
				   dr_text_of(name))
				== 0)
			return 1;
		LM_ERR("disconnect_reason_trunk: no memory: the call is ignored\n");
		ignore_call(t, call, msg); /* any other trunk would be wrong */
		return -1;
	}
	dr_request_set_trunk(dr_request_make(msg), dr_text_of(name));
	return 1;
}

/** Resolve an argument; one that was left out is empty */
static int get_argument(struct sip_msg *msg, char *argument, str *text)
{
	*text = (str)STR_STATIC_INIT("");
	if(argument == NULL
			|| fixup_get_svalue(msg, (gparam_t *)argument, text) >= 0)
		return 0;
	LM_ERR("an argument of a script function has no value\n");
	return -1;
}

static int w_watch(struct sip_msg *msg, char *profile, char *unused)
{
	str text;

	(void)unused;
	return get_argument(msg, profile, &text) < 0 ? -1
												 : dr_script_watch(msg, &text);
}

static int w_ignore(struct sip_msg *msg, char *unused1, char *unused2)
{
	(void)unused1;
	(void)unused2;
	return dr_script_ignore(msg);
}

static int w_set(struct sip_msg *msg, char *reason, char *detail)
{
	str reason_text, detail_text;

	if(get_argument(msg, reason, &reason_text) < 0
			|| get_argument(msg, detail, &detail_text) < 0
			|| (detail && dr_script_check_detail(&detail_text) < 0))
		return -1;
	return dr_script_set(msg, &reason_text, &detail_text);
}

static int w_trunk(struct sip_msg *msg, char *name, char *unused)
{
	str text;

	(void)unused;
	return get_argument(msg, name, &text) < 0 ? -1
											  : dr_script_trunk(msg, &text);
}

/** Check an argument at start when it is constant, then let the core fix it */
static int fixup(void **param, int (*check)(const str *text))
{
	str text = {*param, (int)strlen(*param)};

	if(memchr(text.s, '$', (size_t)text.len) == NULL && check(&text) < 0)
		return E_CFG;
	return fixup_spve_null(param, 1);
}

static int fixup_watch(void **param, int number)
{
	(void)number;
	return fixup(param, dr_script_check_profile);
}

static int fixup_set(void **param, int number)
{
	return fixup(param,
			number == 1 ? dr_script_check_reason : dr_script_check_detail);
}

static int fixup_trunk(void **param, int number)
{
	(void)number;
	return fixup(param, dr_script_check_trunk);
}

static int fixup_free(void **param, int number)
{
	(void)number;
	return fixup_free_spve_null(param, 1);
}

#define SET_ROUTES (REQUEST_ROUTE | FAILURE_ROUTE | TM_ONREPLY_ROUTE)
#define TRUNK_ROUTES \
	(REQUEST_ROUTE | FAILURE_ROUTE | BRANCH_ROUTE | BRANCH_FAILURE_ROUTE)

/* clang-format off */
static cmd_export_t dr_functions[] = {
	{"disconnect_reason_watch", (cmd_function)w_watch, 0, 0, 0,
		REQUEST_ROUTE},
	{"disconnect_reason_watch", (cmd_function)w_watch, 1, fixup_watch,
		fixup_free, REQUEST_ROUTE},
	{"disconnect_reason_ignore", (cmd_function)w_ignore, 0, 0, 0,
		REQUEST_ROUTE},
	{"disconnect_reason_set", (cmd_function)w_set, 1, fixup_set,
		fixup_free, SET_ROUTES},
	{"disconnect_reason_set", (cmd_function)w_set, 2, fixup_set,
		fixup_free, SET_ROUTES},
	{"disconnect_reason_trunk", (cmd_function)w_trunk, 1, fixup_trunk,
		fixup_free, TRUNK_ROUTES},
	{0, 0, 0, 0, 0, 0}
};

#define MODULE str_init("disconnect_reason")
#define NO_MORE SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE

static sr_kemi_t dr_kemi_functions[] = {
	{MODULE, str_init("disconnect_reason_watch"), SR_KEMIP_INT,
		dr_script_watch, {SR_KEMIP_STR, SR_KEMIP_NONE, NO_MORE}},
	{MODULE, str_init("disconnect_reason_ignore"), SR_KEMIP_INT,
		dr_script_ignore, {SR_KEMIP_NONE, SR_KEMIP_NONE, NO_MORE}},
	{MODULE, str_init("disconnect_reason_set"), SR_KEMIP_INT,
		dr_script_set, {SR_KEMIP_STR, SR_KEMIP_STR, NO_MORE}},
	{MODULE, str_init("disconnect_reason_trunk"), SR_KEMIP_INT,
		dr_script_trunk, {SR_KEMIP_STR, SR_KEMIP_NONE, NO_MORE}},
	{{0, 0}, {0, 0}, 0, NULL, {0, 0, 0, 0, 0, 0}}
};
/* clang-format on */

/** Longest error of a map in the log, in bytes */
#define ERROR_MAX 1024

static int mod_init(void);

/** Parameter avp as written */
static char *avp = "$avp(disconnect_reason)";

/* clang-format off */
static param_export_t params[] = {
	{"auto", PARAM_INT, &dr_params.auto_watch},
	{"header", PARAM_STR | PARAM_USE_FUNC, (void *)dr_params_add_header},
	{"detail_header", PARAM_STR, &dr_params.detail_header},
	{"map_file", PARAM_STRING, &dr_params.map_file},
	{"avp", PARAM_STRING, &avp},
	{"xavp", PARAM_STR, &dr_params.xavp},
	{"strip", PARAM_INT, &dr_params.strip},
	{"q850", PARAM_INT, &dr_params.q850},
	{"event_callback", PARAM_STR, &dr_params.event_callback},
	{0, 0, 0}
};

static pv_export_t pvs[] = {
	{{"dr", sizeof("dr") - 1}, PVT_OTHER, dr_pv_get, 0, dr_pv_parse, 0, 0, 0},
	{{0, 0}, 0, 0, 0, 0, 0, 0, 0}
};

struct module_exports exports = {
	"disconnect_reason", /* module name */
	DEFAULT_DLFLAGS,     /* dlopen flags */
	dr_functions,        /* cmd exports */
	params,              /* param exports */
	0,                   /* RPC methods */
	pvs,                 /* pseudo-variables */
	dr_response_in,      /* response handling function */
	mod_init,            /* module init function */
	0,                   /* per-child init function */
	0                    /* module destroy function */
};
/* clang-format on */

/** tm calls the module loaded last first: one that is loaded before this one
 * would see the outcome before the AVP is set */
static void warn_of_order(const char *module)
{
	if(module_loaded((char *)module))
		LM_WARN("the module %s is loaded before this one: load it after, or"
				" it misses the AVP\n",
				module);
}

/**
 * Called by the core while the module is being loaded
 *
 * @param path      path of the module
 * @param dlflags   dlopen flags
 * @param reserved1 unused
 * @param reserved2 unused
 *
 * @return 0, or -1 when KEMI refused the functions
 */
int mod_register(char *path, int *dlflags, void *reserved1, void *reserved2)
{
	(void)path;
	(void)dlflags;
	(void)reserved1;
	(void)reserved2;
	warn_of_order("acc");
	warn_of_order("dialog");
	return sr_kemi_modules_add(dr_kemi_functions);
}

static void log_errors(const struct dr_map_errors *errors)
{
	char text[ERROR_MAX];
	size_t i;

	for(i = 0; i < errors->count; i++) {
		dr_map_error_print(text, sizeof(text), &errors->list[i]);
		if(errors->list[i].warning)
			LM_WARN("%s\n", text);
		else
			LM_ERR("%s\n", text);
	}
}

static int load_map(void)
{
	struct dr_map_errors errors = {0};
	int err;

	if(dr_params.map_file[0] == '\0')
		return 0;
	if(dr_map_shm_init() < 0)
		return -1;
	err = dr_map_reload(dr_params.map_file, 0, &errors);
	log_errors(&errors);
	dr_map_errors_free(&errors);
	return err == 0 ? 0 : -1;
}

static int mod_init(void)
{
	if(dr_tm_init() < 0 || dr_params_init(avp) < 0 || dr_stats_init() < 0
			|| dr_request_init() < 0 || load_map() < 0)
		return -1;
	if(rpc_register_array(dr_rpc) != 0) {
		LM_ERR("failed to register the RPC commands\n");
		return -1;
	}
	return dr_hooks_init();
}
