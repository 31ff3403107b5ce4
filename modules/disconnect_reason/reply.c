/**
 * @file reply.c  Our place in a reply from a trunk, and its code and phrase
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A reply from a trunk holds one header lump right after its status line, where
 * only that line comes before it: tm prints it when it relays the reply. It is
 * added empty, because tm clones messages long before the outcome is known, and
 * an empty lump prints nothing. It is filled under tm's reply lock, when the
 * outcome is known.
 *
 * A lump in shared memory is part of a block that tm owns, so it is pointed
 * at text that outlives the message: the text of dr_params, or of the
 * call. A lump in private memory owns its text.
 *
 * When a reply comes, our header names in it become unreadable, a failure gets the
 * place of our header, and what a script may change in it is remembered.
 *
 * The code and phrase for a bridge are written into the reply that tm picked,
 * at the very end, under tm's reply lock: everything before that has seen the
 * trunk's code. A real reply is changed in place. tm prints its own replies
 * from their code alone; such a reply is replaced by a stored one on a branch
 * of its own, which tm then picks and relays as if it had come from a trunk.
 */

#include <string.h>

#include "../../core/config.h"
#include "../../core/data_lump.h"
#include "../../core/dprint.h"
#include "../../core/error.h"
#include "../../core/globals.h"
#include "../../core/mem/mem.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/msg_translator.h"
#include "../../core/parser/parse_cseq.h"
#include "../../core/receive.h"
#include "../../core/sip_msg_clone.h"
#include "../../modules/tm/h_table.h"

#include "core/strip.h"
#include "map_shm.h"
#include "params.h"
#include "stats.h"
#include "reply.h"

/** Flag bits of our lumps, which tm keeps when it clones; Kamailio's own are the
 * lowest ones */
#define OUR_LINES (1 << 17)
#define OUR_PHRASE (1 << 18)
/** Kamailio 6.1 marks every lump of a reply whose $mbu was read as applied
 * (LUMPFLAG_APPLIED), and no longer prints it */
#define APPLIED 16
/** Where the flags of our header lump keep the code as received, and those of
 * its anchor what the trunk reported */
#define NUMBER_SHIFT 20
#define NUMBER_MASK 0x3ff

/** Find our anchor of a kind. Another module may share it, so the lump itself is
 * flagged, too; it is set. */
static struct lump *find_anchor(
		const struct sip_msg *reply, int flag, struct lump **lump)
{
	struct lump *anchor;

	for(anchor = reply->add_rm; anchor; anchor = anchor->next) {
		if(!(anchor->flags & flag))
			continue;
		for(*lump = anchor->before; *lump; *lump = (*lump)->before)
			if((*lump)->flags & flag)
				return anchor;
	}
	*lump = NULL;
	return NULL;
}

/** Add an empty lump before a place, or before what is deleted there */
static struct lump *add_before(struct lump *place, int flag)
{
	struct lump *lump;

	if(place == NULL)
		return NULL;
	lump = insert_new_lump_before(place, NULL, 0, HDR_OTHER_T);
	if(lump == NULL)
		return NULL;
	place->flags |= flag;
	lump->flags |= flag;
	return lump;
}

/**
 * Find the header fields of a reply
 *
 * Kamailio skips CR, LF, SP, HT and NUL in front of a first line, and does not
 * count them in its length.
 *
 * @param reply  reply as received, or as tm stored it
 *
 * @return from the first byte after the first line to the end, body included;
 *         points into the reply
 */
struct dr_text dr_reply_headers(const struct sip_msg *reply)
{
	const char *start =
			reply->first_line.u.reply.version.s + reply->first_line.len;

	return (struct dr_text){start, (size_t)(reply->buf + reply->len - start)};
}

/** Give a lump in private memory a copy of text that it owns; returns 0, or -1
 * without memory: then it keeps what it has */
