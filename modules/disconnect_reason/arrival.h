/**
 * @file arrival.h  A trunk's reply as it arrives
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_ARRIVAL_H
#define DR_ARRIVAL_H

#include "call.h"

bool dr_arrival_is_last(const struct sip_msg *reply);
void dr_arrival_remember(
		const struct dr_call *call, const struct sip_msg *reply, bool trust);
void dr_arrival_strip(const struct dr_call *call, struct sip_msg *reply);
void dr_arrival_prepare(struct dr_call *call, struct sip_msg *reply);
void dr_arrival_late(struct sip_msg *reply);

#endif
