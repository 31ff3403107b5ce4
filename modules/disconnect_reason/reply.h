/**
 * @file reply.h  Our place in a reply from a trunk, and its code and phrase
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REPLY_H
#define DR_REPLY_H

#include "../../core/data_lump_rpl.h"
#include "../../core/parser/msg_parser.h"
#include "../../core/str.h"

#include "core/reason.h"
#include "core/text.h"
#include "call.h"

/** What is remembered of a failure reply, since a script may change it */
struct dr_received
{
	int code;			   /**< status code of the trunk */
	bool reported;		   /**< its own header named a reason */
	enum dr_reason report; /**< that reason */
};

struct dr_text dr_reply_headers(const struct sip_msg *reply);
void dr_reply_received(
		const struct sip_msg *reply, struct dr_received *received);
int dr_reply_fill(struct sip_msg *reply, const str *text);

bool dr_reply_is_current(const struct sip_msg *reply);
void dr_reply_remember(
		const struct dr_call *call, const struct sip_msg *reply, bool trust);
void dr_reply_strip_names(const struct dr_call *call, struct sip_msg *reply);
void dr_reply_prepare(struct dr_call *call, struct sip_msg *reply);
void dr_reply_strip_unknown(struct sip_msg *reply);

void dr_reply_translate(struct cell *t, struct dr_call *call,
		struct sip_msg *request, int picked);

#endif
