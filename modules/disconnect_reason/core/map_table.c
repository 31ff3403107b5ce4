/**
 * @file map_table.c  The hash table of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <string.h>

#include "map_table.h"


/* Spread what FNV-1a leaves in the upper bits */
static uint32_t mixed(uint32_t hash)
{
	hash ^= hash >> 15;
	hash *= 0x2c1b3c6dU;
	return hash ^ hash >> 13;
}


/**
 * The hash of a text
 *
 * @param scope Scope of the text
 * @param text  The text
 *
 * @return Its hash
 */
uint32_t dr_hash(uint32_t scope, struct dr_text text)
{
	uint32_t hash = dr_hash_start(scope);
	size_t i;

	for(i = 0; i < text.len; i++)
		hash = dr_hash_byte(hash, text.s[i]);

	return hash;
}


static bool is_key(const struct dr_table *table, const struct dr_slot *slot,
		uint32_t scope, struct dr_text text, uint32_t hash)
{
	return slot->hash == hash && slot->scope == scope && slot->len == text.len
		   && (text.len == 0
				   || memcmp(table->block + slot->text, text.s, text.len) == 0);
}


/**
 * Find where a key stands in a table, or where it would stand
 *
 * @param table The table
 * @param scope Scope of the key
 * @param text  Text of the key
 * @param hash  dr_hash() of both
 *
 * @return Index of the slot that has the key, or of the empty one for it
 */
uint32_t dr_table_place(const struct dr_table *table, uint32_t scope,
		struct dr_text text, uint32_t hash)
{
	uint32_t i = mixed(hash) & table->mask;

	while(table->slots[i].scope != 0
			&& !is_key(table, &table->slots[i], scope, text, hash))
		i = (i + 1) & table->mask;

	return i;
}


/**
 * Find a key in a table
 *
 * @param table The table
 * @param scope Scope of the key
 * @param text  Text of the key
 * @param hash  dr_hash() of both
 *
 * @return Its slot, or NULL when the table does not have it
 */
const struct dr_slot *dr_table_find(const struct dr_table *table,
		uint32_t scope, struct dr_text text, uint32_t hash)
{
	uint32_t i = dr_table_place(table, scope, text, hash);

	return table->slots[i].scope != 0 ? &table->slots[i] : NULL;
}
