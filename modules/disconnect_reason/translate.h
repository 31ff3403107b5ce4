/**
 * @file translate.h  The status code and phrase that a bridge is sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_TRANSLATE_H
#define DR_TRANSLATE_H

#include "call.h"

void dr_translate_reserve(struct dr_call *call, struct sip_msg *reply);
void dr_translate(struct cell *t, struct dr_call *call, struct sip_msg *request,
		int picked);

#endif
