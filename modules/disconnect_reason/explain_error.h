/**
 * @file explain_error.h  What is wrong with a question
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_EXPLAIN_ERROR_H
#define DR_EXPLAIN_ERROR_H

/** A text inside a message: its front is enough to find it again */
#define DR_QUOTED "%.*s"
#define DR_QUOTED_MAX 40
#define DR_QUOTE(text) \
	(int)((text).len < DR_QUOTED_MAX ? (text).len : DR_QUOTED_MAX), (text).s

int dr_explain_error(char *error, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

#endif
