/**
 * @file model_strip.h  A plain way to make header names unreadable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_MODEL_STRIP_H
#define DR_TEST_MODEL_STRIP_H

#include "text.h"

size_t model_strip(char *message, size_t len, size_t phrase, size_t phrase_len,
		size_t headers, const struct dr_text *names, size_t count);

#endif
