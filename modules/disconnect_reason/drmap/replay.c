/**
 * @file replay.c  drmap replay: what a new map changes for the calls of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/explain.h"
#include "capture.h"
#include "json.h"
#include "json_map.h"
#include "main.h"
#include "message.h"
#include "print.h"

/** An INVITE and its end; it owns all its strings */
struct branch
{
	char *key; /**< made of Call-ID, CSeq and branch */
	char *call_id;
	char *host;	  /**< its next hop, as the request names it */
	char *phrase; /**< of the first final reply, as all below; NULL: none */
	char *headers;
	size_t headers_len;
	int code;		 /**< 0: none came */
	size_t ended_at; /**< number of the message that ended it */
	enum dr_after after;
	struct dr_address destination;
	struct branch *parent; /**< the one received that this was sent for */
	bool relayed;		   /**< some other one was sent for this */
	bool in_dialog;
	bool cancelled;
};

/** All INVITEs of a capture, in its order; all zero at first */
struct branches
{
	struct branch **list;
	size_t count;
	size_t room;
	void *by_key; /**< tree of tsearch() */
	size_t messages;
};

/** What one map says of a branch */
struct judgement
{
	struct dr_trunk trunk;
	struct dr_answer answer;
};

/** What became of a branch */
enum end
{
	END_FAILED,
	END_ANSWERED,
	END_RELAYED,   /**< counted where it was sent to */
	END_IN_DIALOG, /**< a re-INVITE, which has no reason */
	END_OVERTAKEN, /**< cancelled because another branch ended the call */
	END_COUNT
};

/** One way in which answers change */
struct change
{
	enum dr_reason old_reason;
	enum dr_reason new_reason;
	struct dr_text old_detail;
	struct dr_text new_detail;
	size_t count;
};

