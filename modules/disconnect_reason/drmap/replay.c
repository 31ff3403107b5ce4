/**
 * @file replay.c  drmap replay: what a new map changes for the calls of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A branch is one INVITE transaction between two hosts, as in tm: the same
 * Call-ID, the same number of CSeq, the same branch parameter in the topmost
 * Via. The INVITE that a proxy received and the INVITEs that it sent for it are
 * branches, too: those sent name the one received in the Via below.
 */

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "../core/classify.h"
#include "capture.h"
#include "json.h"
#include "main.h"
#include "message.h"
#include "print.h"

#define TIMEOUT_CODE 408

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

/* An INVITE and its end; it owns all its strings */
struct branch
{
	char *key; /* made of Call-ID, CSeq and branch */
	char *call_id;
	char *host;	  /* its next hop, as the request names it */
	char *phrase; /* of the first final reply, as all below; NULL: none */
	char *headers;
	size_t headers_len;
	int code;		 /* 0: none came */
	size_t ended_at; /* number of the message that ended it */
	enum dr_after after;
	struct dr_address destination;
	struct branch *parent; /* the one received that this was sent for */
	bool relayed;		   /* some other one was sent for this */
	bool in_dialog;
	bool cancelled;
};

/* All INVITEs of a capture, in its order */
struct branches
{
	LIST(branch_list, struct branch *) all;
	void *by_key; /* tree of tsearch() */
	size_t messages;
};

/* What became of a branch */
enum end
{
	END_FAILED,
	END_ANSWERED,
	END_RELAYED,   /* counted where it was sent to */
	END_IN_DIALOG, /* a re-INVITE, which has no reason */
	END_OVERTAKEN, /* cancelled because another branch ended the call */
	END_COUNT
};

/* What one map says of a branch */
struct result
{
	struct dr_trunk trunk;
	struct dr_answer answer;
};

/* One way in which answers change; the texts belong to the maps */
struct change
{
	struct outcome old;
	struct outcome new;
	size_t count;
};

/* A map and the profile that is asked */
struct replay_side
{
	const char *key; /* in JSON */
	struct named_map map;
	int profile; /* DR_NONE: that of the trunk */
};

/* What the command line asks for, and what comes out */
struct replay
{
	struct capture capture;
	const char *profile; /* NULL: that of the trunk */
	bool only_changed;
	bool as_json;
	struct replay_side old;
	struct replay_side new;
	struct branches branches;
	size_t ends[END_COUNT];
	size_t changed;
	LIST(changes, struct change) changes;
};

static int parse_option(void *context, const char *name, const char *value)
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

static struct branch *find_branch(const struct branches *branches,
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

	list_add(&branches->all, branch);
	branch->key = make_key(message, message->branch);
	branch->call_id = copy_of(message->call_id);
	branch->host = copy_of(message_next_hop(message));
	branch->destination = *destination;
	branch->in_dialog = message->has_to_tag;
	if(message->parent.len > 0)
		branch->parent = find_branch(branches, message, message->parent);
	if(branch->parent)
		branch->parent->relayed = true;
	must_have(tsearch(branch, &branches->by_key, order_keys));
}

static void add_request(struct branches *branches,
		const struct message *message, const struct dr_address *destination)
{
	static const struct dr_text invite = DR_TEXT("INVITE"),
								cancel = DR_TEXT("CANCEL");
	struct branch *branch = find_branch(branches, message, message->branch);

	if(dr_text_is(message->method, invite) && branch == NULL)
		add_branch(branches, message, destination);
	else if(dr_text_is(message->method, cancel) && branch && branch->code == 0)
		branch->cancelled = true;
}

