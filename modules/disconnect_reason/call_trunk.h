/**
 * @file call_trunk.h  Which trunk a branch of a call goes to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CALL_TRUNK_H
#define DR_CALL_TRUNK_H

#include "call.h"

void dr_call_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request);
void dr_call_trunk(const struct dr_call *call, const struct cell *t, int branch,
		struct dr_trunk *trunk);
void dr_call_unresolved_trunk(const struct dr_call *call, const struct cell *t,
		struct dr_trunk *trunk);

#endif
