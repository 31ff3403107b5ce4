/**
 * @file message.h  What drmap replay wants to know of a SIP message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_MESSAGE_H
#define DRMAP_MESSAGE_H

#include "../core/text.h"

/** A SIP message; all texts point into it */
struct message
{
	int code;			   /**< status code of a reply; 0: a request */
	struct dr_text phrase; /**< of a reply */
	struct dr_text method; /**< of a request; of a reply, that of its CSeq */
	struct dr_text uri;	   /**< of a request */
	struct dr_text headers;
	struct dr_text call_id;
	struct dr_text cseq;   /**< the number */
	struct dr_text branch; /**< of the topmost Via */
	struct dr_text parent; /**< branch of the Via below; empty: there is none */
	struct dr_text route;  /**< of a request: the topmost Route; or empty */
	bool has_to_tag;
};

bool message_parse(struct dr_text text, struct message *message);
struct dr_text message_next_hop(const struct message *message);

#endif
