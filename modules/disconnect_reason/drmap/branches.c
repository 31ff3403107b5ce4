/**
 * @file branches.c  The INVITEs of a capture and how they ended
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "branches.h"
#include "main.h"


static char *copy_of(struct dr_text text)
{
	char *copy = must_have(malloc(text.len + 1));

	memcpy(copy, text.s, text.len);
	copy[text.len] = '\0';
	return copy;
}


static char *make_key(const struct message *message, struct dr_text branch)
{
	size_t size = message->call_id.len + message->cseq.len + branch.len + 3;
	char *key = must_have(malloc(size));

	snprintf(key, size, "%.*s\n%.*s\n%.*s", (int)message->call_id.len,
			message->call_id.s, (int)message->cseq.len, message->cseq.s,
			(int)branch.len, branch.s);
	return key;
}


static int order_keys(const void *left, const void *right)
{
	const struct branch *a = left, *b = right;

	return strcmp(a->key, b->key);
}


static struct branch *find(const struct branches *branches,
		const struct message *message, struct dr_text branch)
{
	struct branch wanted = {.key = make_key(message, branch)};
	struct branch **found = tfind(&wanted, &branches->by_key, order_keys);

	free(wanted.key);
	return found ? *found : NULL;
}


static void add_branch(struct branches *branches, const struct message *message,
		const struct dr_address *destination)
{
	struct branch *branch = must_have(calloc(1, sizeof(*branch)));

	branches->list = list_grow(branches->list, branches->count, &branches->room,
			sizeof(*branches->list));
	branches->list[branches->count++] = branch;
	branch->key = make_key(message, message->branch);
	branch->call_id = copy_of(message->call_id);
	branch->host = copy_of(message_next_hop(message));
	branch->destination = *destination;
	branch->in_dialog = message->has_to_tag;
	if(message->parent.len > 0)
		branch->parent = find(branches, message, message->parent);
	if(branch->parent)
		branch->parent->relayed = true;
	must_have(tsearch(branch, &branches->by_key, order_keys));
}


static void take_request(struct branches *branches,
		const struct message *message, const struct dr_address *destination)
{
	static const struct dr_text invite = DR_TEXT("INVITE"),
								cancel = DR_TEXT("CANCEL");
	struct branch *branch = find(branches, message, message->branch);

	if(dr_text_is(message->method, invite) && branch == NULL)
		add_branch(branches, message, destination);
	else if(dr_text_is(message->method, cancel) && branch && branch->code == 0)
		branch->cancelled = true;
}


static void take_reply(struct branches *branches, const struct message *message)
{
	static const struct dr_text invite = DR_TEXT("INVITE");
	struct branch *branch;
	enum dr_after after = dr_after_of(message->code);

	if(!dr_text_is(message->method, invite))
		return;
	branch = find(branches, message, message->branch);
	if(branch == NULL || branch->code != 0)
		return;
	if(message->code < 200) {
		if(after > branch->after)
			branch->after = after;
		return;
	}
	branch->code = message->code;
	branch->phrase = copy_of(message->phrase);
	branch->headers = copy_of(message->headers);
	branch->headers_len = message->headers.len;
	branch->ended_at = branches->messages;
}


/**
 * Take the next message of a capture; ends the program when there is no memory
 *
 * @param context     struct branches
 * @param text        The message
 * @param destination Address that it was sent to; of no length: not known
 */
void branches_take(void *context, struct dr_text text,
		const struct dr_address *destination)
{
	struct branches *branches = context;
	struct message message;

	branches->messages++;
	if(!message_parse(text, &message))
		return;

	if(message.code == 0)
		take_request(branches, &message, destination);
	else
		take_reply(branches, &message);
}


/**
 * Give back the memory of branches
 *
 * @param branches The branches; empty afterwards
 */
void branches_free(struct branches *branches)
{
	size_t i;

	for(i = 0; i < branches->count; i++) {
		struct branch *branch = branches->list[i];

		tdelete(branch, &branches->by_key, order_keys);
		free(branch->key);
		free(branch->call_id);
		free(branch->host);
		free(branch->phrase);
		free(branch->headers);
		free(branch);
	}
	free(branches->list);
	memset(branches, 0, sizeof(*branches));
}
