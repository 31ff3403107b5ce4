/**
 * @file classify.h  From a failed attempt to its reason
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CLASSIFY_H
#define DR_CLASSIFY_H

#include "reason.h"

void dr_classify(const struct dr_attempt *attempt, struct dr_answer *answer);
bool dr_code_is_soft(int code);
bool dr_is_unclassified(const struct dr_answer *answer);

/** Longest value that dr_detail_print() writes, in bytes */
#define DR_DETAIL_HEADER_MAX 256

size_t dr_detail_print(char *buf, size_t size, const struct dr_answer *answer);

#endif
