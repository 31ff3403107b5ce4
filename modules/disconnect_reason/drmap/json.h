/**
 * @file json.h  Writes JSON (RFC 8259) to the standard output
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * drmap writes one document, so nothing names it. A key is NULL in an array and
 * at the top.
 */

#ifndef DRMAP_JSON_H
#define DRMAP_JSON_H

#include <stdbool.h>

#include "../core/text.h"

void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_text(const char *key, struct dr_text text);
void json_string(const char *key, const char *s);
void json_number(const char *key, long number);
void json_bool(const char *key, bool value);

#endif