static int own_text(struct lump *lump, const str *text)
{
	char *copy = NULL;

	if(text->len > 0) {
		copy = pkg_malloc(text->len);
		if(copy == NULL)
			return -1;
		memcpy(copy, text->s, text->len);
	}
	if(lump->u.value)
		pkg_free(lump->u.value);
	lump->u.value = copy;
	lump->len = text->len;
	return 0;
}

/** A status line that ends in LF alone may be read up to the CR LF of our first
 * line: print CR LF in its place */
static int end_status_line(struct sip_msg *reply, int offset)
{
	static const str crlf = str_init("\r\n");
	struct lump *lump;

	if(offset < 2 || reply->buf[offset - 2] == '\r')
		return 0;
	lump = add_before(del_lump(reply, offset - 1, 1, HDR_OTHER_T), 0);
	return lump ? own_text(lump, &crlf) : -1;
}

/** Reserve the place of our header, right after the status line. It prints nothing
 * until dr_reply_fill() gives it text; tm's clones keep it. Returns 0, or -1
 * without memory. */
static int reserve(struct sip_msg *reply, const struct dr_received *received)
{
	int offset = (int)(dr_reply_headers(reply).s - reply->buf);
	struct lump *anchor, *lump;

	if(find_anchor(reply, OUR_LINES, &lump))
		return 0;
	if(end_status_line(reply, offset) < 0)
		return -1;
	anchor = anchor_lump(reply, offset, 0, HDR_OTHER_T);
	lump = add_before(anchor, OUR_LINES);
	if(lump == NULL)
		return -1;
	lump->flags |= (received->code & NUMBER_MASK) << NUMBER_SHIFT;
	if(received->reported)
		anchor->flags |= (1 + (int)received->report) << NUMBER_SHIFT;
	return 0;
}

/**
 * Find out what the trunk sent: a script may have changed the status since
 *
 * @param reply     reply, maybe as tm stored it
 * @param received  set
 */
void dr_reply_received(
		const struct sip_msg *reply, struct dr_received *received)
{
	struct lump *lump;
	const struct lump *anchor = find_anchor(reply, OUR_LINES, &lump);
	int report = 0;

	received->code = (int)reply->first_line.u.reply.statuscode;
	if(anchor) {
		received->code = (lump->flags >> NUMBER_SHIFT) & NUMBER_MASK;
		report = (anchor->flags >> NUMBER_SHIFT) & NUMBER_MASK;
	}
	received->reported = report > 0;
	received->report = received->reported ? (enum dr_reason)(report - 1)
										  : DR_UNKNOWN_REASON;
}

static int fill(struct lump *lump, const str *text)
{
	if(lump == NULL)
		return 0;
	lump->flags &= ~APPLIED;
	if(!(lump->flags & LUMPFLAG_SHMEM))
		return own_text(lump, text);
	lump->u.value = text->s;
	lump->len = text->len;
	return 0;
}

/**
 * Write header lines into the reserved place of a reply. Call it under tm's
 * reply lock.
 *
 * @param reply  reply as received, or as tm stored it; one without the
 *               reserved place stays as it is
 * @param text   header lines that outlive the reply; len 0 to print nothing
 *
 * @return 0, or -1 without memory: then the reply stays as it is
 */
int dr_reply_fill(struct sip_msg *reply, const str *text)
{
	struct lump *lump, *anchor = find_anchor(reply, OUR_LINES, &lump);

	if(anchor)
		anchor->flags &= ~APPLIED;
	return fill(lump, text);
}

/** Keep what a lump would delete, and never fill what was put there */
static void undo_phrase(struct lump *place, struct lump *lump)
{
	if(place) {
		place->op = LUMP_NOP;
		place->len = 0;
	}
	if(lump)
		lump->flags &= ~OUR_PHRASE;
}

/** Make the reason phrase one that can be filled later, also in tm's clones.
 * Until then it stays as it is. Returns 0, or -1 without memory: then it stays
 * for good. */
