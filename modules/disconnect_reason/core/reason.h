/**
 * @file reason.h  LiveKit's DisconnectReason and the words around it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REASON_H
#define DR_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/** LiveKit's enum DisconnectReason; the numbers are LiveKit's */
enum dr_reason
{
	DR_UNKNOWN_REASON = 0,
	DR_CLIENT_INITIATED = 1,
	DR_DUPLICATE_IDENTITY = 2,
	DR_SERVER_SHUTDOWN = 3,
	DR_PARTICIPANT_REMOVED = 4,
	DR_ROOM_DELETED = 5,
	DR_STATE_MISMATCH = 6,
	DR_JOIN_FAILURE = 7,
	DR_MIGRATION = 8,
	DR_SIGNAL_CLOSE = 9,
	DR_ROOM_CLOSED = 10,
	DR_USER_UNAVAILABLE = 11,
	DR_USER_REJECTED = 12,
	DR_SIP_TRUNK_FAILURE = 13,
	DR_CONNECTION_TIMEOUT = 14,
	DR_MEDIA_FAILURE = 15,
	DR_AGENT_ERROR = 16,
	DR_REASON_COUNT
};

/** Who produced the failure */
enum dr_source
{
	DR_SOURCE_REMOTE,	 /**< a real reply */
	DR_SOURCE_TIMEOUT,	 /**< tm's timer */
	DR_SOURCE_TRANSPORT, /**< could not be sent or resolved */
	DR_SOURCE_CANCEL,	 /**< the caller gave up first */
	DR_SOURCE_SCRIPT,	 /**< the script said so */
	DR_SOURCE_COUNT
};

/** How far the attempt came before it failed */
enum dr_after
{
	DR_AFTER_NONE,	  /**< no provisional reply */
	DR_AFTER_TRYING,  /**< 100 to 179 */
	DR_AFTER_RINGING, /**< 180 to 199 */
	DR_AFTER_COUNT
};

/** Longest detail token in bytes */
#define DR_DETAIL_MAX 32

struct dr_text dr_reason_name(enum dr_reason reason);
int dr_reason_parse(struct dr_text name, enum dr_reason *reason);
bool dr_reason_of_headers(struct dr_text headers, const struct dr_text *names,
		size_t count, enum dr_reason *reason);
struct dr_text dr_source_name(enum dr_source source);
int dr_source_parse(struct dr_text name, enum dr_source *source);
struct dr_text dr_after_name(enum dr_after after);
int dr_after_parse(struct dr_text name, enum dr_after *after);
enum dr_after dr_after_of(int code);
int dr_detail_check(struct dr_text detail);

#endif
