/**
 * @file reason.h  LiveKit's DisconnectReason, failed attempts and their answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REASON_H
#define DR_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "reason_header.h"

/** LiveKit's enum DisconnectReason, X(name, number) for each; the numbers are
 * LiveKit's, in a row */
#define DR_REASONS(X)         \
	X(UNKNOWN_REASON, 0)      \
	X(CLIENT_INITIATED, 1)    \
	X(DUPLICATE_IDENTITY, 2)  \
	X(SERVER_SHUTDOWN, 3)     \
	X(PARTICIPANT_REMOVED, 4) \
	X(ROOM_DELETED, 5)        \
	X(STATE_MISMATCH, 6)      \
	X(JOIN_FAILURE, 7)        \
	X(MIGRATION, 8)           \
	X(SIGNAL_CLOSE, 9)        \
	X(ROOM_CLOSED, 10)        \
	X(USER_UNAVAILABLE, 11)   \
	X(USER_REJECTED, 12)      \
	X(SIP_TRUNK_FAILURE, 13)  \
	X(CONNECTION_TIMEOUT, 14) \
	X(MEDIA_FAILURE, 15)      \
	X(AGENT_ERROR, 16)

#define DR_REASON(name, number) DR_##name = (number),
enum dr_reason
{
	DR_REASONS(DR_REASON) DR_REASON_COUNT
};
#undef DR_REASON

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

/** The final codes that tables and rules know; a class is their first digit */
#define DR_CODE_MIN 300
#define DR_CODE_MAX 699

/** Longest detail token in bytes */
#define DR_DETAIL_MAX 32

struct dr_map;

/** A failed attempt, as the host saw it */
struct dr_attempt
{
	const struct dr_map *map; /**< NULL: the built-in tables alone */
	int profile;			  /**< of the map; its default one is 0 */
	enum dr_source source;
	enum dr_after after;
	int code;		 /**< status code of the reply; 0 when there is none */
	bool unresolved; /**< transport: the name could not be resolved */
	bool q850;		 /**< may Reason: Q.850 refine soft codes; a profile of
					  * the map may say otherwise */
	bool reported; /**< the reply names its reason, and the trunk is trusted */
	enum dr_reason report;	/**< that reason; when reported */
	struct dr_text phrase;	/**< reason phrase of the reply */
	struct dr_text headers; /**< header fields of the reply, as received */
};

/** What decided an answer, in the order in which it is asked */
enum dr_decider
{
	DR_BY_SCRIPT, /**< the script set it */
	DR_BY_TRUNK,  /**< the trunk's own header */
	DR_BY_RULE,	  /**< a rule of the map */
	DR_BY_EVENT,  /**< a row of table_events.h */
	DR_BY_Q850,	  /**< a row of table_q850_causes.h */
	DR_BY_CODE,	  /**< a row of table_sip_codes.h */
	DR_DECIDER_COUNT
};

/** The answer; detail and row point at constant text, or into the map */
struct dr_answer
{
	enum dr_reason reason;
	enum dr_source source;
	enum dr_after after;
	struct dr_text detail; /**< empty: a rule that gives none */
	int code;			   /**< of the attempt; 0 when there is none */
	int cause; /**< Q.850 cause that decided, or that the rule asked for; else
				* the reply's first one from 1 to 127, only looked for over
				* soft codes; else DR_CAUSE_NONE */
	enum dr_decider decided_by;
	int rule;			  /**< of the map, by its number; DR_NONE: no rule */
	struct dr_text row;	  /**< what the row that decided says in words */
	struct dr_text trunk; /**< for the host to set; dr_classify() clears it */
	bool authorized;	  /**< the proxy sent a password of its own; as trunk */
};

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
