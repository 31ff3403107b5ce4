/**
 * @file map_check.c  Finds profiles by name, and follows what they extend
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_check.h"

/* Room for the names of a cycle */
#define CYCLE_MAX 512

/* A name, and the index of what has it */
struct named
{
	struct dr_text name;
	int index;
};


static int compare(const void *one, const void *other)
{
	const struct dr_text *a = &((const struct named *)one)->name;
	const struct dr_text *b = &((const struct named *)other)->name;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->s, b->s, len);

	if(order != 0 || a->len == b->len)
		return order;

	return a->len < b->len ? -1 : 1;
}


/* All profiles, sorted by name; NULL when there is no memory */
static struct named *sorted_profiles(struct dr_spec *spec)
{
	size_t count = spec->profiles.count;
	struct named *sorted = calloc(count, sizeof(*sorted));
	size_t i;

	if(!sorted) {
		spec->no_memory = true;
		return NULL;
	}
	for(i = 0; i < count; i++) {
		sorted[i].name = spec->profiles.list[i].name;
		sorted[i].index = (int)i;
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted;
}


/* Index of a profile, or DR_NONE with a complaint */
static int find_profile(const struct dr_spec *spec, const struct named *sorted,
		struct dr_complainer *complainer, struct dr_text name,
		struct dr_place at)
{
	struct named wanted = {name, DR_NONE};
	const struct named *found = bsearch(
			&wanted, sorted, spec->profiles.count, sizeof(*sorted), compare);
	char shown[DR_SHOWN_MAX];

	if(found)
		return found->index;

	dr_complain(complainer, at,
			"unknown profile \"%s\", expected one of this map, or default",
			dr_shown(shown, name));
	return DR_NONE;
}


/* What a profile extends: what it says, else the default profile */
static void find_parents(struct dr_spec *spec, const struct named *sorted,
		struct dr_complainer *complainer)
{
	size_t i;

	for(i = 0; i < spec->profiles.count; i++) {
		struct dr_spec_profile *profile = &spec->profiles.list[i];

		profile->parent =
				i == DR_PROFILE_DEFAULT ? DR_NONE : DR_PROFILE_DEFAULT;
		if(profile->extends_place.at == 0 || profile->extends.len == 0)
			continue;
		if(i == DR_PROFILE_DEFAULT)
			dr_complain(complainer, profile->extends_place,
					"\"extends\" in the profile default, expected it in "
					"others: "
					"they all extend this one");
		else
			profile->parent = find_profile(spec, sorted, complainer,
					profile->extends, profile->extends_place);
	}
}


/* Name the profiles of a cycle, from its first one to that one again */
static void complain_cycle(
		const struct dr_spec *spec, struct dr_complainer *complainer, int first)
{
	const struct dr_spec_profile *list = spec->profiles.list;
	char names[CYCLE_MAX];
	size_t len = 0;
	int i = first;

	names[0] = '\0';
	do {
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%.*s -> ",
				(int)list[i].name.len, list[i].name.s);
		i = list[i].parent;
	} while(i != first && len < sizeof(names) - DR_NAME_MAX);
	if(i == first)
		snprintf(names + len, sizeof(names) - len, "%.*s",
				(int)list[i].name.len, list[i].name.s);
	else
		snprintf(names + len, sizeof(names) - len, "...");
	dr_complain(complainer, list[first].extends_place,
			"profiles that extend each other: %s, expected an end", names);
}


/* Walk up from each profile, once over each, and complain about each cycle. walks
 * has the number of the walk that came over a profile, from 1; 0: none yet. */
static void check_cycles(
		struct dr_spec *spec, struct dr_complainer *complainer, size_t *walks)
{
	size_t walk;

	for(walk = 1; walk <= spec->profiles.count; walk++) {
		int i = (int)walk - 1;

		while(i != DR_NONE && walks[i] == 0) {
			walks[i] = walk;
			i = spec->profiles.list[i].parent;
		}
		if(i != DR_NONE && walks[i] == walk)
			complain_cycle(spec, complainer, i);
	}
}


/* Complain about the profiles that are one too far from the end; none above them
 * is worth another complaint */
static void check_depth(struct dr_spec *spec, struct dr_complainer *complainer)
{
	const struct dr_spec_profile *list = spec->profiles.list;
	size_t start;

	for(start = 0; start < spec->profiles.count; start++) {
		int count = 0;
		int i = (int)start;

		while(i != DR_NONE && count <= DR_EXTENDS_MAX) {
			i = list[i].parent;
			count++;
		}
		if(i == DR_NONE && count == DR_EXTENDS_MAX + 1)
			dr_complain(complainer, list[start].place,
					"too many profiles extend each other from here on, "
					"expected "
					"at most %d",
					DR_EXTENDS_MAX);
	}
}


static void check_extends(
		struct dr_spec *spec, struct dr_complainer *complainer)
{
	size_t errors = complainer->complaints->errors;
	size_t *walks = calloc(spec->profiles.count, sizeof(*walks));

	if(!walks) {
		spec->no_memory = true;
		return;
	}
	check_cycles(spec, complainer, walks);
	free(walks);
	if(complainer->complaints->errors == errors)
		check_depth(spec, complainer);
}


/**
 * Find the profiles that profiles and trunks name, and complain about names that
 * are not there or there twice, and about profiles that extend each other in a
 * cycle or too deep
 *
 * @param spec       What the map says; its parents and profiles are set. Without
 *                   memory its field no_memory is set.
 * @param complainer Hears about everything that is wrong
 */
void dr_map_check(struct dr_spec *spec, struct dr_complainer *complainer)
{
	struct named *sorted = sorted_profiles(spec);
	size_t i;

	if(!sorted)
		return;

	find_parents(spec, sorted, complainer);
	check_extends(spec, complainer);
	for(i = 0; i < spec->trunks.count; i++) {
		struct dr_spec_trunk *trunk = &spec->trunks.list[i];

		if(trunk->profile_name.len > 0)
			trunk->profile = find_profile(spec, sorted, complainer,
					trunk->profile_name, trunk->profile_place);
	}
	free(sorted);
	dr_check_unique(spec, complainer);
}
