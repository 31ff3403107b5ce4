/**
 * @file branches.h  The INVITEs of a capture and how they ended
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A branch is one INVITE transaction between two hosts, as in tm: the same
 * Call-ID, the same number of CSeq, the same branch parameter in the topmost
 * Via. The INVITE that a proxy received and the INVITEs that it sent for it are
 * branches, too: those sent name the one received in the Via below.
 */

#ifndef DRMAP_BRANCHES_H
#define DRMAP_BRANCHES_H

#include "capture.h"
#include "message.h"

/** An INVITE and its end; it owns all its strings */
struct branch
{
	char *key; /**< made of Call-ID, CSeq and branch */
	char *call_id;
	char *host;	  /**< its next hop, as the request names it */
	char *phrase; /**< of the first final reply, as all below; NULL: none */
	char *headers;
	size_t headers_len;
	int code;		 /**< 0: none came */
	size_t ended_at; /**< number of the message that ended it */
	enum dr_after after;
	struct dr_address destination;
	struct branch *parent; /**< the one received that this was sent for */
	bool relayed;		   /**< some other one was sent for this */
	bool in_dialog;
	bool cancelled;
};

/** All INVITEs of a capture, in its order; all zero at first */
struct branches
{
	struct branch **list;
	size_t count;
	size_t room;
	void *by_key; /**< tree of tsearch() */
	size_t messages;
};

void branches_take(void *branches, struct dr_text text,
		const struct dr_address *destination);
void branches_free(struct branches *branches);

#endif
