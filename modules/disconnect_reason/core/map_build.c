/**
 * @file map_build.c  A map's block while it is built
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map_build.h"

#define ROOM_MIN 4096
#define SLOTS_MIN 64
/* All places in a block, and its size, must fit in an int */
#define BLOCK_MAX ((size_t)1 << 30)
#define ALIGN sizeof(uint32_t)


/* Make the block larger; its new bytes are zero */
static int grow(struct dr_build *build, size_t size)
{
	size_t room = build->room > 0 ? build->room : ROOM_MIN;
	char *block;

	if(build->err != 0)
		return build->err;
	if(size > BLOCK_MAX - build->used)
		return build->err = ENOMEM;

	while(room - build->used < size)
		room *= 2;
	if(room == build->room)
		return 0;

	block = realloc(build->block, room);
	if(!block)
		return build->err = ENOMEM;

	memset(block + build->room, 0, room - build->room);
	build->block = block;
	build->room = room;
	return 0;
}


/**
 * Begin a block, with an empty hash table beside it
 *
 * @param build Set; to be freed with dr_build_free()
 * @param head  Size of what the block begins with, in bytes; zeroed
 */
void dr_build_init(struct dr_build *build, size_t head)
{
	memset(build, 0, sizeof(*build));
	build->slots = calloc(SLOTS_MIN, sizeof(*build->slots));
	build->slot_mask = SLOTS_MIN - 1;
	if(!build->slots)
		build->err = ENOMEM;
	dr_build_reserve(build, 1, head);
}


/**
 * Free the block and the table; not to be used any more
 *
 * @param build The block
 */
void dr_build_free(struct dr_build *build)
{
	free(build->block);
	free(build->slots);
	memset(build, 0, sizeof(*build));
}


/**
 * Add zeroed room to the block, aligned to 4 bytes
 *
 * @param build The block
 * @param count How many elements
 * @param size  Size of each in bytes
 *
 * @return Where it stands; 0 on an error, which build->err tells
 */
uint32_t dr_build_reserve(struct dr_build *build, size_t count, size_t size)
{
	size_t at = build->used;
	size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;

	if(grow(build, bytes) != 0)
		return 0;

	build->used += bytes;
	return (uint32_t)at;
}


/**
 * Write something into room that was reserved
 *
 * @param build The block; nothing is written after an error
 * @param at    Where
 * @param data  What
 * @param size  Its size in bytes
 */
void dr_build_put(
		struct dr_build *build, size_t at, const void *data, size_t size)
{
	if(build->err == 0 && size > 0)
		memcpy(build->block + at, data, size);
}


/**
 * Add something to the block, aligned to 4 bytes
 *
 * @param build The block
 * @param data  What
 * @param size  Its size in bytes
 *
 * @return Where it stands; 0 on an error, which build->err tells
 */
uint32_t dr_build_add(struct dr_build *build, const void *data, size_t size)
{
	uint32_t at = dr_build_reserve(build, 1, size);

	dr_build_put(build, at, data, size);
	return at;
}


/**
 * Add a text to the block
 *
 * @param build The block
 * @param text  The text
 *
 * @return Where it stands
 */
struct dr_ref dr_build_text(struct dr_build *build, struct dr_text text)
{
	return (struct dr_ref){
			dr_build_add(build, text.s, text.len), (uint32_t)text.len};
}


static struct dr_table table_of(const struct dr_build *build)
{
	return (struct dr_table){build->slots, build->slot_mask, build->block};
}


/* Double the table, so that it never gets more than half full */
static int grow_table(struct dr_build *build)
{
	struct dr_build wider = *build;
	struct dr_table table;
	size_t size = (size_t)build->slot_mask + 1;
	size_t i;

	wider.slots = calloc(size * 2, sizeof(*wider.slots));
	if(!wider.slots)
		return build->err = ENOMEM;

	wider.slot_mask = (uint32_t)(size * 2 - 1);
	table = table_of(&wider);
	for(i = 0; i < size; i++) {
		const struct dr_slot *slot = &build->slots[i];
		struct dr_text text = {build->block + slot->text, slot->len};

		if(slot->scope != 0)
			wider.slots[dr_table_place(&table, slot->scope, text, slot->hash)] =
					*slot;
	}
	free(build->slots);
	*build = wider;
	return 0;
}


/**
 * Find a key in the table, or add it with value 0
 *
 * @param build The block
 * @param scope Scope of the key
 * @param text  Its text, which is copied to the block when the key is new; not
 *              in the block itself
 *
 * @return Its slot, valid until the next key is added; NULL on an error, which
 *         build->err tells
 */
struct dr_slot *dr_build_key(
		struct dr_build *build, uint32_t scope, struct dr_text text)
{
	uint32_t hash = dr_hash(scope, text);
	struct dr_table table;
	struct dr_slot *slot;

	if(build->err != 0
			|| (build->slot_count > build->slot_mask / 2
					&& grow_table(build) != 0))
		return NULL;

	table = table_of(build);
	slot = &build->slots[dr_table_place(&table, scope, text, hash)];
	if(slot->scope != 0)
		return slot;

	slot->text = dr_build_text(build, text).at;
	if(build->err != 0)
		return NULL;

	slot->scope = scope;
	slot->hash = hash;
	slot->len = (uint32_t)text.len;
	build->slot_count++;
	return slot;
}
