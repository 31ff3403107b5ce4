/**
 * @file table_events.h  What happened, where no status code alone says it
 *
 * Define DR_EVENT(id, reason, detail, words) and include this file to get every
 * row; it takes the definition away at the end.
 *
 *  id      DR_EVENT_<id> in classify.c
 *  reason  a name of enum dr_reason without its prefix
 *  detail  token
 *  words   what happened
 *
 * The comment below each row says how tm shows it. To an attempt 100 is the same
 * as 101..179 (both are DR_AFTER_TRYING), so the rows TRYING_ONLY and
 * PROGRESS_ONLY must have the same reason and detail.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

/* No include guard: a file may need the rows more than once. */
/* One row, one line. */
/* clang-format off */
/*       id              reason               detail          words */
DR_EVENT(NO_REPLY,       CONNECTION_TIMEOUT,  "no-reply",
		 "no reply of any kind before fr_timer")
	/* FAKED_REPLY, highest 1xx = 0, icode != 908 */
DR_EVENT(TRYING_ONLY,    CONNECTION_TIMEOUT,  "no-progress",
		 "only 100 Trying before the timer")
	/* FAKED_REPLY, highest 1xx = 100 */
DR_EVENT(NO_ANSWER,      USER_UNAVAILABLE,    "no-answer",
		 "180..199 seen, then the timer")
	/* FAKED_REPLY, highest 1xx >= 180 */
DR_EVENT(PROGRESS_ONLY,  CONNECTION_TIMEOUT,  "no-progress",
		 "101..179 seen, then the timer")
	/* FAKED_REPLY, highest 1xx 101..179 */
DR_EVENT(NOT_SENT,       SIP_TRUNK_FAILURE,   "transport",
		 "request could not be sent (socket, TLS, refused)")
	/* icode 908, or t_relay() false with ser_error E_SEND (477) */
DR_EVENT(NOT_RESOLVED,   SIP_TRUNK_FAILURE,   "dns",
		 "destination could not be resolved")
	/* t_relay() false, E_BAD_ADDRESS (478) */
DR_EVENT(CANCELLED,      CLIENT_INITIATED,    "cancelled",
		 "caller cancelled first")
	/* T_CANCELED, whatever final code came */
DR_EVENT(TERMINATED,     USER_UNAVAILABLE,    "terminated",
		 "487 without our CANCEL")
	/* real reply, T_CANCELED not set */
DR_EVENT(BLOCKED,        USER_REJECTED,       "blocked",
		 "603 with phrase \"Network Blocked\" and a Reason text beginning v=analytics1;")
	/* real reply (603+, ATIS-1000099) */
DR_EVENT(UNKNOWN_CODE,   SIP_TRUNK_FAILURE,   "protocol",
		 "unknown 3xx, 4xx, 5xx code")
	/* real reply */
DR_EVENT(UNKNOWN_600_UP, USER_REJECTED,       "declined",
		 "unknown code from 600 on")
	/* real reply; from 700 on, too, which SIP does not have: tm relays it */
DR_EVENT(NO_FINAL_CODE,  UNKNOWN_REASON,      "unknown",
		 "no final failure code")
	/* no code from 300 to 999: never shown by a sane host; a safe answer */
/* clang-format on */

#undef DR_EVENT
