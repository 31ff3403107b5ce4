/**
 * @file call_trunk.c  Which trunk a branch of a call goes to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The script may name it. Else the map finds it, by the name of the next hop,
 * which tm tells when it prepares the branch, or by the address.
 */

#include <string.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/globals.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/parser/parse_uri.h"
#include "../../modules/tm/h_table.h"

#include "call_trunk.h"


/** Does the call keep the trunk of that branch? */
static int has_room(const struct dr_call *call, int branch)
{
	return dr_call_has_trunks(call->map) && branch < (int)sr_dst_max_branches;
}


/** t_relay_to() goes elsewhere than the request says: tm has that address before
 * it prepares the branch */
static bool is_sent_elsewhere(const struct ua_client *uac)
{
	return uac->request.dst.to.s.sa_family != 0;
}


/** A failover of tm's own to the next address of a name: the request may say any
 * next hop */
static bool is_dns_failover(const struct ua_client *uac)
{
#ifdef USE_DNS_FAILOVER
	return uac->dns_h.a != NULL || uac->dns_h.srv != NULL;
#else
	return uac == NULL;
#endif
}


/**
 * Remember the trunk of a new branch by the host of its next hop
 *
 * @param call     call
 * @param t        its transaction
 * @param branch   0 to DR_BRANCHES_MAX - 1
 * @param request  the request as tm prepares it for the branch
 */
void dr_call_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request)
{
	const struct ua_client *uac = &t->uac[branch];
	str next_hop = *GET_NEXT_HOP(request);
	struct sip_uri uri;

	if(!has_room(call, branch) || is_dns_failover(uac))
		return;
	call->trunks[branch] = DR_NONE;
	if(is_sent_elsewhere(uac) || parse_uri(next_hop.s, next_hop.len, &uri) < 0
			|| uri.host.len <= 0)
		return;
	call->trunks[branch] = (short)dr_map_trunk_of_host(
			call->map, (struct dr_text){uri.host.s, (size_t)uri.host.len});
}


/** A failover of tm's own goes on with the URI of the branch before */
static int prepared_as(const struct dr_call *call, const struct cell *t, int b)
{
	const str *uri = &t->uac[b].uri;
	int before;

	for(before = b; before >= 0; before--)
		if(call->trunks[before] != DR_NOT_PREPARED
				&& t->uac[before].uri.len == uri->len
				&& memcmp(t->uac[before].uri.s, uri->s, uri->len) == 0)
			return call->trunks[before];
	return DR_NONE;
}


/** By the name of the next hop, else by the address */
static int sent_to(const struct dr_call *call, const struct cell *t, int branch)
{
	struct dr_address address;
	struct ip_addr ip;
	int trunk;

	if(!has_room(call, branch))
		return DR_NONE;
	trunk = prepared_as(call, t, branch);
	if(trunk != DR_NONE)
		return trunk;
	su2ip_addr(&ip, (union sockaddr_union *)&t->uac[branch].request.dst.to);
	if(ip.len > sizeof(address.bytes))
		return DR_NONE;
	address = dr_call_address(&ip);
	return dr_map_trunk_of_address(call->map, &address);
}


static const struct dr_named_trunk *named_for(
		const struct dr_call *call, int branch)
{
	const struct dr_named_trunk *named = call->named;

	while(named && named->from > branch)
		named = named->before;
	return named;
}


/** The trunk with that number, under the name that the script gave it */
static void get_trunk(const struct dr_call *call, int number,
		const struct dr_named_trunk *named, struct dr_trunk *trunk)
{
	memset(trunk, 0, sizeof(*trunk));
	trunk->profile = call->profile;
	if(number != DR_NONE)
		dr_map_get_trunk(call->map, number, trunk);
	if(named)
		trunk->name = (struct dr_text){named->name, named->len};
}


/**
 * Find the trunk that a branch was sent to
 *
 * @param call    call
 * @param t       its transaction
 * @param branch  its branch
 * @param trunk   set: the one that the script named, else that of the map by
 *                the name of the next hop, else by the address; without a name
 *                when nobody knows it
 */
void dr_call_trunk(const struct dr_call *call, const struct cell *t, int branch,
		struct dr_trunk *trunk)
{
	const struct dr_named_trunk *named = named_for(call, branch);

	get_trunk(call, named ? named->number : sent_to(call, t, branch), named,
			trunk);
}


/**
 * Find the trunk of a branch that got no further than its name
 *
 * @param call   call
 * @param t      its transaction, which does not count the branch
 * @param trunk  set, as for dr_call_trunk()
 */
void dr_call_unresolved_trunk(const struct dr_call *call, const struct cell *t,
		struct dr_trunk *trunk)
{
	int branch = t->nr_of_outgoings, number = DR_NONE;
	const struct dr_named_trunk *named = named_for(call, branch);

	if(named)
		number = named->number;
	else if(has_room(call, branch) && call->trunks[branch] != DR_NOT_PREPARED)
		number = call->trunks[branch];
	get_trunk(call, number, named, trunk);
}
