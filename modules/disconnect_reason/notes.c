/**
 * @file notes.c  What the script says of a request without transaction
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The worker that handles a request handles no other one until its script is
 * over, so the notes are kept in a static, with the number of their message, as
 * tm keeps its own place. The script cannot lose them, whatever it does to the
 * message.
 */

#include <string.h>

#include "notes.h"

/** The notes of the message with that number in that process */
static struct
{
	unsigned int id;
	int pid;
	struct dr_notes notes;
} place;


/**
 * @param request  request that a script handles
 *
 * @return its notes, in static memory; NULL when there are none
 */
struct dr_notes *dr_notes_find(const struct sip_msg *request)
{
	bool found = place.pid != 0 && place.id == request->id
				 && place.pid == request->pid;

	return found ? &place.notes : NULL;
}


/**
 * Find the notes, or make new ones
 *
 * @param request  request that a script handles
 *
 * @return the notes, in static memory
 */
struct dr_notes *dr_notes_make(const struct sip_msg *request)
{
	if(dr_notes_find(request) == NULL) {
		memset(&place.notes, 0, sizeof(place.notes));
		place.id = request->id;
		place.pid = request->pid;
	}
	return &place.notes;
}


static unsigned char keep(char *to, size_t size, struct dr_text text)
{
	size_t len = text.len < size ? text.len : size;

	if(len > 0)
		memcpy(to, text.s, len);
	return (unsigned char)len;
}


/**
 * @param notes    notes
 * @param profile  name of a profile
 */
void dr_notes_set_profile(struct dr_notes *notes, struct dr_text profile)
{
	notes->profile_len = keep(notes->profile, sizeof(notes->profile), profile);
}


/**
 * @param notes  notes
 * @param trunk  name of a trunk
 */
void dr_notes_set_trunk(struct dr_notes *notes, struct dr_text trunk)
{
	notes->trunk_len = keep(notes->trunk, sizeof(notes->trunk), trunk);
}


/**
 * @param notes   notes
 * @param reason  why the script lets the call fail
 * @param detail  detail token; empty: none
 */
void dr_notes_set_answer(
		struct dr_notes *notes, enum dr_reason reason, struct dr_text detail)
{
	notes->decided = true;
	notes->reason = reason;
	notes->detail_len = keep(notes->detail, sizeof(notes->detail), detail);
}


/**
 * Find the profile of the notes. A reload since they were made may have taken
 * it away.
 *
 * @param notes  notes, or NULL
 * @param map    map of the call, or NULL
 *
 * @return profile of the map, the default one when there is no other
 */
int dr_notes_profile(const struct dr_notes *notes, const struct dr_map *map)
{
	int profile;

	if(notes == NULL || notes->profile_len == 0 || map == NULL)
		return DR_PROFILE_DEFAULT;
	profile = dr_map_find_profile(
			map, (struct dr_text){notes->profile, notes->profile_len});
	return profile == DR_NONE ? DR_PROFILE_DEFAULT : profile;
}


/**
 * @param notes  notes, or NULL
 *
 * @return the trunk's name, which belongs to the notes; empty: none
 */
struct dr_text dr_notes_trunk(const struct dr_notes *notes)
{
	if(notes == NULL)
		return (struct dr_text){NULL, 0};
	return (struct dr_text){notes->trunk, notes->trunk_len};
}


/**
 * Make the answer that the script gave
 *
 * @param notes   notes, or NULL; the answer's detail belongs to them
 * @param answer  set; UNKNOWN_REASON when the script gave none
 */
void dr_notes_answer(const struct dr_notes *notes, struct dr_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->source = DR_SOURCE_SCRIPT;
	answer->decided_by = DR_BY_SCRIPT;
	answer->cause = DR_CAUSE_NONE;
	answer->rule = DR_NONE;
	if(notes == NULL || !notes->decided)
		return;
	answer->reason = notes->reason;
	answer->detail = (struct dr_text){notes->detail, notes->detail_len};
}