static void add_reply(struct branches *branches, const struct message *message)
{
	static const struct dr_text invite = DR_TEXT("INVITE");
	struct branch *branch;
	enum dr_after after = dr_after_of(message->code);

	if(!dr_text_is(message->method, invite))
		return;
	branch = find_branch(branches, message, message->branch);
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

/* Add the next message of a capture */
static void add_message(void *context, struct dr_text text,
		const struct dr_address *destination)
{
	struct branches *branches = context;
	struct message message;

	branches->messages++;
	if(!message_parse(text, &message))
		return;

	if(message.code == 0)
		add_request(branches, &message, destination);
	else
		add_reply(branches, &message);
}

static void free_branches(struct branches *branches)
{
	size_t i;

	for(i = 0; i < branches->all.count; i++) {
		struct branch *branch = branches->all.list[i];

		tdelete(branch, &branches->by_key, order_keys);
		free(branch->key);
		free(branch->call_id);
		free(branch->host);
		free(branch->phrase);
		free(branch->headers);
		free(branch);
	}
	free(branches->all.list);
}

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

/* Only what is END_FAILED has a reason */
static enum end end_of(const struct branch *branch)
{
	if(branch->in_dialog)
		return END_IN_DIALOG;
	if(branch->relayed)
		return END_RELAYED;
	if(branch->code >= 200 && branch->code < 300)
		return END_ANSWERED;

	return was_overtaken(branch) ? END_OVERTAKEN : END_FAILED;
}

/* Who made a branch fail? That a request could not be sent is not seen in a
 * capture. */
static enum dr_source source_of(const struct branch *branch)
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

static void classify(const struct branch *branch,
		const struct replay_side *side, struct result *result)
{
	const struct dr_map *map = side->map.map;
	struct dr_attempt attempt = {.map = map,
			.q850 = true,
			.source = source_of(branch),
			.after = branch->after};

	find_trunk(map, branch->host, &branch->destination, &result->trunk);
	attempt.profile =
			side->profile != DR_NONE ? side->profile : result->trunk.profile;
	if(attempt.source == DR_SOURCE_REMOTE) {
		attempt.code = branch->code;
		attempt.phrase = text_of(branch->phrase);
		attempt.headers =
				(struct dr_text){branch->headers, branch->headers_len};
		attempt.reported = result->trunk.trust
						   && find_report(branch, map, &attempt.report);
	}
	dr_classify(&attempt, &result->answer);
}

static void print_side(
		const struct replay_side *side, const struct result *result)
{
	struct outcome outcome = outcome_of(&result->answer, false);

	answer_print(stdout, &outcome);
	if(result->answer.decided_by != DR_BY_RULE)
		return;
	fputs(" (", stdout);
	rule_print(stdout, side->map.map, result->answer.rule);
	fputc(')', stdout);
}

static void print_text(const struct replay *replay, const struct branch *branch,
		const struct result *old, const struct result *new, bool changed)
{
	text_print(stdout, text_of(branch->call_id));
	fputs(": ", stdout);
	if(new->answer.source != DR_SOURCE_REMOTE) {
		text_print(stdout, dr_source_name(new->answer.source));
	} else {
		printf("%d ", branch->code);
		text_print(stdout, text_of(branch->phrase));
	}
	fputs(" after ", stdout);
	text_print(stdout, dr_after_name(branch->after));
	fputs(": ", stdout);
	print_side(&replay->old, old);
	if(changed) {
		fputs(" -> ", stdout);
		print_side(&replay->new, new);
	}
	putchar('\n');
}

static void print_side_json(
		const struct replay_side *side, const struct result *result)
{
	struct outcome outcome = outcome_of(&result->answer, true);

	json_open(side->key, '{');
	if(result->trunk.name.len > 0)
		json_text("trunk", result->trunk.name);
	answer_json(&outcome);
	if(result->answer.cause != DR_CAUSE_NONE)
		json_number("q850", result->answer.cause);
	decision_json(side->map.map, &outcome);
	json_close('}');
}

static void print_json(const struct replay *replay, const struct branch *branch,
		const struct result *old, const struct result *new, bool changed)
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
	print_side_json(&replay->old, old);
	print_side_json(&replay->new, new);
	json_close('}');
}

/* Count one way in which answers change */
static void add_change(struct changes *changes, const struct outcome *old,
		const struct outcome *new)
{
	size_t i = 0;

	while(i < changes->count
			&& !(outcomes_equal(&changes->list[i].old, old)
					&& outcomes_equal(&changes->list[i].new, new)))
		i++;
	if(i == changes->count)
		list_add(changes, ((struct change){*old, *new, 0}));
	changes->list[i].count++;
}

