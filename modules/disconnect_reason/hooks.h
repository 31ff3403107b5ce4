/**
 * @file hooks.h  Where tm and the core call the module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_HOOKS_H
#define DR_HOOKS_H

#include "../../core/parser/msg_parser.h"

int dr_hooks_init(void);
int dr_response_in(struct sip_msg *reply);

#endif
