/**
 * @file map_words.h  Texts in the shape in which a map compares them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_WORDS_H
#define DR_MAP_WORDS_H

#include "text.h"

size_t dr_lower_case(char *buf, size_t size, struct dr_text text);
size_t dr_words(char *buf, size_t size, struct dr_text phrase);
size_t dr_unfold(char *buf, size_t size, struct dr_text value);
size_t dr_host_key(char *buf, size_t size, struct dr_text host);

#endif
