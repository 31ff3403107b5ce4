/**
 * @file refused.h  Calls that were refused without a transaction
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REFUSED_H
#define DR_REFUSED_H

#include <stdbool.h>

#include "../../core/parser/msg_parser.h"

int dr_refused_init(void);
bool dr_refused_before(struct sip_msg *request);

#endif
