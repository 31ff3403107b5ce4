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

void dr_tell_request(const struct dr_call *call, struct sip_msg *request);
void dr_see_to_stored(struct cell *t, struct dr_call *call);
void dr_tell_stored(struct cell *t, struct dr_call *call);
void dr_say_beforehand(struct cell *t, struct dr_call *call,
		struct sip_msg *request, enum dr_source source);
str dr_request_lines(
		const struct sip_msg *request, const struct dr_answer *answer);
void dr_outcome_publish(
		struct cell *t, struct dr_call *call, int picked, bool shared);
void dr_untell_script(void);
void dr_tell_lists(const struct dr_view *view);
void dr_tell_script(struct cell *t, struct dr_call *call, bool shared);

int dr_outcome_event_init(void);
void dr_outcome_failed(struct cell *t, struct dr_call *call);

#endif
