/**
 * @file map_shm.c  The map in shared memory, and its reload
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A reader takes a reference under the lock that guards the pointer, so a map
 * is freed only when its last reader releases it. A reload builds and checks
 * the whole new map before it takes that lock, so no reader ever waits for more
 * than a few instructions. Reloads wait for one another.
 *
 * Lock order: writer, then pointer. A reader takes only the pointer lock.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/dprint.h"
#include "../../core/locking.h"
#include "../../core/mem/shm_mem.h"

#include "map_shm.h"

/** A map with the number of its users; the current one is in use */
struct shared_map
{
	int users;
	_Alignas(16) char map[];
};

struct share
{
	gen_lock_t pointer; /**< guards current, and all users */
	gen_lock_t writer;	/**< one reload at a time */
	struct shared_map *current;
};

static struct share *share;

static struct shared_map *shared_of(const struct dr_map *map)
{
	return (struct shared_map *)((char *)map
								 - offsetof(struct shared_map, map));
}

/**
 * Make room for the shared map, without one yet. Call once, before forking.
 *
 * @return 0, or -1 without memory
 */
int dr_map_shm_init(void)
{
	share = shm_mallocxz(sizeof(*share));
	if(share == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	if(lock_init(&share->pointer) == NULL
			|| lock_init(&share->writer) == NULL) {
		LM_ERR("failed to initialize the locks of the map\n");
		return -1;
	}
	return 0;
}

/**
 * Take a reference to the current map
 *
 * @return the map, to be given back with dr_map_unref(); NULL: the built-in
 *         tables alone
 */
const struct dr_map *dr_map_ref(void)
{
	struct shared_map *current;

	/* without a map at start there will be none; with one, this is read while a
	 * reload may put another one there */
	if(share == NULL
			|| __atomic_load_n(&share->current, __ATOMIC_RELAXED) == NULL)
		return NULL;
	lock_get(&share->pointer);
	current = share->current;
	current->users++;
	lock_release(&share->pointer);
	return (const struct dr_map *)current->map;
}

/**
 * Release a reference; the last one frees a map that was replaced
 *
 * @param map  what dr_map_ref() gave, may be NULL
 */
void dr_map_unref(const struct dr_map *map)
{
	struct shared_map *shared;
	int users;

	if(map == NULL)
		return;
	shared = shared_of(map);
	lock_get(&share->pointer);
	users = --shared->users;
	lock_release(&share->pointer);
	if(users == 0)
		shm_free(shared);
}

static struct shared_map *copy_to_share(const struct dr_map *map)
{
	size_t size = dr_map_size(map);
	struct shared_map *shared = shm_malloc(sizeof(*shared) + size);

	if(shared == NULL) {
		SHM_MEM_ERROR;
		return NULL;
	}
	shared->users = 1;
	memcpy(shared->map, map, size);
	return shared;
}

static void swap(struct shared_map *next)
{
	struct shared_map *old;

	lock_get(&share->pointer);
	old = share->current;
	__atomic_store_n(&share->current, next, __ATOMIC_RELAXED);
	lock_release(&share->pointer);
	if(old)
		dr_map_unref((const struct dr_map *)old->map);
}

/**
 * Read a map and, when it has no error, put it in place of the current one.
 * Calls in flight keep the map they began with.
 *
 * libconfig ends the process when it gets no memory, so call this only before
 * forking, or in a process that handles no SIP.
 *
 * @param path        file of the map
 * @param dry         1: only check
 * @param errors  set; to be freed with dr_map_errors_free()
 *
 * @return 0, EINVAL when the map has errors, ENOMEM; then the old map stays
 */
int dr_map_reload(const char *path, int dry, struct dr_map_errors *errors)
{
	struct dr_map *map = NULL;
	struct shared_map *shared;
	int err;

	lock_get(&share->writer);
	err = dr_map_load(path, &map, errors);
	if(err == 0 && !dry) {
		shared = copy_to_share(map);
		if(shared)
			swap(shared);
		else
			err = ENOMEM;
	}
	lock_release(&share->writer);
	free(map);
	return err;
}
