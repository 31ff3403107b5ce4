/**
 * @file json.h  Writes JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_JSON_H
#define DRMAP_JSON_H

#include <stdbool.h>

#include "../core/text.h"

/** Most objects and arrays inside each other */
#define JSON_DEPTH_MAX 15

/** A document that is being written to the standard output; begin with zeros */
struct json
{
	int depth;
	bool has_value[JSON_DEPTH_MAX + 1]; /**< at each depth: a comma is due */
};

void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *key, struct dr_text text);
void json_string(struct json *json, const char *key, const char *s);
void json_number(struct json *json, const char *key, long number);
void json_bool(struct json *json, const char *key, bool value);

#endif
