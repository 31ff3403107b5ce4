/**
 * @file explain_error.h  What is wrong with a question
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_EXPLAIN_ERROR_H
#define DR_EXPLAIN_ERROR_H

#include "text.h"

/** A text inside a message */
#define DR_QUOTED "%.*s"
#define DR_QUOTE(text) dr_quoted_length(text), (text).s

int dr_quoted_length(struct dr_text text);
int dr_explain_error(char *error, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

#endif
