/**
 * @file memory.c  Memory that drmap cannot do without
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>

#include "drmap.h"


/**
 * End the program when there is no memory
 *
 * @param memory What malloc() or one of its like gave
 *
 * @return The same, never NULL
 */
void *must_have(void *memory)
{
	if(memory == NULL) {
		complain("no memory");
		exit(STATUS_ERROR);
	}
	return memory;
}


/**
 * Make room for one more element of a list; ends the program when there is no
 * memory
 *
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for
 * @param size  Size of an element in bytes
 *
 * @return The list, to be freed with free()
 */
void *list_grow(void *list, size_t count, size_t *room, size_t size)
{
	if(count < *room)
		return list;

	*room = *room ? 2 * *room : 64;
	return must_have(realloc(list, *room * size));
}
