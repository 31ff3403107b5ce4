/**
 * @file after_script.h  Sees that tm is about to answer by itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_AFTER_SCRIPT_H
#define DR_AFTER_SCRIPT_H

struct cell;

int dr_is_stuck(const struct cell *t);
int dr_is_request_of(const struct cell *t, const struct sip_msg *msg);
int dr_after_script_init(void);

#endif
