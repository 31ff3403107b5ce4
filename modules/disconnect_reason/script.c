/**
 * @file script.c  The functions of the routing script: their export
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A function of the native script only resolves its arguments and calls the
 * function that KEMI calls, so the two cannot disagree.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/error.h"
#include "../../core/mod_fix.h"

#include "script.h"
#include "script_functions.h"


/** Resolve an argument; one that was left out is empty */
static int get_argument(struct sip_msg *msg, char *argument, str *text)
{
	*text = (str)STR_STATIC_INIT("");
	if(argument == NULL
			|| fixup_get_svalue(msg, (gparam_t *)argument, text) >= 0)
		return 0;
	LM_ERR("an argument of a function has no value\n");
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
cmd_export_t dr_functions[] = {
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

sr_kemi_t dr_kemi_functions[] = {
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
