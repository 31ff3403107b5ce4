/**
 * @file params.h  The module's parameters, and the header lines made from them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_PARAMS_H
#define DR_PARAMS_H

#include "../../core/sr_module.h"
#include "../../core/str.h"
#include "../../core/usr_avp.h"

#include "core/sip_header.h"
#include "core/classify.h"
#include "core/map.h"
#include "core/reason.h"

/** Most header names that carry the reason */
#define DR_HEADERS_MAX 8

/** What the parameters say; constant once the module is initialised */
struct dr_params
{
	int auto_watch; /**< auto: watch every initial INVITE */
	int strip;		/**< remove our header names from what a trunk sends */
	char *map_file; /**< file of the map; empty: the built-in tables alone */
	int q850;		/**< may Reason: Q.850 refine soft codes */

	str xavp;			/**< name of the XAVP; len 0: off */
	str event_callback; /**< function of a KEMI script; len 0: none */
	str detail_header;	/**< name that carries the detail; len 0: off */

	/** Header names: those that carry the reason, then detail_header */
	struct dr_text names[DR_HEADERS_MAX + 1];
	int header_count; /**< that carry the reason */
	int name_count;

	str lines[DR_REASON_COUNT]; /**< ready header lines for each reason */

	avp_flags_t avp_flags;
	int_str avp_name;
};

extern struct dr_params dr_params;

/** A str of Kamailio as core/ has texts */
static inline struct dr_text dr_text_of(const str *s)
{
	return (struct dr_text){s->s, s->len > 0 ? (size_t)s->len : 0};
}

int dr_params_add_header(modparam_t type, void *value);
int dr_params_init(const char *avp);

/** Most header names that carry reason and detail */
#define DR_NAMES_MAX (DR_HEADERS_MAX + 1)
/** Most bytes of an answer's header lines */
#define DR_HEADER_TEXT_MAX                                   \
	(DR_NAMES_MAX * (DR_HEADER_NAME_MAX + DR_DETAIL_MAX + 4) \
			+ DR_DETAIL_HEADER_MAX + 1)

const struct dr_text *dr_params_header_names(
		const struct dr_map *map, int bridge, struct dr_text *room, int *count);
size_t dr_params_header_room(const struct dr_map *map, int bridge);
void dr_params_header_text(const struct dr_map *map, int bridge,
		const struct dr_answer *answer, char *room, str *lines);

#endif
