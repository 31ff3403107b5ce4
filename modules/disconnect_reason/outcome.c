/**
 * @file outcome.c  Says the answer of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Everything here runs under tm's reply lock.
 */

#include "../../core/dprint.h"
#include "../../core/usr_avp.h"
#include "../../core/xavp.h"
#include "../../modules/tm/h_table.h"

#include "hooks.h"
#include "lumps.h"
#include "outcome.h"
#include "pv.h"
#include "settings.h"


static int is_real(const struct sip_msg *reply)
{
	return reply != NULL && reply != FAKED_REPLY;
}


/**
 * Say the answer in every reply that is built from a request
 *
 * @param call     call with an answer
 * @param request  the request that tm stores or fakes; NULL: nothing to do
 */
void dr_tell_request(const struct dr_call *call, struct sip_msg *request)
{
	if(request)
		dr_request_fill(request, &call->lines);
}


/**
 * Say the answer in every reply that tm builds from its stored request. Before
 * tm forwards there is no lump in it; then one is added, and the call must
 * hear of its end to clean up.
 *
 * @param t     transaction
 * @param call  its call, with an answer
 */
void dr_tell_stored(struct cell *t, struct dr_call *call)
{
	if(t->nr_of_outgoings == 0 && !dr_request_lump(t->uas.request)
			&& dr_tm.register_tmcb(
					   NULL, t, TMCB_DESTROY, dr_call_event, call, NULL)
					   > 0)
		call->early = dr_request_early_lump(t->uas.request, &call->lines);
	if(!dr_request_lump(t->uas.request))
		dr_call_lacks(call, "the header of a reply");
	/* also when tm saved its lumps meanwhile */
	dr_tell_request(call, t->uas.request);
}


/**
 * Say the answer in the reply that tm relays, and in no other
 *
 * @param t       transaction
 * @param call    call with an answer
 * @param picked  branch whose reply is relayed, -1 for none
 */
void dr_tell_replies(const struct cell *t, struct dr_call *call, int picked)
{
	static const str nothing = {NULL, 0};
	int b;

	for(b = 0; b < t->nr_of_outgoings; b++)
		if(is_real(t->uac[b].reply)
				&& dr_reply_fill(t->uac[b].reply,
						   b == picked ? &call->lines : &nothing)
						   < 0)
			dr_call_lacks(call, "the header of a reply");
}


/**
 * Take the AVP and the XAVP that are in use away
 */
void dr_untell_script(void)
{
	destroy_avps(dr_settings.avp_flags, dr_settings.avp_name, 1);
	if(dr_settings.xavp.len > 0)
		xavp_rm_by_name(&dr_settings.xavp, 1, NULL);
}


static void tell_avp(const struct dr_call *call)
{
	struct dr_text name = dr_reason_name(call->reason);
	int_str value = {.s = {(char *)name.s, (int)name.len}};

	destroy_avps(dr_settings.avp_flags, dr_settings.avp_name, 1);
	add_avp(dr_settings.avp_flags | AVP_VAL_STR, dr_settings.avp_name, value);
}


static void tell_xavp(const struct dr_call *call)
{
	struct dr_view view;

	if(dr_settings.xavp.len == 0)
		return;
	dr_view_of_call(call, &view);
	dr_xavp_set(&view);
}


/**
 * Write the reason's name into the AVP, and all fields into the XAVP, in place
 * of earlier ones
 *
 * @param t     transaction that they belong to; NULL: the request that is being
 *              processed has none yet
 * @param call  its call, with an answer
 */
void dr_tell_script(struct cell *t, struct dr_call *call)
{
	avp_list_t *avps;
	sr_xavp_t **xavps;

	if(t == NULL) {
		tell_avp(call);
		tell_xavp(call);
		return;
	}
	avps = set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, &t->user_avps_from);
	tell_avp(call);
	set_avp_list(AVP_TRACK_FROM | AVP_CLASS_USER, avps);
	if(dr_settings.xavp.len == 0 && !dr_view_is_wanted())
		return;
	xavps = xavp_set_list(&t->xavps_list);
	tell_xavp(call);
	if(dr_view_is_wanted())
		dr_view_remember(call);
	xavp_set_list(xavps);
}
