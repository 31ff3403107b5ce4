/**
 * @file map_table.h  The hash table of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * One table holds whatever is looked up in a map. A key is a text within a
 * scope: a kind, and a number that the kind gives a meaning. A hash is built
 * byte by byte, so that all prefixes of a text are found in one walk over it.
 */

#ifndef DR_MAP_TABLE_H
#define DR_MAP_TABLE_H

#include <stdint.h>

#include "text.h"

/** What a key is; the number of its scope */
enum dr_kind
{
	DR_KIND_NONE,	   /**< an empty slot */
	DR_KIND_PROFILE,   /**< name; 0 */
	DR_KIND_TRUNK,	   /**< name; 0 */
	DR_KIND_BRIDGE,	   /**< name; 0 */
	DR_KIND_HEADER,	   /**< name of a header field, lower case; 0 */
	DR_KIND_HOST,	   /**< name, lower case, last byte first; a pattern
						 * "*.NAME" so, too, without its "*"; 0 */
	DR_KIND_TRUNK_NET, /**< network part in whole bytes; its bits, and family */
	DR_KIND_BRIDGE_NET, /**< the same */
};

/** A key and its value; the numbers say where things stand in the block */
struct dr_slot
{
	uint32_t scope; /**< 0: empty */
	uint32_t hash;
	uint32_t text;
	uint32_t len;
	uint32_t value;
};

/** A table; its size is a power of two, and at least one slot is empty */
struct dr_table
{
	const struct dr_slot *slots;
	uint32_t mask;	   /**< size - 1 */
	const char *block; /**< where the texts of the keys stand */
};


/** A scope from its kind and number; the number is below 2^28 */
static inline uint32_t dr_scope(enum dr_kind kind, uint32_t number)
{
	return (uint32_t)kind << 28 | number;
}


/** The hash of the empty text in a scope */
static inline uint32_t dr_hash_start(uint32_t scope)
{
	return (scope ^ 0x811c9dc5U) * 0x9e3779b1U;
}


/** The hash of a text with one more byte behind it (FNV-1a) */
static inline uint32_t dr_hash_byte(uint32_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 0x01000193U;
}


uint32_t dr_hash(uint32_t scope, struct dr_text text);
uint32_t dr_table_place(const struct dr_table *table, uint32_t scope,
		struct dr_text text, uint32_t hash);
const struct dr_slot *dr_table_find(const struct dr_table *table,
		uint32_t scope, struct dr_text text, uint32_t hash);

#endif
