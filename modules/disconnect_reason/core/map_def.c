/**
 * @file map_def.c  What a map says, before it is compiled
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "map_def.h"

#define CHUNK_MIN 4096
#define ROOM_MIN 16

/* A piece of memory with what was kept in it; never moves */
struct dr_arena
{
	struct dr_arena *next;
	size_t used;
	size_t room;
	max_align_t bytes[];
};


static struct dr_arena *new_chunk(struct dr_arena *next, size_t least)
{
	size_t room = least > CHUNK_MIN ? least : CHUNK_MIN;
	struct dr_arena *chunk = malloc(sizeof(*chunk) + room);

	if(!chunk)
		return NULL;

	chunk->next = next;
	chunk->used = 0;
	chunk->room = room;
	return chunk;
}


/**
 * Make a spec that holds nothing but the default profile
 *
 * @param spec Set; to be freed with dr_spec_free(). Without memory its field
 *             no_memory is set.
 */
void dr_spec_init(struct dr_spec *spec)
{
	static const struct dr_text name = DR_TEXT("default");
	struct dr_spec_profile *profile;

	memset(spec, 0, sizeof(*spec));
	profile = dr_spec_add(spec, profiles);
	if(!profile)
		return;

	profile->name = name;
	profile->parent = DR_NONE;
	profile->q850 = DR_ANY;
}


/**
 * Free all that a spec holds
 *
 * @param spec The spec; not to be used any more
 */
void dr_spec_free(struct dr_spec *spec)
{
	while(spec->arena) {
		struct dr_arena *next = spec->arena->next;

		free(spec->arena);
		spec->arena = next;
	}
	free(spec->files.list);
	free(spec->profiles.list);
	free(spec->rules.list);
	free(spec->trunks.list);
	free(spec->trunk_patterns.list);
	free(spec->bridges.list);
	free(spec->bridge_patterns.list);
	free(spec->replies.list);
	memset(spec, 0, sizeof(*spec));
}


/**
 * Keep a copy of something as long as the spec lives
 *
 * @param spec The spec
 * @param data What to copy; aligned as any type may need it
 * @param size Its size in bytes
 *
 * @return The copy, which the spec owns; NULL when there is no memory, and then
 *         spec->no_memory is set
 */
void *dr_spec_keep(struct dr_spec *spec, const void *data, size_t size)
{
	size_t step = sizeof(max_align_t);
	size_t room = (size + step - 1) / step * step;
	struct dr_arena *chunk = spec->arena;
	void *copy;

	if(!chunk || chunk->room - chunk->used < room) {
		chunk = new_chunk(chunk, room);
		if(!chunk) {
			spec->no_memory = true;
			return NULL;
		}
		spec->arena = chunk;
	}
	copy = (char *)chunk->bytes + chunk->used;
	chunk->used += room;
	if(size > 0)
		memcpy(copy, data, size);

	return copy;
}


/**
 * Keep a copy of a text as long as the spec lives
 *
 * @param spec The spec
 * @param s    The text
 * @param len  Its length in bytes
 *
 * @return The copy; empty when there is no memory, see dr_spec_keep()
 */
struct dr_text dr_spec_text(struct dr_spec *spec, const char *s, size_t len)
{
	const char *copy = dr_spec_keep(spec, s, len);

	return (struct dr_text){copy, copy ? len : 0};
}


/**
 * Make room for one more element in a list
 *
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for; updated
 * @param size  Size of an element in bytes
 *
 * @return The list, which may have moved; the element at count is zeroed. NULL
 *         when there is no memory, and then the list is as it was.
 */
void *dr_grow(void *list, size_t count, size_t *room, size_t size)
{
	if(count == *room) {
		size_t more = *room > 0 ? *room * 2 : ROOM_MIN;
		void *grown = realloc(list, more * size);

		if(!grown)
			return NULL;
		list = grown;
		*room = more;
	}
	memset((char *)list + count * size, 0, size);
	return list;
}


/**
 * Make room for one more element in a list of a spec; see dr_spec_add()
 *
 * @param spec  The spec; its field no_memory is set when there is no memory
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for; updated
 * @param size  Size of an element in bytes
 *
 * @return The list, as dr_grow() gives it; without memory the list as it was
 */
void *dr_spec_grow(struct dr_spec *spec, void *list, size_t count, size_t *room,
		size_t size)
{
	void *grown = dr_grow(list, count, room, size);

	if(grown)
		return grown;

	spec->no_memory = true;
	return list;
}
