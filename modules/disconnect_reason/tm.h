/**
 * @file tm.h  What the module uses of tm and reads in its cells
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_TM_H
#define DR_TM_H

#include <stdbool.h>

#include "../../modules/tm/tm_load.h"

extern struct tm_binds dr_tm;

/** Where tm stands in this process */
struct dr_tm_place
{
	struct cell *t;
	int branch;
	int kill_reason; /**< enum kill_reason bits */
};

int dr_tm_init(void);
struct cell *dr_tm_here(void);
void dr_tm_lock(struct cell *t);
bool dr_tm_try_lock(struct cell *t);
void dr_tm_unlock(struct cell *t);
bool dr_tm_is_real(const struct sip_msg *reply);
bool dr_tm_is_request_of(const struct cell *t, const struct sip_msg *msg);
bool dr_tm_is_stuck(const struct cell *t);
bool dr_tm_will_answer(const struct cell *t);
bool dr_tm_has_live_branch(const struct cell *t);
bool dr_tm_cancels(const struct cell *t);
int dr_tm_last_attempt(const struct cell *t);
bool dr_tm_has_ended(const struct cell *t, int branch);
void dr_tm_leave(struct dr_tm_place *place);
void dr_tm_return(const struct dr_tm_place *place);
int dr_tm_timeout_code(void);
bool dr_tm_drops_replies(void);
void dr_tm_drop_replies(struct sip_msg *request, char *mode);

#endif
