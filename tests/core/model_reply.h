/**
 * @file model_reply.h  A plain way to read a reply
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_MODEL_REPLY_H
#define DR_TEST_MODEL_REPLY_H

#include "sip_header.h"
#include "reason_header.h"

bool model_alike(struct dr_text text, const char *word);
bool model_header_next(struct dr_text *headers, struct dr_header *header);
bool model_reason_next(struct dr_text *body, struct dr_reason_value *value);
int model_cause_next(struct dr_text *headers, struct dr_text *body);

#endif
