/**
 * @file summary.c  How many INVITEs of a capture change their answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"
#include "json_map.h"
#include "summary.h"

static const char *const end_names[END_COUNT] = {
		[END_FAILED] = "failed",
		[END_ANSWERED] = "answered",
		[END_RELAYED] = "relayed",
		[END_IN_DIALOG] = "in_dialog",
		[END_OVERTAKEN] = "overtaken",
};


static bool is_change(const struct change *change, const struct dr_answer *old,
		const struct dr_answer *new)
{
	return change->old_reason == old->reason
		   && change->new_reason
					  == new->reason &&dr_text_is(
							  change->old_detail, old->detail)
		   && dr_text_is(change->new_detail, new->detail);
}


/**
 * Count a changed answer; ends the program when there is no memory
 *
 * @param summary The summary
 * @param old     The answer of the old map
 * @param new     And of the new one
 */
void summary_add(struct summary *summary, const struct dr_answer *old,
		const struct dr_answer *new)
{
	struct change *list = summary->list;
	size_t i = 0;

	summary->changed++;
	while(i < summary->count && !is_change(&list[i], old, new))
		i++;
	if(i == summary->count) {
		list = list_grow(list, i, &summary->room, sizeof(*list));
		list[i] = (struct change){
				old->reason, new->reason, old->detail, new->detail, 0};
		summary->list = list;
		summary->count++;
	}
	list[i].count++;
}


/* The most frequent first */
static int order_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}


static void sort(struct summary *summary)
{
	if(summary->count > 0)
		qsort(summary->list, summary->count, sizeof(*summary->list),
				order_changes);
}


/**
 * Print a summary
 *
 * @param summary The summary; its changes are sorted
 */
void summary_print(struct summary *summary)
{
	const size_t *ends = summary->ends;
	size_t i;

	sort(summary);
	printf("INVITEs: %zu failed (%zu change their answer), %zu answered, "
		   "%zu relayed, %zu in a dialog, %zu overtaken by another branch\n",
			ends[END_FAILED], summary->changed, ends[END_ANSWERED],
			ends[END_RELAYED], ends[END_IN_DIALOG], ends[END_OVERTAKEN]);
	for(i = 0; i < summary->count; i++) {
		const struct change *change = &summary->list[i];
		struct words words = {.len = 0};

		words_add_answer(&words, (int)change->old_reason, change->old_detail);
		words_add(&words, " -> ");
		words_add_answer(&words, (int)change->new_reason, change->new_detail);
		printf("%7zu  %s\n", change->count, words.s);
	}
}


/**
 * Write a summary into an object
 *
 * @param summary The summary; its changes are sorted
 * @param json    The document
 */
void summary_print_json(struct summary *summary, struct json *json)
{
	size_t i;

	sort(summary);
	json_open(json, "summary", '{');
	for(i = 0; i < END_COUNT; i++)
		json_number(json, end_names[i], (long)summary->ends[i]);
	json_number(json, "changed", (long)summary->changed);
	json_open(json, "changes", '[');
	for(i = 0; i < summary->count; i++) {
		const struct change *change = &summary->list[i];

		json_open(json, NULL, '{');
		json_number(json, "count", (long)change->count);
		json_open(json, "old", '{');
		json_answer(json, (int)change->old_reason, change->old_detail);
		json_close(json, '}');
		json_open(json, "new", '{');
		json_answer(json, (int)change->new_reason, change->new_detail);
		json_close(json, '}');
		json_close(json, '}');
	}
	json_close(json, ']');
	json_close(json, '}');
}


/**
 * Give back the memory of a summary
 *
 * @param summary The summary; empty afterwards
 */
void summary_free(struct summary *summary)
{
	free(summary->list);
	memset(summary, 0, sizeof(*summary));
}
