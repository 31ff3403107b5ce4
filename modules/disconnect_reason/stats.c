/**
 * @file stats.c  What is counted: the statistics of Kamailio, and totals of each trunk
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Kamailio keeps a value for each process and adds them up when they are read,
 * so counting takes no lock.
 *
 * Totals are kept by name, so that they outlive a reload of the map. An entry
 * is made when a trunk is first counted, and stays.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../core/counters.h"
#include "../../core/dprint.h"
#include "../../core/hashes.h"
#include "../../core/locking.h"
#include "../../core/mem/mem.h"
#include "../../core/mem/shm_mem.h"

#include "stats.h"

#define BUCKETS 1024

/** A script may name trunks as it likes: more than these are not kept */
#define TRUNKS_MAX DR_TRUNKS_MAX

struct totals
{
	gen_lock_t lock; /**< guards all below */
	int count;
	struct dr_trunk_stats *buckets[BUCKETS];
};

static struct totals *totals;

static int init_totals(void)
{
	totals = shm_mallocxz(sizeof(*totals));
	if(totals == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	if(lock_init(&totals->lock))
		return 0;
	LM_ERR("failed to initialize the lock of the trunks' totals\n");
	return -1;
}

static struct dr_trunk_stats **bucket_of(struct dr_text trunk)
{
	str name = {(char *)trunk.s, (int)trunk.len};

	return &totals->buckets[get_hash1_raw(name.s, name.len) % BUCKETS];
}

static struct dr_trunk_stats *find(
		struct dr_trunk_stats *total, struct dr_text trunk)
{
	while(total
			&& (total->len != trunk.len
					|| memcmp(total->name, trunk.s, trunk.len) != 0))
		total = total->next;
	return total;
}

static struct dr_trunk_stats *add(
		struct dr_trunk_stats **bucket, struct dr_text trunk)
{
	struct dr_trunk_stats *total;

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
		LM_WARN("%d trunks have totals: further ones get none\n", TRUNKS_MAX);
	return total;
}

/** Count for a trunk, unless there is no memory, or there are too many trunks */
static void count_for_trunk(
		struct dr_text trunk, enum dr_per_reason what, enum dr_reason reason)
{
	struct dr_trunk_stats **bucket, *total;

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
int dr_stats_each_trunk(dr_trunk_stats_f take, void *param)
{
	const struct dr_trunk_stats *total;
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

#define GROUP "disconnect_reason"

/** Longest name of a statistic, with its zero byte */
#define NAME_MAX_LEN 64

static counter_handle_t per_reason[DR_PER_REASON_COUNT][DR_REASON_COUNT];
static counter_handle_t counters[DR_COUNTER_COUNT];

static const struct
{
	const char *name;
	const char *doc;
} per_reason_texts[] = {
		[DR_ATTEMPTS] = {"attempts", "branches that failed, by reason"},
		[DR_OUTCOMES] = {"outcomes", "failures that callers got, by reason"},
};

/* clang-format off */
static counter_def_t defs[] = {
	{&counters[DR_UNCLASSIFIED], "unclassified", 0, 0, 0,
		"failed attempts with a code that no table and no rule has"},
	{&counters[DR_SPOOFED_REMOVED], "spoofed_removed", 0, 0, 0,
		"header names of ours that trunks sent, made unreadable"},
	{&counters[DR_RELOADS_OK], "reloads_ok", 0, 0, 0,
		"reloads of the map that put it in force"},
	{&counters[DR_RELOADS_FAILED], "reloads_failed", 0, 0, 0,
		"reloads of the map that failed"},
	{0, 0, 0, 0, 0, 0}
};
/* clang-format on */

_Static_assert(sizeof(per_reason_texts) / sizeof(*per_reason_texts)
							   == DR_PER_REASON_COUNT
					   && sizeof(defs) / sizeof(*defs) == DR_COUNTER_COUNT + 1,
		"a counter has no name");

/** The core keeps the name, so it is never freed */
static char *name_of(enum dr_per_reason what, enum dr_reason reason)
{
	struct dr_text text = dr_reason_name(reason);
	char *name = pkg_malloc(NAME_MAX_LEN), *p;

	if(name == NULL) {
		PKG_MEM_ERROR;
		return NULL;
	}
	snprintf(name, NAME_MAX_LEN, "%s_%.*s", per_reason_texts[what].name,
			(int)text.len, text.s);
	for(p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

static int register_per_reason(enum dr_per_reason what, enum dr_reason reason)
{
	char *name = name_of(what, reason);

	return name ? counter_register(&per_reason[what][reason], GROUP, name, 0, 0,
						  0, per_reason_texts[what].doc, 0)
				: -1;
}

/**
 * Register all statistics. Call once, before forking.
 *
 * @return 0, or -1 after a log line
 */
int dr_stats_init(void)
{
	enum dr_per_reason what;
	enum dr_reason reason;
	int err = counter_register_array(GROUP, defs);

	for(what = 0; what < DR_PER_REASON_COUNT; what++)
		for(reason = 0; reason < DR_REASON_COUNT; reason++)
			if(register_per_reason(what, reason) < 0)
				err = -1;
	if(err < 0)
		LM_ERR("failed to register the statistics\n");
	return err < 0 ? -1 : init_totals();
}

/**
 * @param counter  what to count
 * @param times    how often it happened
 */
void dr_stats_count(enum dr_counter counter, int times)
{
	counter_add(counters[counter], times);
}

/** The caller will send the call again with credentials: nothing has failed
 * yet. When the proxy itself sent some, it has: the trunk refused them. */
static int is_challenge(const struct dr_answer *answer)
{
	return (answer->code == 401 || answer->code == 407) && !answer->authorized
		   && (answer->decided_by == DR_BY_CODE
				   || answer->decided_by == DR_BY_TRUNK);
}

/**
 * Count an answer, for all and for its trunk. A challenge, 401 or 407, counts
 * only when a rule of the map, or the script, said what it means.
 *
 * @param what    attempts or outcomes
 *
 * @return whether it counts
 */
bool dr_stats_count_answer(
		enum dr_per_reason what, const struct dr_answer *answer)
{
	if(is_challenge(answer))
		return false;
	counter_inc(per_reason[what][answer->reason]);
	if(what == DR_ATTEMPTS && dr_is_unclassified(answer))
		dr_stats_count(DR_UNCLASSIFIED, 1);
	count_for_trunk(answer->trunk, what, answer->reason);
	return true;
}

/**
 * @param what  attempts or outcomes
 *
 * @return its name
 */
const char *dr_stats_per_reason_name(enum dr_per_reason what)
{
	return per_reason_texts[what].name;
}

/**
 * @return the name of a counter
 */
const char *dr_stats_name(enum dr_counter counter)
{
	return counter_get_name(counters[counter]);
}

/**
 * @return the value of a counter, of all processes
 */
long dr_stats_value(enum dr_counter counter)
{
	return counter_get_val(counters[counter]);
}

/**
 * @param what    attempts or outcomes
 * @param reason  reason
 *
 * @return how many there were, in all processes
 */
long dr_stats_answers(enum dr_per_reason what, enum dr_reason reason)
{
	return counter_get_val(per_reason[what][reason]);
}
