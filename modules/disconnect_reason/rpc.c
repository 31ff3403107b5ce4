/**
 * @file rpc.c  The module's RPC commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <string.h>

#include "../../core/dprint.h"
#include "../../core/str.h"

#include "core/explain.h"
#include "map_shm.h"
#include "params.h"
#include "stats.h"
#include "rpc.h"

/** Where the totals of trunks go */
struct trunk_list
{
	rpc_t *rpc;
	void *list;
};

static int add_all(rpc_t *rpc, void *top, enum dr_per_reason what)
{
	enum dr_reason reason;
	void *entry;

	if(rpc->struct_add(top, "{", dr_stats_per_reason_name(what), &entry) < 0)
		return -1;
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(rpc->struct_add(entry, "d", dr_reason_name(reason).s,
				   (int)dr_stats_answers(what, reason))
				< 0)
			return -1;
	return 0;
}

/** Of a trunk only the reasons that came up: there may be many trunks */
static int add_some(rpc_t *rpc, void *top, enum dr_per_reason what,
		const struct dr_trunk_stats *total)
{
	enum dr_reason reason;
	void *entry;

	if(rpc->struct_add(top, "{", dr_stats_per_reason_name(what), &entry) < 0)
		return -1;
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(total->counts[what][reason] > 0
				&& rpc->struct_add(entry, "d", dr_reason_name(reason).s,
						   (int)total->counts[what][reason])
						   < 0)
			return -1;
	return 0;
}

static int add_trunk(void *param, const struct dr_trunk_stats *total)
{
	struct trunk_list *trunks = param;
	str name = {(char *)total->name, (int)total->len};
	void *entry;

	if(trunks->rpc->array_add(trunks->list, "{", &entry) < 0
			|| trunks->rpc->struct_add(entry, "S", "name", &name) < 0
			|| add_some(trunks->rpc, entry, DR_ATTEMPTS, total) < 0)
		return -1;
	return add_some(trunks->rpc, entry, DR_OUTCOMES, total);
}

static int add_counters(rpc_t *rpc, void *top)
{
	enum dr_counter counter;

	for(counter = 0; counter < DR_COUNTER_COUNT; counter++)
		if(rpc->struct_add(top, "d", dr_stats_name(counter),
				   (int)dr_stats_value(counter))
				< 0)
			return -1;
	return 0;
}

/** stats: attempts and outcomes by reason, and by trunk and reason */
static void rpc_stats(rpc_t *rpc, void *context)
{
	struct trunk_list trunks = {.rpc = rpc};
	void *top;

	if(rpc->add(context, "{", &top) < 0 || add_all(rpc, top, DR_ATTEMPTS) < 0
			|| add_all(rpc, top, DR_OUTCOMES) < 0 || add_counters(rpc, top) < 0
			|| rpc->struct_add(top, "[", "trunks", &trunks.list) < 0
			|| dr_stats_each_trunk(add_trunk, &trunks) != 0)
		rpc->fault(context, 500, "No memory for the reply");
}

/** Longest error of a map in a reply, in bytes */
#define ERROR_MAX 1024
/** Most bytes of errors in a reply: ctl silently cuts a list at 8 kB, and
 * jsonrpcs does not send what is too long for a datagram */
#define ERRORS_MAX 7000

/** Returns the bytes that it took, -1 when the reply has no room for it */
static int add_error(
		rpc_t *rpc, void *list, const struct dr_map_error *error, size_t room)
{
	char text[ERROR_MAX];
	size_t len;

	dr_map_error_print(text, sizeof(text), error);
	len = strlen(text);
	if(len > room || rpc->array_add(list, "s", text) < 0)
		return -1;
	return (int)len;
}

