/**
 * @file lines.c  The header lines that answer a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A bridge of the map has headers of its own; a call from anywhere else has
 * those of the module's parameters.
 */

#include <string.h>

#include "../../core/dprint.h"
#include "../../core/mem/shm_mem.h"

#include "lines.h"


/**
 * Find the header names that carry reason and detail
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 * @param room    for DR_NAMES_MAX names, used for those of a bridge
 * @param count   set to how many there are
 *
 * @return the names: the settings', or room
 */
const struct dr_text *dr_names_of(
		const struct dr_map *map, int bridge, struct dr_text *room, int *count)
{
	struct dr_bridge found;
	int i;

	if(bridge == DR_NONE) {
		*count = dr_settings.name_count;
		return dr_settings.names;
	}
	dr_map_get_bridge(map, bridge, &found);
	for(i = 0; i < found.header_count; i++)
		room[i] = dr_map_bridge_header(map, bridge, i);
	if(found.detail_header.len > 0)
		room[i++] = found.detail_header;
	*count = i;
	return room;
}


static struct dr_text reason_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason)
{
	const str *lines = &dr_settings.lines[reason];

	if(bridge != DR_NONE)
		return dr_map_bridge_lines(map, bridge, reason);
	return (struct dr_text){lines->s, (size_t)lines->len};
}


static struct dr_text detail_name(const struct dr_map *map, int bridge)
{
	const str *name = &dr_settings.detail_header;
	struct dr_bridge found;

	if(bridge == DR_NONE)
		return (struct dr_text){name->s, (size_t)name->len};
	dr_map_get_bridge(map, bridge, &found);
	return found.detail_header;
}


/** The lines with the detail header behind, in new shared memory */
static int detailed(struct dr_text reason, struct dr_text name,
		const struct dr_answer *answer, str *lines)
{
	char value[DR_DETAIL_HEADER_MAX + 1];
	size_t len = dr_detail_print(value, sizeof(value), answer);
	char *p;

	lines->len = (int)(reason.len + name.len + len + 4);
	lines->s = p = shm_malloc(lines->len);
	if(p == NULL)
		return -1;
	memcpy(p, reason.s, reason.len);
	p += reason.len;
	memcpy(p, name.s, name.len);
	p += name.len;
	memcpy(p, ": ", 2);
	memcpy(p + 2, value, len);
	memcpy(p + 2 + len, "\r\n", 2);
	return 0;
}


/**
 * Make the header lines of an answer. Without memory for the detail header it
 * is left out.
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 * @param answer  answer; its detail must be a token or empty
 * @param lines   set to complete lines with their line ends
 *
 * @return 1 when the lines are new shared memory that the caller owns; 0 when
 *         they belong to the map or to the settings; -1 when they do so for
 *         want of memory
 */
int dr_lines_of(const struct dr_map *map, int bridge,
		const struct dr_answer *answer, str *lines)
{
	struct dr_text reason = reason_lines(map, bridge, answer->reason);
	struct dr_text name = detail_name(map, bridge);

	if(name.len > 0 && detailed(reason, name, answer, lines) == 0)
		return 1;
	lines->s = (char *)reason.s;
	lines->len = (int)reason.len;
	return name.len > 0 ? -1 : 0;
}
