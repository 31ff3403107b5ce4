/**
 * @file lumps.h  The module's own lumps in requests and replies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_LUMPS_H
#define DR_LUMPS_H

#include "../../core/data_lump_rpl.h"
#include "../../core/parser/msg_parser.h"
#include "../../core/str.h"

#include "core/reason.h"
#include "core/text.h"

/** What is remembered of a failure reply, since a script may change it */
struct dr_received
{
	int code;			   /**< status code of the trunk */
	bool reported;		   /**< its own header named a reason */
	enum dr_reason report; /**< that reason */
};

struct lump_rpl *dr_request_lump(const struct sip_msg *request);
struct lump_rpl *dr_request_add_lump(struct sip_msg *request, const str *text);
bool dr_request_set_lump(struct sip_msg *request, const str *text);
void dr_request_link_lump(struct sip_msg *request, struct lump_rpl *lump);
bool dr_request_frees(
		const struct sip_msg *request, const struct lump_rpl *lump);
void dr_request_fill(struct sip_msg *request, const str *text);

struct dr_text dr_reply_headers(const struct sip_msg *reply);
int dr_reply_reserve(struct sip_msg *reply, const struct dr_received *received);
void dr_reply_received(
		const struct sip_msg *reply, struct dr_received *received);
int dr_reply_strip(
		struct sip_msg *reply, const struct dr_text *names, int count);
int dr_reply_fill(struct sip_msg *reply, const str *text);
int dr_reply_reserve_phrase(struct sip_msg *reply);
int dr_reply_fill_phrase(struct sip_msg *reply, const str *phrase);

#endif
