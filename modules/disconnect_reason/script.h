/**
 * @file script.h  The functions of the routing script
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_SCRIPT_H
#define DR_SCRIPT_H

#include "../../core/parser/msg_parser.h"
#include "../../core/str.h"

int dr_script_set(struct sip_msg *msg, const str *reason, const str *detail);
int dr_w_set(struct sip_msg *msg, char *reason, char *detail);
int dr_fixup_set(void **param, int number);
int dr_fixup_free_set(void **param, int number);

#endif