/** Errors first, then warnings; says when there are more */
static void add_errors(
		rpc_t *rpc, void *list, const struct dr_map_errors *errors)
{
	size_t room = ERRORS_MAX, i;
	int warnings, len;

	for(warnings = 0; warnings <= 1; warnings++)
		for(i = 0; i < errors->count; i++) {
			if((errors->list[i].warning != 0) != warnings)
				continue;
			len = add_error(rpc, list, &errors->list[i], room);
			if(len < 0) {
				rpc->array_add(
						list, "s", "and more: drmap check shows all of them");
				return;
			}
			room -= (size_t)len;
		}
}

static void answer_reload(rpc_t *rpc, void *context, const char *status,
		const struct dr_map_errors *errors)
{
	void *top, *list;

	if(rpc->add(context, "{", &top) < 0
			|| rpc->struct_add(top, "ssdd[", "status", status, "map_file",
					   dr_params.map_file, "errors", (int)errors->errors,
					   "warnings", (int)errors->warnings, "complaints", &list)
					   < 0) {
		rpc->fault(context, 500, "No memory for the reply");
		return;
	}
	add_errors(rpc, list, errors);
}

/** reload [dry]: read the map again, or only check it */
static void rpc_reload(rpc_t *rpc, void *context)
{
	struct dr_map_errors errors = {0};
	str word = STR_NULL, more = STR_NULL;
	int dry, err;

	dry = rpc->scan(context, "*S", &word) == 1;
	if(dry
			&& (!(word.len == 3 && memcmp(word.s, "dry", 3) == 0)
					|| rpc->scan(context, "*S", &more) == 1)) {
		rpc->fault(context, 400, "Expected no argument, or dry");
		return;
	}
	if(dr_params.map_file[0] == '\0') {
		rpc->fault(context, 404, "No map: the parameter map_file is not set");
		return;
	}
	err = dr_map_reload(dr_params.map_file, dry, &errors);
	if(!dry)
		dr_stats_count(err == 0 ? DR_RELOADS_OK : DR_RELOADS_FAILED, 1);
	if(err == 0 && !dry)
		LM_NOTICE("map %s is in force\n", dr_params.map_file);
	answer_reload(rpc, context,
			err != 0 ? "failed" : (dry ? "checked" : "loaded"), &errors);
	dr_map_errors_free(&errors);
}

static int add_text(rpc_t *rpc, void *to, const char *name, struct dr_text text)
{
	str value = {(char *)(text.s ? text.s : ""), (int)text.len};

	return rpc->struct_add(to, "S", name, &value);
}

static int add_profiles(rpc_t *rpc, void *list, const struct dr_map *map)
{
	void *entry;
	int i;

	for(i = 0; i < dr_map_profile_count(map); i++)
		if(rpc->array_add(list, "{", &entry) < 0
				|| add_text(rpc, entry, "name", dr_map_profile_name(map, i))
						   < 0)
			return -1;
	return 0;
}

static int add_trunks(rpc_t *rpc, void *list, const struct dr_map *map)
{
	struct dr_trunk trunk;
	void *entry;
	int i;

	for(i = 0; i < dr_map_trunk_count(map); i++) {
		dr_map_get_trunk(map, i, &trunk);
		if(rpc->array_add(list, "{", &entry) < 0
				|| add_text(rpc, entry, "name", trunk.name) < 0
				|| add_text(rpc, entry, "profile",
						   dr_map_profile_name(map, trunk.profile))
						   < 0
				|| (trunk.trust && rpc->struct_add(entry, "d", "trust", 1) < 0))
			return -1;
	}
	return 0;
}

static int add_bridge_headers(
		rpc_t *rpc, void *list, const struct dr_map *map, int bridge, int count)
{
	int i;

	for(i = 0; i < count; i++) {
		struct dr_text name = dr_map_bridge_header(map, bridge, i);
		str value = {(char *)name.s, (int)name.len};

		if(rpc->array_add(list, "S", &value) < 0)
			return -1;
	}
	return 0;
}

