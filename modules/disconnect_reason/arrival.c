/**
 * @file arrival.c  A trunk's reply as it arrives
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Our header names in it become unreadable, a failure gets the place of our
 * header, and what a script may change in it is remembered.
 */

#include "../../core/parser/parse_cseq.h"

#include "arrival.h"
#include "counters.h"
#include "lines.h"
#include "lumps.h"
#include "map_share.h"
#include "settings.h"
#include "translate.h"

/** The failure reply that this process handles, by the number of its message */
static struct
{
	unsigned int id;
	int pid;
	struct dr_received received;
} last;


/**
 * Other modules may have tm look at a reply twice
 *
 * @param reply  failure reply
 *
 * @return whether this process remembers this very one
 */
bool dr_arrival_is_last(const struct sip_msg *reply)
{
	return last.pid != 0 && last.id == reply->id && last.pid == reply->pid;
}


static bool reads_report(const struct dr_call *call,
		const struct sip_msg *reply, enum dr_reason *report)
{
	struct dr_text room[DR_NAMES_MAX];
	const struct dr_text *names;
	int count;

	names = dr_names_of(call->map, call->bridge, room, &count);
	return dr_reason_of_headers(
			dr_reply_headers(reply), names, (size_t)count, report);
}


/**
 * Remember a failure reply as its trunk sent it. Call it before its header names
 * become unreadable.
 *
 * @param call   call
 * @param reply  reply as received
 * @param trust  the reason in it is believed
 */
void dr_arrival_remember(
		const struct dr_call *call, const struct sip_msg *reply, bool trust)
{
	last.id = reply->id;
	last.pid = reply->pid;
	last.received.code = (int)reply->first_line.u.reply.statuscode;
	last.received.reported =
			trust && reads_report(call, reply, &last.received.report);
}


static void strip(struct sip_msg *reply, const struct dr_map *map, int bridge)
{
	struct dr_text room[DR_NAMES_MAX];
	const struct dr_text *names;
	int count, removed;

	names = dr_names_of(map, bridge, room, &count);
	removed = dr_reply_strip(reply, names, count);
	/* a trunk that is trusted may write there */
	if(removed > 0 && !(dr_arrival_is_last(reply) && last.received.reported))
		dr_count(DR_SPOOFED_REMOVED, removed);
}


/**
 * Make our header names in a reply that is no failure unreadable, unless the
 * parameter strip says otherwise
 *
 * @param call   call
 * @param reply  reply as received
 */
void dr_arrival_strip(const struct dr_call *call, struct sip_msg *reply)
{
	if(dr_settings.strip)
		strip(reply, call->map, call->bridge);
}


/**
 * Prepare a failure reply for our header and for the phrase of the call's
 * bridge, and make our names in it unreadable. Doing it again does nothing,
 * unless the message is another one meanwhile.
 *
 * @param call   call
 * @param reply  reply in private memory
 */
void dr_arrival_prepare(struct dr_call *call, struct sip_msg *reply)
{
	struct dr_received received;

	strip(reply, call->map, call->bridge);
	dr_reply_received(reply, &received);
	if(dr_reply_reserve(
			   reply, dr_arrival_is_last(reply) ? &last.received : &received)
			< 0)
		dr_call_lacks(call, "the header of a reply");
	dr_translate_reserve(call, reply);
}


static bool is_known_to_tm(struct sip_msg *reply)
{
	int branch;

	return dr_tm.t_check(reply, &branch) != -1 && dr_tm_here() != NULL;
}


/**
 * A reply that tm does not know any more is forwarded as it is: make the names
 * in it unreadable that any call may have
 *
 * @param reply  any reply that the core is about to forward
 */
void dr_arrival_late(struct sip_msg *reply)
{
	const struct dr_map *map;
	int bridge;

	if(!dr_settings.strip || parse_headers(reply, HDR_CSEQ_F, 0) < 0
			|| reply->cseq == NULL
			|| get_cseq(reply)->method_id != METHOD_INVITE
			|| is_known_to_tm(reply))
		return;
	strip(reply, NULL, DR_NONE);
	map = dr_map_take();
	for(bridge = 0; map && bridge < dr_map_bridge_count(map); bridge++)
		strip(reply, map, bridge);
	dr_map_drop(map);
}