/** A summary; all zero at first. Its texts belong to the maps. */
struct summary
{
	size_t ends[END_COUNT];
	size_t changed;
	struct change *list;
	size_t count;
	size_t room;
};

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
static void branches_take(void *context, struct dr_text text,
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
static void branches_free(struct branches *branches)
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


#define TIMEOUT_CODE 408


/* Did the proxy that sent a branch give it up first, by its timer? Then what
 * came later, such as the 487 to its CANCEL, says nothing. */
static bool timed_out(const struct branch *branch)
{
	const struct branch *parent = branch->parent;

	if(branch->code == 0)
		return true;

	return parent && parent->code == TIMEOUT_CODE
		   && parent->ended_at < branch->ended_at;
}


/* Who cancels a call is the caller, as far as the capture shows him: a proxy
 * cancels branches for other reasons, too */
static bool caller_cancelled(const struct branch *branch)
{
	while(branch->parent)
		branch = branch->parent;

	return branch->cancelled;
}


static bool was_overtaken(const struct branch *branch)
{
	return branch->cancelled && branch->parent
		   && branch->parent->code != TIMEOUT_CODE && !caller_cancelled(branch)
		   && (branch->code == 0 || branch->code == 487);
}


/**
 * What became of a branch?
 *
 * @param branch The branch
 *
 * @return Its end; only what is END_FAILED has a reason
 */
static enum end branch_end(const struct branch *branch)
{
	if(branch->in_dialog)
		return END_IN_DIALOG;
	if(branch->relayed)
		return END_RELAYED;
	if(branch->code >= 200 && branch->code < 300)
		return END_ANSWERED;

	return was_overtaken(branch) ? END_OVERTAKEN : END_FAILED;
}


/**
 * Who made a branch fail?
 *
 * @param branch The branch
 *
 * @return Its source; that a request could not be sent is not seen in a capture
 */
static enum dr_source branch_source(const struct branch *branch)
{
	if(caller_cancelled(branch))
		return DR_SOURCE_CANCEL;

	return timed_out(branch) ? DR_SOURCE_TIMEOUT : DR_SOURCE_REMOTE;
}


/* The header fields that may name the reason: the map's bridges get them from
 * the module, else they have the module's own name */
static bool find_report(const struct branch *branch, const struct dr_map *map,
		enum dr_reason *reason)
{
	static const struct dr_text standard = DR_TEXT("X-LK-Disconnect-Reason");
	struct dr_text headers = {branch->headers, branch->headers_len};
	struct dr_text names[DR_BRIDGE_HEADERS_MAX];
	struct dr_bridge bridge;
	int i, j;

	if(dr_map_bridge_count(map) == 0)
		return dr_reason_of_headers(headers, &standard, 1, reason);

	for(i = 0; i < dr_map_bridge_count(map); i++) {
		dr_map_get_bridge(map, i, &bridge);
		for(j = 0; j < bridge.header_count; j++)
			names[j] = dr_map_bridge_header(map, i, j);
		if(dr_reason_of_headers(
				   headers, names, (size_t)bridge.header_count, reason))
			return true;
	}
	return false;
}


/**
 * Judge a branch by a map
 *
 * @param branch    A branch whose end is END_FAILED
 * @param map       The map, or NULL for the built-in tables
 * @param profile   Number of the profile, DR_NONE: that of the branch's trunk
 * @param judgement Set; its texts belong to the map, or are constant
 */
static void branch_judge(const struct branch *branch, const struct dr_map *map,
		int profile, struct judgement *judgement)
{
	struct dr_attempt attempt = {
			.map = map, .q850 = true, .source = branch_source(branch)};

	find_trunk(map, branch->host, &branch->destination, &judgement->trunk);
	attempt.profile = profile != DR_NONE ? profile : judgement->trunk.profile;
	attempt.after = branch->after;
	if(attempt.source == DR_SOURCE_REMOTE) {
		attempt.code = branch->code;
		attempt.phrase = text_of(branch->phrase);
		attempt.headers =
				(struct dr_text){branch->headers, branch->headers_len};
		attempt.reported = judgement->trunk.trust
						   && find_report(branch, map, &attempt.report);
	}
	dr_classify(&attempt, &judgement->answer);
}


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
static void summary_add(struct summary *summary, const struct dr_answer *old,
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
static void summary_print(struct summary *summary)
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
 */
static void summary_print_json(struct summary *summary)
{
	size_t i;

	sort(summary);
	json_open("summary", '{');
	for(i = 0; i < END_COUNT; i++)
		json_number(end_names[i], (long)summary->ends[i]);
	json_number("changed", (long)summary->changed);
	json_open("changes", '[');
	for(i = 0; i < summary->count; i++) {
		const struct change *change = &summary->list[i];

		json_open(NULL, '{');
		json_number("count", (long)change->count);
		json_open("old", '{');
		json_answer((int)change->old_reason, change->old_detail);
		json_close('}');
		json_open("new", '{');
		json_answer((int)change->new_reason, change->new_detail);
		json_close('}');
		json_close('}');
	}
	json_close(']');
	json_close('}');
}


/**
 * Give back the memory of a summary
 *
 * @param summary The summary; empty afterwards
 */
static void summary_free(struct summary *summary)
{
	free(summary->list);
	memset(summary, 0, sizeof(*summary));
}


/* clang-format off */
static const char help[] =
"usage: drmap replay OLD NEW [OPTION ...] <CAPTURE\n"
"       drmap replay OLD NEW [OPTION ...] --fields FILE\n"
"\n"
"Prints what both maps say of each failed INVITE in a capture, and sums up what\n"
"changes. tshark reads the capture.\n"
"\n"
"  --fields FILE        what tshark wrote elsewhere; - for standard input:\n"
"                       tshark -n -r CAPTURE -Y sip -T ek -x -j 'ip ipv6 sip'\n"
"  --decode-as RULE     for tshark -d, e.g. tcp.port==5080,sip; may be repeated\n"
"  --profile NAME       judge by this profile, whatever the trunk\n"
"  --changed            only INVITEs that change their answer\n"
COMMON_HELP
"\n"
"Exit status: 0 the same answers, 1 some change or a map is wrong, 2 usage or no\n"
"tshark.\n";
/* clang-format on */

static const struct option options[] = {{"fields", required_argument, NULL, 0},
		{"profile", required_argument, NULL, 0},
		{"changed", no_argument, NULL, 0},
		{"decode-as", required_argument, NULL, 0}, COMMON_OPTIONS};

/* What the command line asks for, and what comes out */
struct replay
{
	struct capture capture;
	const char *profile; /* NULL: that of the trunk */
	bool only_changed;
	bool as_json;
	struct named_map old;
	struct named_map new;
	int old_profile; /* DR_NONE: that of the trunk */
	int new_profile;
	struct branches branches;
	struct summary summary;
};


static int take_wish(void *context, const char *name, const char *value)
{
	struct replay *replay = context;
	struct capture *capture = &replay->capture;

	if(strcmp(name, "fields") == 0) {
		capture->fields = value;
	} else if(strcmp(name, "profile") == 0) {
		replay->profile = value;
	} else if(strcmp(name, "changed") == 0) {
		replay->only_changed = true;
	} else if(capture->decode_as_count < DECODE_AS_MAX) {
		capture->decode_as[capture->decode_as_count++] = value;
	} else {
		return print_error("replay: --decode-as: expected at most %d of them",
				DECODE_AS_MAX);
	}
	return STATUS_GO_ON;
}


static void add_side(struct words *words, const struct judgement *judgement,
		const struct dr_map *map)
{
	words_add_answer(
			words, (int)judgement->answer.reason, judgement->answer.detail);
	if(judgement->answer.decided_by == DR_BY_RULE) {
		words_add(words, " (");
		words_add_rule(words, map, judgement->answer.rule);
		words_add(words, ")");
	}
}


static void print_text(const struct replay *replay, const struct branch *branch,
		const struct judgement *old, const struct judgement *new, bool changed)
{
	struct words words = {.len = 0};

	words_add_text(&words, text_of(branch->call_id));
	words_add(&words, ": ");
	if(new->answer.source != DR_SOURCE_REMOTE) {
		words_add_text(&words, dr_source_name(new->answer.source));
	} else {
		words_add(&words, "%d ", branch->code);
		words_add_text(&words, text_of(branch->phrase));
	}
	words_add(&words, " after ");
	words_add_text(&words, dr_after_name(branch->after));
	words_add(&words, ": ");
	add_side(&words, old, replay->old.map);
	if(changed) {
		words_add(&words, " -> ");
		add_side(&words, new, replay->new.map);
	}
	puts(words.s);
}


static void print_json_side(const char *key, const struct judgement *judgement,
		const struct dr_map *map)
{
	const struct dr_answer *answer = &judgement->answer;

	json_open(key, '{');
	if(judgement->trunk.name.len > 0)
		json_text("trunk", judgement->trunk.name);
	json_answer((int)answer->reason, answer->detail);
	if(answer->cause != DR_CAUSE_NONE)
		json_number("q850", answer->cause);
	json_text("decided_by", dr_decider_name(answer->decided_by));
	if(answer->decided_by == DR_BY_RULE)
		json_rule(map, answer->rule);
	else
		json_text("row", answer->row);
	json_close('}');
}


static void print_json(struct replay *replay, const struct branch *branch,
		const struct judgement *old, const struct judgement *new, bool changed)
{
	json_open(NULL, '{');
	json_string("call_id", branch->call_id);
	json_text("source", dr_source_name(new->answer.source));
	if(new->answer.source == DR_SOURCE_REMOTE) {
		json_number("code", branch->code);
		json_string("phrase", branch->phrase);
	}
	json_text("after", dr_after_name(branch->after));
	json_bool("changed", changed);
	print_json_side("old", old, replay->old.map);
	print_json_side("new", new, replay->new.map);
	json_close('}');
}


static void judge(struct replay *replay, const struct branch *branch)
{
	struct judgement old, new;
	bool changed;

	branch_judge(branch, replay->old.map, replay->old_profile, &old);
	branch_judge(branch, replay->new.map, replay->new_profile, &new);
	changed = old.answer.reason != new.answer.reason
			  || !dr_text_is(old.answer.detail, new.answer.detail);
	if(changed)
		summary_add(&replay->summary, &old.answer, &new.answer);
	if(replay->only_changed && !changed)
		return;
	if(replay->as_json)
		print_json(replay, branch, &old, &new, changed);
	else
		print_text(replay, branch, &old, &new, changed);
}


static void print_replay(struct replay *replay)
{
	size_t i;

	if(replay->as_json) {
		json_open(NULL, '{');
		json_string("old", replay->old.name);
		json_string("new", replay->new.name);
		json_open("invites", '[');
	}
	for(i = 0; i < replay->branches.count; i++) {
		const struct branch *branch = replay->branches.list[i];
		enum end end = branch_end(branch);

		replay->summary.ends[end]++;
		if(end == END_FAILED)
			judge(replay, branch);
	}
	if(replay->as_json) {
		json_close(']');
		summary_print_json(&replay->summary);
		json_close('}');
	} else {
		summary_print(&replay->summary);
	}
}


static int replay_capture(struct replay *replay)
{
	int status =
			capture_read(&replay->capture, branches_take, &replay->branches);

	if(status == STATUS_GO_ON || replay->branches.messages > 0)
		print_replay(replay);
	if(status == STATUS_GO_ON)
		status = replay->summary.changed > 0 ? STATUS_NO : STATUS_OK;
	branches_free(&replay->branches);
	summary_free(&replay->summary);
	return status;
}


static int run(const struct command *command, int argc, char **argv)
{
	struct replay replay = {.profile = NULL};
	struct arguments arguments;
	int status;

	status = arguments_parse(
			command, argc, argv, take_wish, &replay, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	replay.as_json = arguments.json;
	replay.old = arguments.maps[0];
	replay.new = arguments.maps[1];
	if(status == STATUS_GO_ON)
		status = find_profile(
				command, &replay.old, replay.profile, &replay.old_profile);
	if(status == STATUS_GO_ON)
		status = find_profile(
				command, &replay.new, replay.profile, &replay.new_profile);
	if(status == STATUS_GO_ON)
		status = replay_capture(&replay);
	maps_free(&arguments);
	return status;
}


const struct command command_replay = {"replay", run, help, 2, 2, options};