static int reserve_phrase(struct sip_msg *reply)
{
	const str *phrase = &reply->first_line.u.reply.reason;
	int offset = (int)(phrase->s - reply->buf);
	struct lump *place, *lump;

	if(find_anchor(reply, OUR_PHRASE, &lump))
		return 0;
	if(phrase->len == 0) {
		place = anchor_lump(reply, offset, 0, HDR_OTHER_T);
		return add_before(place, OUR_PHRASE) ? 0 : -1;
	}
	place = del_lump(reply, offset, phrase->len, HDR_OTHER_T);
	lump = add_before(place, OUR_PHRASE);
	if(lump && own_text(lump, phrase) == 0)
		return 0;
	undo_phrase(place, lump);
	return -1;
}

/** A script that changed the status put a phrase of its own in place of the
 * same bytes: print only one */
static void empty_others(struct sip_msg *reply, const struct lump *ours)
{
	struct lump *place, *lump;

	for(place = reply->add_rm; place; place = place->next) {
		if(place == ours || place->u.offset != ours->u.offset
				|| place->op != LUMP_DEL)
			continue;
		for(lump = place->before; lump; lump = lump->before)
			lump->len = 0;
		for(lump = place->after; lump; lump = lump->after)
			lump->len = 0;
	}
}

/** Write another reason phrase, which outlives the reply, into one that was
 * prepared for it; returns 0, or -1 without memory: then the reply stays as it
 * is */
static int fill_phrase(struct sip_msg *reply, const str *phrase)
{
	struct lump *lump, *place = find_anchor(reply, OUR_PHRASE, &lump);

	if(place == NULL)
		return 0;
	place->flags &= ~APPLIED;
	if(fill(lump, phrase) < 0)
		return -1;
	empty_others(reply, place);
	return 0;
}

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
bool dr_reply_is_current(const struct sip_msg *reply)
{
	return last.pid != 0 && last.id == reply->id && last.pid == reply->pid;
}

static bool reads_report(const struct dr_call *call,
		const struct sip_msg *reply, enum dr_reason *report)
{
	struct dr_text room[DR_NAMES_MAX];
	const struct dr_text *names;
	int count;

	names = dr_params_header_names(call->map, call->bridge, room, &count);
	return dr_reason_of_headers(
			dr_reply_headers(reply), names, (size_t)count, report);
}

/**
 * Remember a failure reply as its trunk sent it. Call it before its header names
 * become unreadable.
 *
 * @param reply  reply as received
 * @param trust  the reason in it is believed
 */
void dr_reply_remember(
		const struct dr_call *call, const struct sip_msg *reply, bool trust)
{
	last.id = reply->id;
	last.pid = reply->pid;
	last.received.code = (int)reply->first_line.u.reply.statuscode;
	last.received.reported =
			trust && reads_report(call, reply, &last.received.report);
}

/** Make the header names of a call unreadable in a reply: what a trunk writes there
 * is not our answer. Doing it again does nothing. */
static void strip(struct sip_msg *reply, const struct dr_map *map, int bridge)
{
	const str *phrase = &reply->first_line.u.reply.reason;
	struct dr_text room[DR_NAMES_MAX];
	const struct dr_text *names;
	int count, removed;

	names = dr_params_header_names(map, bridge, room, &count);
	removed = (int)dr_strip(reply->buf, reply->len,
			(size_t)(phrase->s - reply->buf), (size_t)phrase->len,
			(size_t)(dr_reply_headers(reply).s - reply->buf), names,
			(size_t)count);
	/* a trunk that is trusted may write there */
	if(removed > 0 && !(dr_reply_is_current(reply) && last.received.reported))
		dr_stats_count(DR_SPOOFED_REMOVED, removed);
}

/**
 * Make our header names unreadable in a reply that is not a failure, unless the
 * parameter strip says otherwise
 *
 * @param reply  reply as received
 */
void dr_reply_strip_names(const struct dr_call *call, struct sip_msg *reply)
{
	if(dr_params.strip)
		strip(reply, call->map, call->bridge);
}

static int phrase_is_reason(const struct dr_call *call)
{
	struct dr_bridge bridge;

	if(call->bridge == DR_NONE)
		return 0;
	dr_map_get_bridge(call->map, call->bridge, &bridge);
	return bridge.phrase_is_reason;
}

