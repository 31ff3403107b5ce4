/**
 * @file lumps_request.c  The module's own lump in a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A request holds one reply lump: tm and sl print it into every reply that they
 * build themselves. tm copies it into the request that it stores, where it is
 * filled under tm's reply lock.
 */

#include "../../core/atomic_ops.h"

#include "lumps.h"

/** Flag bit of our lump; tm keeps it when it clones */
#define OUR_LUMP (1 << 20)


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
 *
 * @return the lump, which belongs to the request; NULL without memory
 */
struct lump_rpl *dr_request_add_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump;

	lump = add_lump_rpl(
			request, text ? text->s : "-", text ? text->len : 1, LUMP_RPL_HDR);
	if(lump == NULL)
		return NULL;
	if(text == NULL)
		lump->text.len = 0;
	lump->flags |= OUR_LUMP;
	return lump;
}


/**
 * Give a request header lines of its own, in place of others. One that tm fakes
 * is pointed at them.
 *
 * @param request  request that a script handles
 * @param text     header lines that outlive the call; copied where tm does not
 *                 fake the request
 *
 * @return whether there was memory for them
 */
bool dr_request_set_lump(struct sip_msg *request, const str *text)
{
	struct lump_rpl *lump = dr_request_lump(request);

	if(lump && (lump->flags & LUMP_RPL_SHMEM)) {
		lump->text = *text;
		return true;
	}
	if(lump) {
		unlink_lump_rpl(request, lump);
		free_lump_rpl(lump);
	}
	return dr_request_add_lump(request, text) != NULL;
}


/**
 * Give the request that tm stores an empty lump, when tm saved none of ours: a
 * CANCEL came before it did, or the script applied its changes to the message,
 * which takes all lumps away.
 *
 * It is linked as the last one, in one store, so that whoever reads the list
 * without tm's lock sees a list. Call it under tm's reply lock, and not from
 * within tm's faked environment, which puts the list of before back.
 *
 * @param request  the request that tm stores, without a lump of ours
 * @param lump     lump in shared memory, owned by the caller unless
 *                 dr_request_frees(); set
 */
void dr_request_link_lump(struct sip_msg *request, struct lump_rpl *lump)
{
	struct lump_rpl **last = &request->reply_lump;

	*lump = (struct lump_rpl){
			.flags = LUMP_RPL_HDR | LUMP_RPL_SHMEM | OUR_LUMP};
	while(*last)
		last = &(*last)->next;
	membar_write();
	*last = lump;
}


/**
 * tm frees the lumps that it saved as one block, by the first of them
 *
 * @param request  the request that tm stores
 * @param lump     lump that was linked into it
 *
 * @return whether tm takes this one for that block
 */
bool dr_request_frees(
		const struct sip_msg *request, const struct lump_rpl *lump)
{
	return request->add_rm == NULL && request->body_lumps == NULL
		   && request->reply_lump == lump;
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
