/**
 * @file view.h  Finds the answer that a script can see where it runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_VIEW_H
#define DR_VIEW_H

#include "fields.h"

void dr_view_of_call(const struct dr_call *call, struct dr_view *view);
void dr_view_of_request(const struct sip_msg *request, struct dr_view *view);
int dr_view_here(struct sip_msg *msg, struct dr_view *view);

#endif