/** Prepare a failure reply as received for another phrase */
static void prepare_phrase(struct dr_call *call, struct sip_msg *reply)
{
	if(phrase_is_reason(call) && reserve_phrase(reply) < 0)
		dr_call_log_oom_once(call, "the phrase of a reply");
}

/**
 * Prepare a failure reply for our header and for the phrase of the call's
 * bridge, and make our names in it unreadable. Doing it again does nothing,
 * unless the message has been rebuilt meanwhile.
 *
 * @param reply  reply in private memory
 */
void dr_reply_prepare(struct dr_call *call, struct sip_msg *reply)
{
	struct dr_received received;

	strip(reply, call->map, call->bridge);
	dr_reply_received(reply, &received);
	if(reserve(reply, dr_reply_is_current(reply) ? &last.received : &received)
			< 0)
		dr_call_log_oom_once(call, "the header of a reply");
	prepare_phrase(call, reply);
}

static bool is_known_to_tm(struct sip_msg *reply)
{
	int branch;

	return dr_tm.t_check(reply, &branch) != -1 && dr_tm_here() != NULL;
}

/**
 * A reply that no longer matches a transaction is forwarded as it is: make
 * unreadable in it the names that any call may have
 *
 * @param reply  any reply that the core is about to forward
 */
void dr_reply_strip_unknown(struct sip_msg *reply)
{
	const struct dr_map *map;
	int bridge;

	if(!dr_params.strip || parse_headers(reply, HDR_CSEQ_F, 0) < 0
			|| reply->cseq == NULL
			|| get_cseq(reply)->method_id != METHOD_INVITE
			|| is_known_to_tm(reply))
		return;
	strip(reply, NULL, DR_NONE);
	map = dr_map_ref();
	for(bridge = 0; map && bridge < dr_map_bridge_count(map); bridge++)
		strip(reply, map, bridge);
	dr_map_unref(map);
}

/** tm takes the first Via of a reply that it relays for its own */
#define OWN_VIA "Via: SIP/2.0/UDP localhost;branch=z9hG4bK0\r\n"

/**
 * The phrase that names a reason, in static memory
 *
 * A space follows SIP_TRUNK_FAILURE: LiveKit SIP mistakes a first line whose
 * third word is the last one and begins with "SIP" for that of a request
 * (isRequest() in its parser), finds no URI in it and drops the reply.
 */
static str phrase_of(enum dr_reason reason)
{
	static char trunk_failure[] = "SIP_TRUNK_FAILURE ";
	struct dr_text name = dr_reason_name(reason);
	str text = {(char *)name.s, (int)name.len};

	if(reason == DR_SIP_TRUNK_FAILURE) {
		text.s = trunk_failure;
		text.len = (int)sizeof(trunk_failure) - 1;
	}
	return text;
}

static void translate_real(
		struct dr_call *call, struct sip_msg *reply, int phrase)
{
	str text = phrase_of(call->reason);
	char *digits = reply->first_line.u.reply.status.s;

	if(phrase && fill_phrase(reply, &text) < 0)
		dr_call_log_oom_once(call, "the phrase of a reply");
	if(call->send == 0)
		return;
	reply->first_line.u.reply.statuscode = (unsigned)call->send;
	digits[0] = (char)('0' + call->send / 100);
	digits[1] = (char)('0' + call->send / 10 % 10);
	digits[2] = (char)('0' + call->send % 10);
}

/** The reply that tm would build, with our code and phrase, and with a Via for
 * tm to remove; in private memory */
static char *print_reply(
		struct sip_msg *request, int code, str *phrase, unsigned *len)
{
	struct bookmark mark;
	str tag = STR_NULL;
	char *plain, *reply, *line_end;
	size_t head;

