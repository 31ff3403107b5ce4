/**
 * @file lumps.c  The module's own lumps in replies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A reply of a trunk holds one header lump right behind its status line, where no
 * byte of the trunk stands before it: tm prints it when it relays the reply. It
 * is added empty, because tm clones messages long before the outcome is known,
 * and an empty lump prints nothing. It is filled under tm's reply lock, when the
 * outcome is known.
 *
 * A lump in shared memory is part of a block that tm owns, so it is pointed
 * at text that outlives the message: lines of dr_settings, or text of the
 * call. A lump in private memory owns its text.
 */

#include <string.h>

#include "../../core/data_lump.h"
#include "../../core/dprint.h"
#include "../../core/mem/mem.h"

#include "lumps.h"
#include "core/strip.h"

/** Flag bits of our lumps, which tm keeps when it clones; Kamailio's own are the
 * lowest ones */
#define OUR_LINES (1 << 17)
#define OUR_PHRASE (1 << 18)
/** Kamailio 6.1 marks every lump of a reply whose $mbu was read as applied
 * (LUMPFLAG_APPLIED), and prints it no more */
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
 * @return from the first byte behind the first line to the end, body included;
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


/** A status line that ends in LF alone would take our lines for its end: print CR
 * LF in its place */
static int end_status_line(struct sip_msg *reply, int offset)
{
	static const str crlf = str_init("\r\n");
	struct lump *lump;

	if(offset < 2 || reply->buf[offset - 2] == '\r')
		return 0;
	lump = add_before(del_lump(reply, offset - 1, 1, HDR_OTHER_T), 0);
	return lump ? own_text(lump, &crlf) : -1;
}


/**
 * Reserve the place of our header in a reply, right behind its status line
 *
 * Prints nothing until dr_reply_fill() gives it text; tm's clones keep it. Does
 * nothing when the reply has one.
 *
 * @param reply     reply as received
 * @param received  what to remember of it
 *
 * @return 0, or -1 without memory
 */
int dr_reply_reserve(struct sip_msg *reply, const struct dr_received *received)
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
 * Find out how a reply was when the trunk sent it: a script may have changed its
 * status since
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


/**
 * Make our header names in a reply unreadable: what a trunk writes there is no
 * answer of ours. Doing it again does nothing.
 *
 * @param reply  reply in private memory
 * @param names  header names
 * @param count  how many there are
 *
 * @return how many there were
 */
int dr_reply_strip(
		struct sip_msg *reply, const struct dr_text *names, int count)
{
	const str *phrase = &reply->first_line.u.reply.reason;

	return (int)dr_strip(reply->buf, reply->len,
			(size_t)(phrase->s - reply->buf), (size_t)phrase->len,
			(size_t)(dr_reply_headers(reply).s - reply->buf), names,
			(size_t)count);
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


/** Let what a lump deletes stay, and what was put there never be filled */
static void undo_phrase(struct lump *place, struct lump *lump)
{
	if(place) {
		place->op = LUMP_NOP;
		place->len = 0;
	}
	if(lump)
		lump->flags &= ~OUR_PHRASE;
}


/**
 * Make the reason phrase of a reply one that can be filled later, also in
 * tm's clones. Until then it says what it said. Does nothing when it is one.
 *
 * @param reply  reply as received
 *
 * @return 0, or -1 without memory: then the phrase stays for good
 */
int dr_reply_reserve_phrase(struct sip_msg *reply)
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


/** A script that changed the status put a phrase of its own over the same
 * bytes: print one */
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


/**
 * Write another reason phrase into a reply. Call it under tm's reply lock.
 *
 * @param reply   reply as received, or as tm stored it; one that was not
 *                prepared for it stays as it is
 * @param phrase  text that outlives the reply
 *
 * @return 0, or -1 without memory: then the reply stays as it is
 */
int dr_reply_fill_phrase(struct sip_msg *reply, const str *phrase)
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
