/**
 * @file strip.h  Makes header names in a SIP reply unreadable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_STRIP_H
#define DR_STRIP_H

#include "text.h"

size_t dr_strip(char *message, size_t len, size_t phrase, size_t phrase_len,
		size_t headers, const struct dr_text *names, size_t count);

#endif