	dr_tm.t_get_reply_totag(request, &tag);
	plain = build_res_buf_from_sip_req(
			(unsigned)code, phrase, &tag, request, len, &mark);
	if(plain == NULL)
		return NULL;
	line_end = memchr(plain, '\n', *len);
	reply = line_end ? pkg_malloc(*len + sizeof(OWN_VIA)) : NULL;
	if(reply) {
		head = (size_t)(line_end + 1 - plain);
		memcpy(reply, plain, head);
		memcpy(reply + head, OWN_VIA, sizeof(OWN_VIA) - 1);
		memcpy(reply + head + sizeof(OWN_VIA) - 1, plain + head, *len - head);
		*len += sizeof(OWN_VIA) - 1;
		reply[*len] = '\0';
	}
	pkg_free(plain);
	return reply;
}

/** A stored reply as tm has them, one block in shared memory */
static struct sip_msg *store_reply(
		struct sip_msg *request, int code, str *phrase)
{
	struct sip_msg msg, *stored = NULL;
	unsigned len;
	char *text = print_reply(request, code, phrase, &len);
	int size;

	if(text == NULL)
		return NULL;
	if(build_sip_msg_from_buf(&msg, text, (int)len, inc_msg_no()) == 0
			&& parse_headers(&msg, HDR_EOH_F, 0) == 0)
		stored = sip_msg_shm_clone(&msg, &size, 1);
	free_sip_msg(&msg);
	pkg_free(text);
	return stored;
}

/** Add an ended branch with a stored reply; tm frees both with the transaction,
 * and only picks branches that have a buffer. Its destination is that of the
 * picked one: tm sends its ACKs there. */
static int add_branch(
		struct cell *t, struct sip_msg *reply, int code, int picked)
{
	int branch = t->nr_of_outgoings;
	struct ua_client *uac = &t->uac[branch];

	uac->request.buffer = shm_malloc(1);
	if(uac->request.buffer == NULL)
		return -1;
	uac->request.buffer_len = 0;
	uac->request.dst = t->uac[picked].request.dst;
	uac->uri = t->uac[picked].uri;
	uac->flags |= TM_UAC_FLAG_BLIND;
	uac->last_received = code;
	uac->reply = reply;
	membar_write();
	t->nr_of_outgoings = (short)(branch + 1);
	return 0;
}

static void translate_faked(struct cell *t, struct dr_call *call,
		struct sip_msg *request, int picked, int phrase)
{
	int code = t->uac[picked].last_received;
	str text = phrase_of(call->reason);
	struct sip_msg *reply;

	if(call->send)
		code = call->send;
	if(!phrase) {
		text.s = error_text(code);
		text.len = (int)strlen(text.s);
	}
	if(t->nr_of_outgoings >= (int)sr_dst_max_branches)
		return;
	reply = store_reply(t->uas.request, code, &text);
	if(reply && add_branch(t, reply, code, picked) == 0) {
		dr_tm_drop_replies(request, "all");
		return;
	}
	dr_call_log_oom_once(call, "a translated reply");
	if(reply)
		shm_free(reply);
}

/**
 * Give the reply that tm is about to relay the code and the phrase of the
 * call's bridge. To a caller who cancelled they mean nothing.
 *
 * @param t        transaction, its reply lock held, every branch ended
 * @param call     its call, with an answer
 * @param request  the request as tm fakes it
 * @param picked   branch that tm picked
 */
void dr_reply_translate(struct cell *t, struct dr_call *call,
		struct sip_msg *request, int picked)
{
	struct sip_msg *reply;
	int code, phrase;

	if(picked < 0 || picked >= t->nr_of_outgoings
			|| dr_call_is_cancelled(call, t))
		return;
	reply = t->uac[picked].reply;
	code = t->uac[picked].last_received;
	phrase = phrase_is_reason(call);
	/* a code from 700 on keeps its number, since no map has it */
	if((call->send == 0 && !phrase) || (code < 700 && !dr_may_translate(code)))
		return;
	if(reply == FAKED_REPLY)
		translate_faked(t, call, request, picked, phrase);
	else if(reply)
		translate_real(call, reply, phrase);
}
