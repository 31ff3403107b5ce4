/**
 * @file lumps.c  The module's own lumps in replies
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A reply of a trunk holds one header lump: tm prints it when it relays the
 * reply. It is added empty, because tm clones messages long before the outcome
 * is known, and an empty lump prints nothing. It is filled under tm's reply
 * lock, when the outcome is known.
 *
 * A lump in shared memory is part of a block that tm owns, so it is pointed
 * at text that outlives the message: lines of dr_settings, or text of the
 * call. A lump in private memory owns its text.
 */

#include <string.h>

#include "../../core/data_lump.h"
#include "../../core/dprint.h"
#include "../../core/mem/mem.h"
#include "../../core/parser/parse_cseq.h"

#include "header.h"
#include "lumps.h"

/** Flag bit of our lumps; tm keeps it when it clones */
#define OUR_LUMP (1 << 20)
/** Flag bit of the lump that holds the phrase of a reply */
#define OUR_PHRASE (1 << 21)


/** Another module may share our anchor, so the lump itself is flagged too */
static struct lump *reply_lump(const struct sip_msg *reply, int flag)
{
	struct lump *anchor, *lump;

	for(anchor = reply->add_rm; anchor; anchor = anchor->next) {
		if(!(anchor->flags & flag))
			continue;
		for(lump = anchor->before; lump; lump = lump->before)
			if(lump->flags & flag)
				return lump;
	}
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
 * Reserve the place of our header in a reply, beside its CSeq
 *
 * Prints nothing until dr_reply_fill() gives it text; tm's clones keep it.
 *
 * @param reply  reply as received, CSeq parsed
 *
 * @return 0, or -1 without memory
 */
int dr_reply_reserve(struct sip_msg *reply)
{
	int offset = (int)(reply->cseq->name.s - reply->buf);

	return add_before(anchor_lump(reply, offset, 0, HDR_OTHER_T), OUR_LUMP)
				   ? 0
				   : -1;
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


/** Remove a part of a reply. Without memory it stays, and what `fallback` names
 * of it is written over. Returns whether it was removed. */
static bool cut_out(struct sip_msg *reply, struct dr_text part,
		struct dr_text fallback, char with)
{
	if(del_lump(reply, (int)(part.s - reply->buf), (int)part.len, HDR_OTHER_T))
		return true;
	memset(reply->buf + (fallback.s - reply->buf), with, fallback.len);
	return false;
}


/** Kamailio ends the reason phrase at the first CR, and the first line at the
 * first LF. What is between them it skips and relays, and who reads the reply
 * may take it for header fields. Returns how many were removed: 0 or 1. */
static int strip_first_line(
		struct sip_msg *reply, const struct dr_text *names, int count)
{
	const str *phrase = &reply->first_line.u.reply.reason;
	const char *from = phrase->s + phrase->len;
	const char *to = dr_reply_headers(reply).s;
	struct dr_text skipped;

	while(to > from && (to[-1] == '\r' || to[-1] == '\n'))
		to--;
	if(to == from)
		return 0;
	skipped = (struct dr_text){from, (size_t)(to - from)};
	if(!dr_header_may_have(skipped, names, (size_t)count))
		return 0;
	cut_out(reply, skipped, skipped, ' ');
	return 1;
}


/**
 * Remove our header names from a reply: what a trunk writes there is no
 * answer of ours. Without memory each letter of such a name becomes a "-".
 *
 * @param reply  reply as received
 * @param names  header names to remove
 * @param count  how many there are
 *
 * @return how many header fields were removed
 */
int dr_reply_strip(
		struct sip_msg *reply, const struct dr_text *names, int count)
{
	struct dr_text rest = dr_reply_headers(reply);
	const struct dr_text message = rest;
	struct dr_text cut = {rest.s, 0};
	struct dr_header header;
	int removed = strip_first_line(reply, names, count);

	if(!dr_header_may_have(rest, names, (size_t)count))
		return removed;
	while(dr_header_find(&rest, names, (size_t)count, &header)) {
		dr_header_cut(message, &header, &cut);
		if(!cut_out(reply, cut, header.name, '-'))
			cut.len = 0;
		removed++;
	}
	return removed;
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


static int fill(struct lump *lump, const str *text)
{
	if(lump == NULL)
		return 0;
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
	return fill(reply_lump(reply, OUR_LUMP), text);
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
 * tm's clones. Until then it says what it said.
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
	return fill(reply_lump(reply, OUR_PHRASE), phrase);
}
