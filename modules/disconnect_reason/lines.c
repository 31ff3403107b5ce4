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


/** The lines with the detail header after them */
static size_t print_detailed(char *room, struct dr_text reason,
		struct dr_text name, const struct dr_answer *answer)
{
	char *p = room;

	memcpy(p, reason.s, reason.len);
	p += reason.len;
	memcpy(p, name.s, name.len);
	p += name.len;
	memcpy(p, ": ", 2);
	p += 2;
	p += dr_detail_print(p, DR_DETAIL_HEADER_MAX + 1, answer);
	memcpy(p, "\r\n", 2);
	return (size_t)(p + 2 - room);
}


/**
 * How much room the header lines of a call need
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 *
 * @return bytes that hold the lines of any answer; 0 without a detail header,
 *         when dr_lines_of() needs none
 */
size_t dr_lines_room(const struct dr_map *map, int bridge)
{
	struct dr_text name = detail_name(map, bridge);
	size_t longest = 0;
	enum dr_reason reason;

	if(name.len == 0)
		return 0;
	for(reason = 0; reason < DR_REASON_COUNT; reason++) {
		size_t len = reason_lines(map, bridge, reason).len;

		longest = len > longest ? len : longest;
	}
	return longest + name.len + DR_DETAIL_HEADER_MAX + 5;
}


/**
 * Make the header lines of an answer
 *
 * @param map     map of the call, or NULL
 * @param bridge  bridge it came from, or DR_NONE
 * @param answer  answer; its detail must be a token or empty
 * @param room    dr_lines_room() bytes; NULL: without the detail header
 * @param lines   set to complete lines with their line ends, which belong to the
 *                map or to the settings, or are in room
 */
void dr_lines_of(const struct dr_map *map, int bridge,
		const struct dr_answer *answer, char *room, str *lines)
{
	struct dr_text reason = reason_lines(map, bridge, answer->reason);

	lines->s = (char *)reason.s;
	lines->len = (int)reason.len;
	if(room == NULL)
		return;
	lines->len =
			(int)print_detailed(room, reason, detail_name(map, bridge), answer);
	lines->s = room;
}
