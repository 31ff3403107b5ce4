/**
 * @file classify.h  From a failed attempt to its reason
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CLASSIFY_H
#define DR_CLASSIFY_H

#include <stdbool.h>

#include "reason.h"
#include "reason_header.h"

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

void dr_classify(const struct dr_attempt *attempt, struct dr_answer *answer);
bool dr_is_unclassified(const struct dr_answer *answer);

/** Longest value that dr_detail_print() writes, in bytes */
#define DR_DETAIL_HEADER_MAX 256

size_t dr_detail_print(char *buf, size_t size, const struct dr_answer *answer);

#endif
