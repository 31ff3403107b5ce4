/**
 * @file diff_answers.c  Which inputs of a profile change their answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>

#include "sweep.h"
#include "diff.h"
#include "json_map.h"


static void print_json(struct diff *diff, struct dr_text old_name,
		struct dr_text new_name, const struct group *group)
{
	diff_open(diff, "answer");
	json_text(&diff->json, "old_profile", old_name);
	json_text(&diff->json, "new_profile", new_name);
	json_input(&diff->json, group);
	json_open(&diff->json, "old", '{');
	json_answer(&diff->json, group->old.reason, group->old.detail);
	json_close(&diff->json, '}');
	json_open(&diff->json, "new", '{');
	json_answer(&diff->json, group->new.reason, group->new.detail);
	json_close(&diff->json, '}');
	diff_close(diff);
}


static void print_text(const struct group *group)
{
	struct words words = {.len = 0};

	words_add_input(&words, group);
	words_add(&words, ": ");
	words_add_answer(&words, group->old.reason, group->old.detail);
	words_add(&words, " -> ");
	words_add_answer(&words, group->new.reason, group->new.detail);
	printf("  %s\n", words.s);
}


static void print_title(struct dr_text old_name, struct dr_text new_name)
{
	if(dr_text_is(old_name, new_name))
		printf("profile %.*s:\n", (int)old_name.len, old_name.s);
	else
		printf("next hops that move from profile %.*s to %.*s:\n",
				(int)old_name.len, old_name.s, (int)new_name.len, new_name.s);
}


/**
 * Print all inputs that a profile of the old map and one of the new map answer
 * differently
 *
 * @param diff        The comparison
 * @param old_profile Number of the profile of the old map
 * @param new_profile And of the new map
 */
void diff_answers(struct diff *diff, int old_profile, int new_profile)
{
	struct sides sides = {
			{diff->old.map, old_profile}, {diff->new.map, new_profile}, false};
	struct groups groups = {NULL, 0, 0, 0};
	struct dr_text old = dr_map_profile_name(diff->old.map, old_profile);
	struct dr_text new = dr_map_profile_name(diff->new.map, new_profile);
	size_t i;

	sweep_codes(&sides, &groups);
	sweep_causes(&sides, &groups);
	sweep_headers(&sides, &groups);
	sweep_events(&sides, &groups);
	sweep_script(&sides, &groups);

	if(!diff->as_json)
		groups_condense(&groups);
	if(groups.count > 0 && !diff->as_json)
		print_title(old, new);
	for(i = 0; i < groups.count; i++) {
		if(diff->as_json)
			print_json(diff, old, new, &groups.list[i]);
		else
			print_text(&groups.list[i]);
	}
	diff->count += groups.count;
	groups_free(&groups);
}


/**
 * Compare all profiles that have the same name in both maps, and tell those
 * that are only in one
 *
 * @param diff The comparison
 */
void diff_profiles(struct diff *diff)
{
	struct dr_text name;
	int i, other;

	for(i = 0; i < dr_map_profile_count(diff->old.map); i++) {
		name = dr_map_profile_name(diff->old.map, i);
		other = dr_map_find_profile(diff->new.map, name);
		if(other == DR_NONE)
			diff_only(diff, "profile", name, false);
		else
			diff_answers(diff, i, other);
	}
	for(i = 0; i < dr_map_profile_count(diff->new.map); i++) {
		name = dr_map_profile_name(diff->new.map, i);
		if(dr_map_find_profile(diff->old.map, name) == DR_NONE)
			diff_only(diff, "profile", name, true);
	}
}
