/**
 * @file disconnect_reason.c  Module interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "../../core/dprint.h"
#include "../../core/rpc_lookup.h"
#include "../../core/sr_module.h"

#include "counters.h"
#include "hooks.h"
#include "map_share.h"
#include "pv.h"
#include "refused.h"
#include "rpc.h"
#include "script.h"
#include "settings.h"
#include "tm.h"

MODULE_VERSION

/** Longest complaint about a map in the log, in bytes */
#define COMPLAINT_MAX 1024

static int mod_init(void);

/** Parameter avp as written */
static char *avp = "$avp(disconnect_reason)";

/* clang-format off */
static param_export_t params[] = {
	{"auto", PARAM_INT, &dr_settings.auto_watch},
	{"header", PARAM_STR | PARAM_USE_FUNC, (void *)dr_settings_add_header},
	{"detail_header", PARAM_STR, &dr_settings.detail_header},
	{"map_file", PARAM_STRING, &dr_settings.map_file},
	{"avp", PARAM_STRING, &avp},
	{"xavp", PARAM_STR, &dr_settings.xavp},
	{"strip", PARAM_INT, &dr_settings.strip},
	{"q850", PARAM_INT, &dr_settings.q850},
	{"event_callback", PARAM_STR, &dr_settings.event_callback},
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


/** tm tells the module loaded last first: what is loaded before this one
 * would see the outcome before the AVP is set */
static void warn_of_order(const char *module)
{
	if(module_loaded((char *)module))
		LM_WARN("the module %s is loaded before this one: load it behind, or"
				" its rows miss the AVP\n",
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


static void log_complaints(const struct dr_map_errors *complaints)
{
	char text[COMPLAINT_MAX];
	size_t i;

	for(i = 0; i < complaints->count; i++) {
		dr_map_error_print(text, sizeof(text), &complaints->list[i]);
		if(complaints->list[i].warning)
			LM_WARN("%s\n", text);
		else
			LM_ERR("%s\n", text);
	}
}


static int load_map(void)
{
	struct dr_map_errors complaints = {0};
	int err;

	if(dr_settings.map_file[0] == '\0')
		return 0;
	if(dr_map_share_init() < 0)
		return -1;
	err = dr_map_reload(dr_settings.map_file, 0, &complaints);
	log_complaints(&complaints);
	dr_map_errors_free(&complaints);
	return err == 0 ? 0 : -1;
}


static int mod_init(void)
{
	if(dr_tm_init() < 0 || dr_settings_init(avp) < 0 || dr_counters_init() < 0
			|| dr_refused_init() < 0 || load_map() < 0)
		return -1;
	if(rpc_register_array(dr_rpc) != 0) {
		LM_ERR("the core refused the RPC commands\n");
		return -1;
	}
	return dr_hooks_init();
}
