/**
 * @file rpc_stats.c  The RPC command stats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "../../core/rpc.h"
#include "../../core/str.h"

#include "rpc_stats.h"
#include "trunk_totals.h"

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

	if(rpc->struct_add(top, "{", dr_per_reason_name(what), &entry) < 0)
		return -1;
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(rpc->struct_add(entry, "d", dr_reason_name(reason).s,
				   (int)dr_counted_answers(what, reason))
				< 0)
			return -1;
	return 0;
}


/** Of a trunk only the reasons that came up: there may be many trunks */
static int add_some(rpc_t *rpc, void *top, enum dr_per_reason what,
		const struct dr_trunk_total *total)
{
	enum dr_reason reason;
	void *entry;

	if(rpc->struct_add(top, "{", dr_per_reason_name(what), &entry) < 0)
		return -1;
	for(reason = 0; reason < DR_REASON_COUNT; reason++)
		if(total->counts[what][reason] > 0
				&& rpc->struct_add(entry, "d", dr_reason_name(reason).s,
						   (int)total->counts[what][reason])
						   < 0)
			return -1;
	return 0;
}


static int add_trunk(void *param, const struct dr_trunk_total *total)
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
		if(rpc->struct_add(
				   top, "d", dr_counter_name(counter), (int)dr_counted(counter))
				< 0)
			return -1;
	return 0;
}


/**
 * stats: attempts and outcomes by reason, and by trunk and reason
 *
 * @param rpc      Kamailio's functions for the answer
 * @param context  of the command
 */
void dr_rpc_stats(rpc_t *rpc, void *context)
{
	struct trunk_list trunks = {.rpc = rpc};
	void *top;

	if(rpc->add(context, "{", &top) < 0 || add_all(rpc, top, DR_ATTEMPTS) < 0
			|| add_all(rpc, top, DR_OUTCOMES) < 0 || add_counters(rpc, top) < 0
			|| rpc->struct_add(top, "[", "trunks", &trunks.list) < 0
			|| dr_totals_each(add_trunk, &trunks) != 0)
		rpc->fault(context, 500, "No memory for the answer");
}
