/**
 * @file request.h  What hangs on a request before tm has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_REQUEST_H
#define DR_REQUEST_H

#include <stdbool.h>

#include "../../core/data_lump_rpl.h"
#include "../../core/parser/msg_parser.h"

#include "core/classify.h"
#include "core/map.h"

/** Lengths are 0 where nothing was said */
struct dr_request
{
	bool watch;
	bool ignore;
	bool decided;		   /**< the script said why it fails */
	enum dr_reason reason; /**< why; valid when decided */
	unsigned char profile_len;
	unsigned char trunk_len;
	unsigned char detail_len;
	char profile[DR_NAME_MAX];
	char trunk[DR_NAME_MAX];
	char detail[DR_DETAIL_MAX];
};

struct dr_request *dr_request_find(const struct sip_msg *request);
struct dr_request *dr_request_make(const struct sip_msg *request);
void dr_request_set_profile(struct dr_request *notes, struct dr_text profile);
void dr_request_set_trunk(struct dr_request *notes, struct dr_text trunk);
void dr_request_set_answer(
		struct dr_request *notes, enum dr_reason reason, struct dr_text detail);
int dr_request_profile(
		const struct dr_request *notes, const struct dr_map *map);
struct dr_text dr_request_trunk(const struct dr_request *notes);
void dr_request_answer(
		const struct dr_request *notes, struct dr_answer *answer);

int dr_request_init(void);
bool dr_request_was_refused(struct sip_msg *request);

struct lump_rpl *dr_request_lump(const struct sip_msg *request);
struct lump_rpl *dr_request_add_lump(struct sip_msg *request, const str *text);
bool dr_request_set_lump(struct sip_msg *request, const str *text);
void dr_request_link_lump(struct sip_msg *request, struct lump_rpl *lump);
bool dr_request_frees_lump(
		const struct sip_msg *request, const struct lump_rpl *lump);
void dr_request_fill_lump(struct sip_msg *request, const str *text);

#endif
