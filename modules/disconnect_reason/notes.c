/**
 * @file notes.c  What the script says of a request without transaction
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * The notes are a value of an XAVP that the script has no use for. Kamailio
 * keeps it for the request, moves it to the transaction, and frees it.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/xavp.h"

#include "notes.h"

static str notes_name = str_init("_disconnect_reason");


/**
 * Find the notes of the request that is being processed, or of the transaction
 * whose XAVPs are in use
 *
 * @return the notes, which Kamailio owns; NULL when there are none
 */
struct dr_notes *dr_notes_find(void)
{
	const sr_xavp_t *xavp;

	/* most calls have none: spare them the search */
	if(*xavp_get_crt_list() == NULL)
		return NULL;
	xavp = xavp_get(&notes_name, NULL);
	return xavp && xavp->val.type == SR_XTYPE_SPTR ? xavp->val.v.vptr : NULL;
}


/**
 * Find the notes, or make new ones
 *
 * @return the notes, which Kamailio owns; NULL without memory, after a log line
 */
struct dr_notes *dr_notes_make(void)
{
	struct dr_notes *notes = dr_notes_find();
	sr_xval_t value = {.type = SR_XTYPE_SPTR};

	if(notes)
		return notes;
	notes = shm_mallocxz(sizeof(*notes));
	if(notes == NULL) {
		SHM_MEM_ERROR;
		return NULL;
	}
	value.v.vptr = notes;
	if(xavp_add_value(&notes_name, &value, NULL))
		return notes;
	LM_ERR("no memory for what the script says\n");
	shm_free(notes);
	return NULL;
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
 * @param detail  detail token of the script's answer; empty: none
 */
void dr_notes_set_detail(struct dr_notes *notes, struct dr_text detail)
{
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
 * @param reason  its reason
 * @param answer  set
 */
void dr_notes_answer(const struct dr_notes *notes, enum dr_reason reason,
		struct dr_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->reason = reason;
	answer->source = DR_SOURCE_SCRIPT;
	answer->decided_by = DR_BY_SCRIPT;
	answer->cause = DR_CAUSE_NONE;
	answer->rule = DR_NONE;
	if(notes)
		answer->detail = (struct dr_text){notes->detail, notes->detail_len};
}
