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

/** What $dr() reads: an answer, or what is known before there is one */
struct dr_context
{
	const struct dr_call *call; /**< NULL: no transaction yet */
	bool decided;				/**< there is a reason */
	bool has_profile;			/**< a profile classified it, or is to */
	int profile;				/**< of the call's map */
	bool rang;
	struct dr_answer answer; /**< its trunk also when not decided */
};

void dr_context_of_call(const struct dr_call *call, struct dr_context *context);
void dr_context_of_request(
		const struct sip_msg *request, struct dr_context *context);

int dr_pv_parse(pv_spec_t *spec, str *name);
int dr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *result);
void dr_xavp_set(const struct dr_context *context);

#endif
