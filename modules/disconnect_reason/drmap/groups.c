/**
 * @file groups.c  Inputs with the same answer, put together
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "main.h"
#include "groups.h"

/* Compare two numbers for qsort() */
#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))


/**
 * Add a code to a set
 *
 * @param set  The set
 * @param code CODE_MIN to CODE_MAX, or 0 for none
 */
void codes_add(struct code_set *set, int code)
{
	unsigned bit = code == 0 ? 0 : (unsigned)(code - CODE_MIN + 1);

	set->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}


/**
 * Is a code in a set?
 *
 * @param set  The set
 * @param code As for codes_add()
 *
 * @return true when it is
 */
bool codes_have(const struct code_set *set, int code)
{
	unsigned bit = code == 0 ? 0 : (unsigned)(code - CODE_MIN + 1);

	return set->bits[bit / 64] >> bit % 64 & 1;
}


/**
 * Add a cause to a set
 *
 * @param set   The set
 * @param cause 1 to CAUSE_MAX, or 0 for none
 */
void causes_add(struct cause_set *set, int cause)
{
	set->bits[cause / 64] |= (uint64_t)1 << cause % 64;
}


/**
 * Is a cause in a set?
 *
 * @param set   The set
 * @param cause As for causes_add()
 *
 * @return true when it is
 */
bool causes_have(const struct cause_set *set, int cause)
{
	return set->bits[cause / 64] >> cause % 64 & 1;
}


/**
 * Which of two texts comes first, by their bytes?
 *
 * @param a One text
 * @param b The other
 *
 * @return Below 0, 0 or above 0, as qsort() wants it
 */
int texts_order(struct dr_text a, struct dr_text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.s, b.s, len) : 0;

	return order ? order : ORDER(a.len, b.len);
}


static void unite(uint64_t *into, const uint64_t *from, size_t count)
{
	size_t i;

	for(i = 0; i < count; i++)
		into[i] |= from[i];
}


/**
 * Add all codes of a set to another one
 *
 * @param into The set that grows
 * @param from The codes that are added
 */
void codes_unite(struct code_set *into, const struct code_set *from)
{
	unite(into->bits, from->bits, sizeof(into->bits) / sizeof(*into->bits));
}


/**
 * Add all causes of a set to another one
 *
 * @param into The set that grows
 * @param from The causes that are added
 */
void causes_unite(struct cause_set *into, const struct cause_set *from)
{
	unite(into->bits, from->bits, sizeof(into->bits) / sizeof(*into->bits));
}


static int order_outcomes(const struct outcome *a, const struct outcome *b)
{
	int order = ORDER(a->reason, b->reason);

	if(!order)
		order = texts_order(a->detail, b->detail);
	if(!order)
		order = ORDER(a->decided_by, b->decided_by);
	if(!order)
		order = ORDER(a->rule, b->rule);
	if(!order)
		order = texts_order(a->row, b->row);
	return order ? order : ORDER(a->row_code, b->row_code);
}


/**
 * Are two answers the same?
 *
 * @param a One answer
 * @param b The other
 *
 * @return true when they are
 */
bool outcomes_equal(const struct outcome *a, const struct outcome *b)
{
	return order_outcomes(a, b) == 0;
}


static int order_answers(const struct group *a, const struct group *b)
{
	int order = order_outcomes(&a->old, &b->old);

	return order ? order : order_outcomes(&a->new, &b->new);
}


static int order_codes(const struct group *a, const struct group *b)
{
	return memcmp(&a->codes, &b->codes, sizeof(a->codes));
}


static int order_causes(const struct group *a, const struct group *b)
{
	return memcmp(&a->causes, &b->causes, sizeof(a->causes));
}


/* Groups that differ in nothing but their codes come to stand together */
static int order_for_codes(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int order = order_answers(a, b);

	if(!order)
		order = order_causes(a, b);
	return order ? order : ORDER(a->afters, b->afters);
}


/* Groups that differ in nothing but their causes come to stand together */
static int order_for_causes(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int order = order_answers(a, b);

	if(!order)
		order = order_codes(a, b);
	return order ? order : ORDER(a->afters, b->afters);
}


static int lowest(const uint64_t *bits, size_t count)
{
	size_t i = 0;

	while(i < count * 64 && !(bits[i / 64] >> i % 64 & 1))
		i++;
	return (int)i;
}


/* For people: by code, cause and after, each by the lowest in its set */
static int order_for_people(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	size_t codes = sizeof(a->codes.bits) / sizeof(*a->codes.bits);
	size_t causes = sizeof(a->causes.bits) / sizeof(*a->causes.bits);
	int order = ORDER(
			lowest(a->causes.bits, causes), lowest(b->causes.bits, causes));

	if(!order)
		order = ORDER(
				lowest(a->codes.bits, codes), lowest(b->codes.bits, codes));
	if(!order)
		order = ORDER(a->afters, b->afters);
	return order ? order : order_answers(a, b);
}


/* Sort the groups that are not complete and make one of those that compare as
 * equal */
static void merge(
		struct groups *groups, int (*order)(const void *, const void *))
{
	struct group *list = groups->list + groups->merged;
	size_t count = groups->count - groups->merged;
	size_t i, kept = 0;

	if(count == 0)
		return;

	qsort(list, count, sizeof(*list), order);
	for(i = 1; i < count; i++) {
		if(order(&list[kept], &list[i]) != 0) {
			list[++kept] = list[i];
			continue;
		}
		codes_unite(&list[kept].codes, &list[i].codes);
		causes_unite(&list[kept].causes, &list[i].causes);
	}
	groups->count = groups->merged + kept + 1;
}


/* Does a group differ from another one in nothing but after? */
static bool differs_in_after(const struct group *a, const struct group *b)
{
	return order_codes(a, b) == 0 && order_causes(a, b) == 0
		   && order_answers(a, b) == 0;
}


/**
 * Add an input with its answer
 *
 * Ends the program when there is no memory.
 *
 * @param groups The groups; all zero at first
 * @param group  A group of one input. Inputs that differ in nothing but after
 *               follow each other; the context is the same in all groups since
 *               groups_merge().
 */
void groups_add(struct groups *groups, const struct group *group)
{
	size_t i = groups->count;
	size_t newest = i > DR_AFTER_COUNT ? i - DR_AFTER_COUNT : 0;

	for(; i > newest && i > groups->merged; i--) {
		if(differs_in_after(&groups->list[i - 1], group)) {
			groups->list[i - 1].afters |= group->afters;
			return;
		}
	}
	groups->list = list_grow(
			groups->list, groups->count, &groups->room, sizeof(*groups->list));
	groups->list[groups->count++] = *group;
}


/**
 * Put together what was added in one context; what comes next is in another
 *
 * @param groups The groups
 */
void groups_merge(struct groups *groups)
{
	merge(groups, order_for_codes);
	merge(groups, order_for_causes);
	if(groups->count > groups->merged)
		qsort(groups->list + groups->merged, groups->count - groups->merged,
				sizeof(*groups->list), order_for_people);
	groups->merged = groups->count;
}


/**
 * Give back the memory of groups
 *
 * @param groups The groups; empty afterwards
 */
void groups_free(struct groups *groups)
{
	free(groups->list);
	memset(groups, 0, sizeof(*groups));
}
