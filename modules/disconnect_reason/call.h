/**
 * @file call.h  What a transaction remembers of a watched call, and its attempts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CALL_H
#define DR_CALL_H

#include "../../core/data_lump_rpl.h"

#include "core/classify.h"
#include "core/map.h"
#include "tm.h"

struct dr_record;
struct dr_request;

/** Most branches of a transaction; tm's own limit is not higher */
#define DR_BRANCHES_MAX 32

/** Until the request_route of its INVITE has ended, that worker uses the AVPs
 * and XAVPs of a call without any lock */
enum dr_script
{
	DR_SCRIPT_RUNS = 0,
	DR_SCRIPT_OWES, /**< it runs, and then has to write the answer */
	DR_SCRIPT_OVER
};

/** How far t_relay() got */
enum dr_sending
{
	DR_SENDING_NOTHING = 0,
	DR_SENDING_BRANCH, /**< it prepared a branch, or failed after that */
	DR_SENDING_DONE	   /**< the call was sent to a trunk */
};

/** What only few calls need; in shared memory. A CANCEL's process may read it
 * without a lock, so it lives as long as the call. */
struct dr_own
{
	struct lump_rpl lump; /**< for a request that tm stored without ours; first,
						   * since tm may take it for a block that it made */
	char text[];		  /**< header text with a detail header */
};

/** Trunk of a branch that tm made no callback for: not sent yet, or by a failover of
 * tm's own to the next address of a name */
#define DR_NOT_PREPARED (-2)

/** A trunk as the script named it, for branches from some number on; in shared
 * memory */
struct dr_named_trunk
{
	struct dr_named_trunk *before; /**< named earlier, or NULL */
	short from;					   /**< first branch that it applies to */
	short number;				   /**< of the call's map, or DR_NONE */
	size_t len;
	char name[DR_NAME_MAX];
};

/** A call in flight; in shared memory, one for each watched transaction */
struct dr_call
{
	const struct dr_map *map; /**< the one it began with, or NULL */
	short bridge;			  /**< it came from, or DR_NONE */
	short profile;			  /**< for trunks that the map does not know */

	/* all but these are read and written under tm's reply lock; what is written
	 * where no lock is held shares no byte with others */
	volatile int trying;  /**< bit b: branch b sent 100 to 179 */
	volatile int ringing; /**< bit b: branch b sent 180 to 199 */
	volatile int script;  /**< enum dr_script, changed atomically */
	unsigned ended; /**< bit b: branch b had failed when the caller cancelled */
	unsigned char cancelled;  /**< the caller sent a CANCEL */
	unsigned char sending;	  /**< enum dr_sending */
	unsigned char tried;	  /**< a branch was prepared since classified */
	unsigned char failed;	  /**< the caller was sent a final failure */
	unsigned char oom_logged; /**< something got no memory; the log has it */

	unsigned char reason;		  /**< enum dr_reason; valid when decided */
	signed char classified;		  /**< branches when last classified */
	unsigned counted;			  /**< bit b: branch b was counted */
	struct dr_own *own;			  /**< or NULL */
	struct dr_record *records;	  /**< oldest first */
	struct dr_named_trunk *named; /**< newest first */
	unsigned short own_text_len;  /**< bytes of its own header text; 0: none */
	short send;					  /**< code for the bridge; 0: as it is */
	unsigned short decided : 1;	  /**< there is an answer */
	unsigned short final : 1;	  /**< tm no longer changes the answer */
	unsigned short scripted : 1;  /**< the script gave the answer */
	unsigned short unwritten : 1; /**< the AVP does not have the answer yet */
	unsigned short ignored : 1;	  /**< the script wants nothing done */
	unsigned short answered : 1;  /**< the caller gets a 2xx */
	unsigned short published : 1; /**< the outcome is counted */
	unsigned short frozen : 1;	  /**< tm reads the stored request, unlocked */
	unsigned short linked : 1;	  /**< its own lump is in the stored request */

	/* each branch's trunk as far as its next hop's name shows it, or
	 * DR_NOT_PREPARED; sr_dst_max_branches of them, and only when the map has
	 * trunks */
	short trunks[];
};

void dr_call_init(transaction_cb *event);
bool dr_call_register(struct dr_call *call, struct cell *t, int types);
void dr_call_find_in_callbacks(void);
struct dr_call *dr_call_of_lists(void);
bool dr_call_is_wanted(
		const struct sip_msg *request, const struct dr_request *notes);
bool dr_call_is_initial_invite(const struct sip_msg *request);
void dr_call_watch(struct cell *t, struct sip_msg *request,
		const struct dr_request *notes);
int dr_call_has_trunks(const struct dr_map *map);
struct dr_address dr_call_address(const struct ip_addr *ip);
int dr_call_trunk_number(const struct dr_map *map, struct dr_text name);
int dr_call_name_trunk(
		struct dr_call *call, int from, int number, struct dr_text name);
int dr_call_bridge(
		const struct dr_map *map, const struct sip_msg *request, short *bridge);
struct dr_call *dr_call_of(const struct cell *t);
bool dr_call_is_cancelled(const struct dr_call *call, const struct cell *t);
bool dr_call_may_write(struct dr_call *call, const struct cell *t);
void dr_call_provisional(struct dr_call *call, int branch, int code);
enum dr_after dr_call_after(const struct dr_call *call, int branch);
struct dr_own *dr_call_own(struct dr_call *call);
str dr_call_header_text(const struct dr_call *call);
void dr_call_log_oom_once(struct dr_call *call, const char *what);
void dr_call_translate(struct dr_call *call, int code);
void dr_call_answer(
		struct dr_call *call, const struct dr_answer *answer, int code);

/** An answer that was found in a call; in shared memory */
struct dr_record
{
	struct dr_record *next;	 /**< the one after it, or NULL */
	struct dr_answer answer; /**< texts: constant, the map's, or detail */
	short profile;			 /**< of the call's map, that classified it */
	short branch;			 /**< of the attempt, or DR_NONE */
	bool attempt;			 /**< a branch failed; else the call ended here */
	bool answers;			 /**< it says why the call failed */
	char detail[];			 /**< what the script set; DR_DETAIL_MAX bytes */
};

struct dr_record *dr_history_add(struct dr_call *call,
		const struct dr_answer *answer, int profile, int branch, bool attempt);
struct dr_record *dr_history_script(
		struct dr_call *call, const struct dr_answer *answer);
struct dr_record *dr_history_of(const struct dr_call *call, int branch);
void dr_history_answer_with(struct dr_call *call, struct dr_record *record);
const struct dr_record *dr_history_answer(const struct dr_call *call);
size_t dr_history_print(char *buf, size_t size, const struct dr_call *call);

#endif