static int add_bridges(rpc_t *rpc, void *list, const struct dr_map *map)
{
	struct dr_bridge bridge;
	void *entry, *headers;
	int i;

	for(i = 0; i < dr_map_bridge_count(map); i++) {
		dr_map_get_bridge(map, i, &bridge);
		if(rpc->array_add(list, "{", &entry) < 0
				|| add_text(rpc, entry, "name", bridge.name) < 0
				|| add_text(rpc, entry, "detail_header", bridge.detail_header)
						   < 0
				|| rpc->struct_add(entry, "s[", "phrase",
						   bridge.phrase_is_reason ? "reason" : "", "headers",
						   &headers)
						   < 0
				|| add_bridge_headers(rpc, headers, map, i, bridge.header_count)
						   < 0)
			return -1;
	}
	return 0;
}

static int add_map(rpc_t *rpc, void *top, const struct dr_map *map)
{
	void *list;

	if(rpc->struct_add(top, "sd[", "map_file", dr_params.map_file, "bytes",
			   (int)dr_map_size(map), "profiles", &list)
					< 0
			|| add_profiles(rpc, list, map) < 0)
		return -1;
	if(rpc->struct_add(top, "[", "trunks", &list) < 0
			|| add_trunks(rpc, list, map) < 0)
		return -1;
	if(rpc->struct_add(top, "[", "bridges", &list) < 0)
		return -1;
	return add_bridges(rpc, list, map);
}

/** show: the map in force */
static void rpc_show(rpc_t *rpc, void *context)
{
	const struct dr_map *map = dr_map_ref();
	void *top;

	if(map == NULL)
		rpc->fault(context, 404, "No map: the built-in tables apply");
	else if(rpc->add(context, "{", &top) < 0 || add_map(rpc, top, map) < 0)
		rpc->fault(context, 500, "No memory for the reply");
	dr_map_unref(map);
}

static int answer_explain(
		rpc_t *rpc, void *context, const struct dr_explanation *explanation)
{
	void *top;
	int i;

	if(rpc->add(context, "{", &top) < 0)
		return -1;
	for(i = 0; i < explanation->pair_count; i++) {
		const struct dr_pair *pair = &explanation->pairs[i];
		int err = pair->text.s
						  ? add_text(rpc, top, pair->name, pair->text)
						  : rpc->struct_add(top, "d", pair->name, pair->number);

		if(err < 0)
			return -1;
	}
	return 0;
}

/** explain name=value ...: how a failed attempt is classified, and why */
static void rpc_explain(rpc_t *rpc, void *context)
{
	const struct dr_map *map;
	struct dr_explanation explanation;
	struct dr_query query;
	str word = STR_NULL;

	dr_query_init(&query, dr_params.q850);
	while(rpc->scan(context, "*.S", &word) == 1)
		if(dr_query_add_word(&query, dr_text_of(&word)) != 0) {
			rpc->fault(context, 400, "%s", query.error);
			return;
		}
	map = dr_map_ref();
	if(dr_explain(map, &query, &explanation) != 0)
		rpc->fault(context, 400, "%s", explanation.error);
	else if(answer_explain(rpc, context, &explanation) < 0)
		rpc->fault(context, 500, "No memory for the reply");
	dr_map_unref(map);
}

static const char *doc_reload[] = {
		"Read the map again and put it in force; with dry, only check it",
		NULL};
static const char *doc_show[] = {"Show the map in force", NULL};
static const char *doc_explain[] = {
		"Show how a failed attempt is classified, and why: code=480 q850=34"
		" after=trying trunk=NAME ...",
		NULL};

static const char *doc_stats[] = {
		"Attempts and outcomes by reason, and by trunk and reason", NULL};

/* clang-format off */
rpc_export_t dr_rpc[] = {
	{"disconnect_reason.reload", rpc_reload, doc_reload, 0},
	{"disconnect_reason.show", rpc_show, doc_show, 0},
	{"disconnect_reason.explain", rpc_explain, doc_explain, 0},
	{"disconnect_reason.stats", rpc_stats, doc_stats, 0},
	{0, 0, 0, 0}
};
/* clang-format on */
