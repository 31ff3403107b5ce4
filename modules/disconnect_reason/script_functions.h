/**
 * @file script_functions.h  The functions of the routing script: what they do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_SCRIPT_FUNCTIONS_H
#define DR_SCRIPT_FUNCTIONS_H

#include "../../core/parser/msg_parser.h"
#include "../../core/str.h"

int dr_script_check_profile(const str *profile);
int dr_script_check_reason(const str *reason);
int dr_script_check_detail(const str *detail);
int dr_script_check_trunk(const str *name);

int dr_script_watch(struct sip_msg *msg, str *profile);
int dr_script_ignore(struct sip_msg *msg);
int dr_script_set(struct sip_msg *msg, str *reason, str *detail);
int dr_script_trunk(struct sip_msg *msg, str *name);

#endif
