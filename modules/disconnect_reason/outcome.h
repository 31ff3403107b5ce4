/**
 * @file outcome.h  Publishes the answer of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_OUTCOME_H
#define DR_OUTCOME_H

#include "call.h"
#include "pv.h"

void dr_outcome_fill_request(
		const struct dr_call *call, struct sip_msg *request);
void dr_outcome_keep_lump(struct cell *t, struct dr_call *call);
void dr_outcome_fill_stored(struct cell *t, struct dr_call *call);
void dr_outcome_preset(struct cell *t, struct dr_call *call,
		struct sip_msg *request, enum dr_source source);
void dr_outcome_preset_cancelled(struct cell *t, const struct dr_call *call);
str dr_outcome_request_text(
		const struct sip_msg *request, const struct dr_answer *answer);
void dr_outcome_publish(
		struct cell *t, struct dr_call *call, int picked, bool shared);
void dr_outcome_remove_lists(void);
void dr_outcome_write_lists(const struct dr_context *context);
void dr_outcome_write(struct cell *t, struct dr_call *call, bool shared);

int dr_outcome_init(void);
void dr_outcome_failed(struct cell *t, struct dr_call *call);

#endif
