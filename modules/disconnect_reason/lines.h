/**
 * @file lines.h  The header lines that answer a call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_LINES_H
#define DR_LINES_H

#include "../../core/str.h"

#include "core/classify.h"
#include "core/sip_header.h"
#include "core/map.h"
#include "settings.h"

/** Most header names that carry reason and detail */
#define DR_NAMES_MAX (DR_HEADERS_MAX + 1)
/** Most bytes of an answer's header lines */
#define DR_LINES_MAX                                         \
	(DR_NAMES_MAX * (DR_HEADER_NAME_MAX + DR_DETAIL_MAX + 4) \
			+ DR_DETAIL_HEADER_MAX + 1)

const struct dr_text *dr_names_of(
		const struct dr_map *map, int bridge, struct dr_text *room, int *count);
size_t dr_lines_room(const struct dr_map *map, int bridge);
void dr_lines_of(const struct dr_map *map, int bridge,
		const struct dr_answer *answer, char *room, str *lines);

#endif
