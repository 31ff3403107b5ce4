/**
 * @file condense.c  Fewer groups, for people
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "diff.h"
#include "sweep.h"

/* One way to put groups together: they agree in one answer, and in their causes
 * or in their codes. What is new matters more, so more of it is kept. */
struct way
{
	size_t least;	   /* so many groups */
	bool new_agrees;   /* else old */
	bool causes_agree; /* else codes */
};


static struct outcome *answer_of(struct group *group, bool of_new)
{
	return of_new ? &group->new : &group->old;
}


/* Plain replies and those with a cause are two contexts here: people look for
 * the first */
static bool same_context(const struct group *left, const struct group *right)
{
	const struct context *a = &left->context, *b = &right->context;

	return a->source == b->source && a->unresolved == b->unresolved
		   && set_have(&left->causes, 0) == set_have(&right->causes, 0)
		   && contexts_order(a, b) == 0;
}


/* Do two groups of one context agree in what the way asks for? */
static bool belong_together(
		struct group *a, struct group *b, const struct way *way)
{
	int order = way->causes_agree
						? memcmp(&a->causes, &b->causes, sizeof(a->causes))
						: memcmp(&a->codes, &b->codes, sizeof(a->codes));

	return order == 0 && a->afters == b->afters
		   && outcomes_equal(answer_of(a, way->new_agrees),
				   answer_of(b, way->new_agrees));
}


/* Make one of the group at i and all behind it that belong to it. Those become
 * free: there is no way to come to them. */
static void condense_from(
		struct groups *groups, size_t i, const struct way *way)
{
	struct group *first = &groups->list[i];
	struct outcome *other = answer_of(first, !way->new_agrees);
	size_t count = 0, end = i, j;

	while(end < groups->count && same_context(first, &groups->list[end]))
		count += belong_together(first, &groups->list[end++], way);
	if(count < way->least)
		return;

	for(j = i + 1; j < end; j++) {
		struct group *group = &groups->list[j];

		if(!belong_together(first, group, way))
			continue;
		set_unite(&first->codes, &group->codes);
		set_unite(&first->causes, &group->causes);
		group->afters = 0;
	}
	memset(other, 0, sizeof(*other));
	other->reason = REASON_SEVERAL;
}


static void drop_free(struct groups *groups)
{
	size_t i, kept = 0;

	for(i = 0; i < groups->count; i++) {
		if(groups->list[i].afters != 0)
			groups->list[kept++] = groups->list[i];
	}
	groups->count = kept;
}


/**
 * Put groups of one context together that have the same answer on one side and
 * several on the other, which become REASON_SEVERAL
 *
 * @param groups The groups; those of one context stand in a row
 */
void groups_condense(struct groups *groups)
{
	static const struct way ways[] = {{3, true, true}, {3, true, false},
			{10, false, true}, {10, false, false}};
	size_t w, i;

	for(w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
		for(i = 0; i < groups->count; i++) {
			if(groups->list[i].afters != 0)
				condense_from(groups, i, &ways[w]);
		}
		drop_free(groups);
	}
}
