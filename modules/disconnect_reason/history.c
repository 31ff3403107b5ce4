/**
 * @file history.c  What became of each attempt of a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Records are only made when something failed, and live as long as their call.
 */

#include <stdio.h>
#include <string.h>

#include "../../core/atomic_ops.h"
#include "../../core/dprint.h"
#include "../../core/mem/shm_mem.h"

#include "core/classify.h"
#include "history.h"


/** Readers without a lock see a list at any time: a record is complete before it
 * is linked */
static void append(struct dr_call *call, struct dr_record *record)
{
	struct dr_record **last = &call->records;

	while(*last)
		last = &(*last)->next;
	membar_write();
	*last = record;
}


/**
 * Keep an answer. Call it under tm's reply lock.
 *
 * @param call     call
 * @param answer   answer of the tables or of the map
 * @param profile  profile of the call's map that judged
 * @param branch   branch of the attempt, or DR_NONE
 * @param attempt  true: a branch, or a name that was not resolved, failed
 *
 * @return the record, owned by the call; NULL without memory, after a log line
 */
struct dr_record *dr_history_add(struct dr_call *call,
		const struct dr_answer *answer, int profile, int branch, bool attempt)
{
	struct dr_record *record = shm_mallocxz(sizeof(*record));

	if(record == NULL) {
		dr_call_lacks(call, "what became of an attempt");
		return NULL;
	}
	record->answer = *answer;
	record->profile = (short)profile;
	record->branch = (short)branch;
	record->attempt = attempt;
	append(call, record);
	return record;
}


static struct dr_record *scripts(const struct dr_call *call)
{
	struct dr_record *record = call->records;

	while(record && record->answer.decided_by != DR_BY_SCRIPT)
		record = record->next;
	return record;
}


/**
 * Keep what the script says, in place of what it said before: it may say
 * something at each of any number of replies. Call it under tm's reply lock.
 *
 * @param call    call
 * @param answer  answer of the script; its detail is copied
 *
 * @return the record, owned by the call; NULL without memory, after a log line
 */
struct dr_record *dr_history_script(
		struct dr_call *call, const struct dr_answer *answer)
{
	struct dr_record *record = scripts(call);
	bool is_new = record == NULL;

	if(is_new)
		record = shm_mallocxz(sizeof(*record) + DR_DETAIL_MAX);
	if(record == NULL) {
		dr_call_lacks(call, "what the script says");
		return NULL;
	}
	record->answer = *answer;
	record->answer.detail.s = record->detail;
	if(answer->detail.len > 0)
		memcpy(record->detail, answer->detail.s, answer->detail.len);
	record->profile = call->profile;
	record->branch = DR_NONE;
	if(is_new)
		append(call, record);
	return record;
}


/**
 * @param call    call
 * @param branch  branch of its transaction
 *
 * @return the record of that attempt, owned by the call; NULL when there is
 *         none
 */
struct dr_record *dr_history_of(const struct dr_call *call, int branch)
{
	struct dr_record *record;

	for(record = call->records; record; record = record->next)
		if(record->branch == branch)
			return record;
	return NULL;
}


/**
 * Let a record be why the call failed. Call it under tm's reply lock.
 *
 * @param call    call
 * @param record  one of its records, or NULL when there was no memory for it
 */
void dr_history_answer_with(struct dr_call *call, struct dr_record *record)
{
	struct dr_record *other;

	for(other = call->records; other; other = other->next)
		other->answers = other == record;
}


/**
 * @param call  call
 *
 * @return the record that is why it failed, owned by the call; NULL when there
 *         is none
 */
const struct dr_record *dr_history_answer(const struct dr_call *call)
{
	const struct dr_record *record = call->records;

	while(record && !record->answers)
		record = record->next;
	return record;
}


/**
 * @param call  call that ends
 */
void dr_history_free(struct dr_call *call)
{
	struct dr_record *record;

	while((record = call->records)) {
		call->records = record->next;
		shm_free(record);
	}
}


static size_t print_entry(
		char *buf, size_t size, const struct dr_answer *answer, bool first)
{
	struct dr_text name = dr_reason_name(answer->reason);
	char detail[DR_DETAIL_HEADER_MAX];
	int len;

	if(dr_detail_print(detail, sizeof(detail), answer) == 0)
		return 0;
	len = snprintf(buf, size, "%s%.*s;%s", first ? "" : ",", (int)name.len,
			name.s, detail);
	return len < 0 || (size_t)len >= size ? 0 : (size_t)len;
}


/**
 * Write the attempts of a call, the oldest first, separated by commas, each as
 * REASON;code=503;detail=unavailable;source=remote;trunk=a
 *
 * @param buf   where to write; entries that do not fit are left out
 * @param size  its size in bytes
 * @param call  call
 *
 * @return bytes written, 0 for a call without attempts
 */
size_t dr_history_print(char *buf, size_t size, const struct dr_call *call)
{
	const struct dr_record *record;
	size_t used = 0, len;

	for(record = call->records; record; record = record->next) {
		if(!record->attempt)
			continue;
		len = print_entry(buf + used, size - used, &record->answer, used == 0);
		if(len == 0)
			break;
		used += len;
	}
	return used;
}