static void replay_branch(struct replay *replay, const struct branch *branch)
{
	struct result old, new;
	struct outcome old_outcome, new_outcome;
	bool changed;

	classify(branch, &replay->old, &old);
	classify(branch, &replay->new, &new);
	old_outcome = outcome_of(&old.answer, false);
	new_outcome = outcome_of(&new.answer, false);
	changed = !outcomes_equal(&old_outcome, &new_outcome);
	replay->changed += changed;
	if(changed)
		add_change(&replay->changes, &old_outcome, &new_outcome);
	if(replay->only_changed && !changed)
		return;
	if(replay->as_json)
		print_json(replay, branch, &old, &new, changed);
	else
		print_text(replay, branch, &old, &new, changed);
}

/* The most frequent first */
static int order_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}

static void print_summary(const struct replay *replay)
{
	const size_t *ends = replay->ends;
	size_t i;

	printf("INVITEs: %zu failed (%zu change their answer), %zu answered, "
		   "%zu relayed, %zu in a dialog, %zu overtaken by another branch\n",
			ends[END_FAILED], replay->changed, ends[END_ANSWERED],
			ends[END_RELAYED], ends[END_IN_DIALOG], ends[END_OVERTAKEN]);
	for(i = 0; i < replay->changes.count; i++) {
		printf("%7zu  ", replay->changes.list[i].count);
		change_print(stdout, &replay->changes.list[i].old,
				&replay->changes.list[i].new);
		putchar('\n');
	}
}

static void print_summary_json(const struct replay *replay)
{
	static const char *const names[END_COUNT] = {[END_FAILED] = "failed",
			[END_ANSWERED] = "answered",
			[END_RELAYED] = "relayed",
			[END_IN_DIALOG] = "in_dialog",
			[END_OVERTAKEN] = "overtaken"};
	size_t i;

	json_open("summary", '{');
	for(i = 0; i < END_COUNT; i++)
		json_number(names[i], (long)replay->ends[i]);
	json_number("changed", (long)replay->changed);
	json_open("changes", '[');
	for(i = 0; i < replay->changes.count; i++) {
		json_open(NULL, '{');
		json_number("count", (long)replay->changes.list[i].count);
		change_json(&replay->changes.list[i].old, &replay->changes.list[i].new);
		json_close('}');
	}
	json_close(']');
	json_close('}');
}

static void print_replay(struct replay *replay)
{
	size_t i;

	if(replay->as_json) {
		json_open(NULL, '{');
		json_string("old", replay->old.map.name);
		json_string("new", replay->new.map.name);
		json_open("invites", '[');
	}
	for(i = 0; i < replay->branches.all.count; i++) {
		const struct branch *branch = replay->branches.all.list[i];
		enum end end = end_of(branch);

		replay->ends[end]++;
		if(end == END_FAILED)
			replay_branch(replay, branch);
	}
	if(replay->changes.count > 0)
		qsort(replay->changes.list, replay->changes.count,
				sizeof(struct change), order_changes);
	if(!replay->as_json) {
		print_summary(replay);
		return;
	}
	json_close(']');
	print_summary_json(replay);
	json_close('}');
}

static int replay_capture(struct replay *replay)
{
	int status = capture_read(&replay->capture, add_message, &replay->branches);

	if(status == STATUS_GO_ON || replay->branches.messages > 0)
		print_replay(replay);
	if(status == STATUS_GO_ON)
		status = replay->changed > 0 ? STATUS_NO : STATUS_OK;
	free_branches(&replay->branches);
	free(replay->changes.list);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct replay replay = {.old.key = "old", .new.key = "new"};
	struct arguments arguments;
	int status;

	status = arguments_parse(
			command, argc, argv, parse_option, &replay, &arguments);
	if(status == STATUS_GO_ON)
		status = maps_read(&arguments);
	replay.as_json = arguments.json;
	replay.old.map = arguments.maps[0];
	replay.new.map = arguments.maps[1];
	if(status == STATUS_GO_ON)
		status = find_profile(
				command, &replay.old.map, replay.profile, &replay.old.profile);
	if(status == STATUS_GO_ON)
		status = find_profile(
				command, &replay.new.map, replay.profile, &replay.new.profile);
	if(status == STATUS_GO_ON)
		status = replay_capture(&replay);
	maps_free(&arguments);
	return status;
}

const struct command command_replay = {"replay", run, help, 2, 2, options};
