/**
 * @file sip_header.h  Walks the header fields of a SIP message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_SIP_HEADER_H
#define DR_SIP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/** Longest name of a header field of ours in bytes */
#define DR_HEADER_NAME_MAX 64

/** One header field, folded lines included */
struct dr_header
{
	struct dr_text name;  /**< without the spaces before the colon */
	struct dr_text value; /**< without surrounding white space; may be folded */
	struct dr_text field; /**< from the name to its line end, both included */
};

/** The bit of a name's first letter in a set of initials; other characters than
 * letters share the bits of letters */
static inline uint32_t dr_initial(char c)
{
	return (uint32_t)1 << (c & 31);
}

bool dr_header_next(struct dr_text *headers, struct dr_header *header);
bool dr_header_find(struct dr_text *headers, const struct dr_text *names,
		size_t count, struct dr_header *header);
bool dr_header_find_initial(
		struct dr_text *headers, uint32_t initials, struct dr_header *header);
bool dr_header_is(const struct dr_header *header, struct dr_text name);
size_t dr_token_length(struct dr_text text);
bool dr_token_check(struct dr_text token);
bool dr_header_name_check(struct dr_text name);

#endif
