/**
 * @file lumps_request.c  The module's own lump in a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A request holds one reply lump: tm prints it into every reply that it builds
 * itself. It is added empty, and filled, as a reply's lump is; see lumps.c.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/shm_mem.h"

#include "lumps.h"

/** Flag bit of our lump; tm keeps it when it clones */
#define OUR_LUMP (1 << 20)
/** Where the mark of our lump begins in its flags */
#define MARK_SHIFT 21
#define MARK_MASK 0xff
/** Mark of a request that is not to be watched; no reason has that number */
#define GIVEN_UP 0xff


/**
 * Find our reply lump in a request
 *
 * @param request  any request, also one that tm stores or fakes
 *
 * @return the lump, which belongs to the request; NULL when there is none
 */
struct lump_rpl *dr_request_lump(const struct sip_msg *request)
{
	struct lump_rpl *lump;

	for(lump = request->reply_lump; lump; lump = lump->next)
		if(lump->flags & OUR_LUMP)
			return lump;
	return NULL;
}


/**
 * Add our reply lump to a request in private memory
 *
 * @param request  request as received, without a lump of ours
 * @param text     header lines, copied; NULL for an empty lump
 * @param mark     0 to 255, kept by tm's clones
 *
 * @return the lump, which belongs to the request; NULL without memory
 */
struct lump_rpl *dr_request_add_lump(
		struct sip_msg *request, const str *text, int mark)
{
	struct lump_rpl *lump;

	lump = add_lump_rpl(
			request, text ? text->s : "-", text ? text->len : 1, LUMP_RPL_HDR);
	if(lump == NULL)
		return NULL;
	if(text == NULL)
		lump->text.len = 0;
	lump->flags |= OUR_LUMP | (mark << MARK_SHIFT);
	return lump;
}


/**
 * @param lump  our reply lump
 *
 * @return the mark it was added with, 0 to 255
 */
int dr_request_lump_mark(const struct lump_rpl *lump)
{
	return (lump->flags >> MARK_SHIFT) & MARK_MASK;
}


/**
 * There is no shared memory for what the script says of a request: let it not
 * be watched
 *
 * @param request  request as received
 */
void dr_request_give_up(struct sip_msg *request)
{
	if(dr_request_lump(request) == NULL)
		dr_request_add_lump(request, NULL, GIVEN_UP);
}


/**
 * @param request  request as received
 *
 * @return whether it was given up
 */
bool dr_request_is_given_up(const struct sip_msg *request)
{
	const struct lump_rpl *lump = dr_request_lump(request);

	return lump && dr_request_lump_mark(lump) == GIVEN_UP;
}


/**
 * Give the request that tm stores a lump before tm itself saved any
 *
 * tm saves the lumps when it forwards; a CANCEL that comes earlier is
 * answered from a stored request without lumps. The lump is laid out as tm's
 * cloner does, one block in shared memory with the lump first, so that tm
 * frees it with the request. Call it under tm's reply lock only.
 *
 * @param request  the request that tm stores
 * @param text     header lines, copied
 *
 * @return the lump, owned by the request; NULL without memory, or when tm
 *         already saved lumps
 */
struct lump_rpl *dr_request_early_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump;

	if(request->add_rm || request->body_lumps || request->reply_lump)
		return NULL;
	lump = shm_malloc(sizeof(*lump) + text->len);
	if(lump == NULL)
		return NULL;
	lump->text.s = (char *)(lump + 1);
	lump->text.len = text->len;
	memcpy(lump->text.s, text->s, text->len);
	lump->flags = LUMP_RPL_HDR | LUMP_RPL_SHMEM | OUR_LUMP;
	lump->next = NULL;
	request->reply_lump = lump;
	return lump;
}


/**
 * Point our reply lump of a request at header lines
 *
 * For a request that tm stores call it under tm's reply lock: tm clones the
 * request under that lock in two passes, length first.
 *
 * @param request  any request; one without our lump stays as it is
 * @param text     header lines that outlive the request
 */
void dr_request_fill(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump = dr_request_lump(request);

	if(lump)
		lump->text = *text;
}
