/**
 * @file trunk_totals.c  Attempts and outcomes of each trunk, by reason
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Kept by name, so that they outlive a reload of the map. An entry is made when
 * a trunk is counted first, and stays.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/hashes.h"
#include "../../core/locking.h"
#include "../../core/mem/shm_mem.h"

#include "trunk_totals.h"

#define BUCKETS 1024

/** A script may name trunks as it likes: more than these are not kept */
#define TRUNKS_MAX DR_TRUNKS_MAX

struct totals
{
	gen_lock_t lock; /**< guards all below */
	int count;
	struct dr_trunk_total *buckets[BUCKETS];
};

static struct totals *totals;


/**
 * Make room for the totals. Call once, before forking.
 *
 * @return 0, or -1 after a log line
 */
int dr_totals_init(void)
{
	totals = shm_mallocxz(sizeof(*totals));
	if(totals == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	if(lock_init(&totals->lock))
		return 0;
	LM_ERR("no lock for the totals of the trunks\n");
	return -1;
}


static struct dr_trunk_total **bucket_of(struct dr_text trunk)
{
	str name = {(char *)trunk.s, (int)trunk.len};

	return &totals->buckets[get_hash1_raw(name.s, name.len) % BUCKETS];
}


static struct dr_trunk_total *find(
		struct dr_trunk_total *total, struct dr_text trunk)
{
	while(total
			&& (total->len != trunk.len
					|| memcmp(total->name, trunk.s, trunk.len) != 0))
		total = total->next;
	return total;
}


static struct dr_trunk_total *add(
		struct dr_trunk_total **bucket, struct dr_text trunk)
{
	struct dr_trunk_total *total;

	if(totals->count == TRUNKS_MAX)
		return NULL;
	total = shm_mallocxz(sizeof(*total));
	if(total == NULL)
		return NULL;
	memcpy(total->name, trunk.s, trunk.len);
	total->len = trunk.len;
	total->next = *bucket;
	*bucket = total;
	if(++totals->count == TRUNKS_MAX)
		LM_WARN("%d trunks have totals: no more are kept\n", TRUNKS_MAX);
	return total;
}


/**
 * Count for a trunk. Without memory, or with too many trunks, it is not
 * counted.
 *
 * @param trunk   its name, at most DR_NAME_MAX bytes; empty: nothing to do
 * @param what    attempt or outcome
 * @param reason  its reason
 */
void dr_totals_count(
		struct dr_text trunk, enum dr_per_reason what, enum dr_reason reason)
{
	struct dr_trunk_total **bucket, *total;

	if(trunk.len == 0 || trunk.len > DR_NAME_MAX)
		return;
	bucket = bucket_of(trunk);
	lock_get(&totals->lock);
	total = find(*bucket, trunk);
	if(total == NULL)
		total = add(bucket, trunk);
	if(total)
		total->counts[what][reason]++;
	lock_release(&totals->lock);
}


/**
 * Go through the totals of all trunks, in no particular order
 *
 * No lock is held meanwhile: entries are never removed, and a bucket only
 * grows at its head.
 *
 * @param take   called for each
 * @param param  passed on
 *
 * @return 0, or what take() returned when that was not 0
 */
int dr_totals_each(dr_total_f take, void *param)
{
	const struct dr_trunk_total *total;
	int i, err;

	for(i = 0; i < BUCKETS; i++) {
		lock_get(&totals->lock);
		total = totals->buckets[i];
		lock_release(&totals->lock);
		for(; total; total = total->next) {
			err = take(param, total);
			if(err != 0)
				return err;
		}
	}
	return 0;
}
