/**
 * @file run_replay.c  drmap replay: what a new map would change in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <string.h>

#include "main.h"
#include "../core/explain.h"
#include "json_map.h"
#include "replay.h"
#include "summary.h"

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
	struct json json;
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


static void print_json_side(struct json *json, const char *key,
		const struct judgement *judgement, const struct dr_map *map)
{
	const struct dr_answer *answer = &judgement->answer;

	json_open(json, key, '{');
	if(judgement->trunk.name.len > 0)
		json_text(json, "trunk", judgement->trunk.name);
	json_answer(json, (int)answer->reason, answer->detail);
	if(answer->cause != DR_CAUSE_NONE)
		json_number(json, "q850", answer->cause);
	json_text(json, "decided_by", dr_decider_name(answer->decided_by));
	if(answer->decided_by == DR_BY_RULE)
		json_rule(json, map, answer->rule);
	else
		json_text(json, "row", answer->row);
	json_close(json, '}');
}


static void print_json(struct replay *replay, const struct branch *branch,
		const struct judgement *old, const struct judgement *new, bool changed)
{
	struct json *json = &replay->json;

	json_open(json, NULL, '{');
	json_string(json, "call_id", branch->call_id);
	json_text(json, "source", dr_source_name(new->answer.source));
	if(new->answer.source == DR_SOURCE_REMOTE) {
		json_number(json, "code", branch->code);
		json_string(json, "phrase", branch->phrase);
	}
	json_text(json, "after", dr_after_name(branch->after));
	json_bool(json, "changed", changed);
	print_json_side(json, "old", old, replay->old.map);
	print_json_side(json, "new", new, replay->new.map);
	json_close(json, '}');
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
		json_open(&replay->json, NULL, '{');
		json_string(&replay->json, "old", replay->old.name);
		json_string(&replay->json, "new", replay->new.name);
		json_open(&replay->json, "invites", '[');
	}
	for(i = 0; i < replay->branches.count; i++) {
		const struct branch *branch = replay->branches.list[i];
		enum end end = branch_end(branch);

		replay->summary.ends[end]++;
		if(end == END_FAILED)
			judge(replay, branch);
	}
	if(replay->as_json) {
		json_close(&replay->json, ']');
		summary_print_json(&replay->summary, &replay->json);
		json_close(&replay->json, '}');
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
