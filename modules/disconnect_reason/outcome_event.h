/**
 * @file outcome_event.h  event_route[disconnect-reason:outcome]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_OUTCOME_EVENT_H
#define DR_OUTCOME_EVENT_H

#include "call.h"

int dr_outcome_event_init(void);
void dr_outcome_failed(struct cell *t, struct dr_call *call);

#endif
