/**
 * @file edge.c  Texts that end where no memory is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* For MAP_ANONYMOUS. NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _DEFAULT_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edge.h"

#define EDGE_MAX 64

static struct
{
	char *map;
	size_t size;
} maps[EDGE_MAX];
static size_t map_count;

/**
 * Copy a text to where the byte after it can not be read: whoever looks at it
 * dies of SIGSEGV. All copies live until edge_free().
 *
 * @param s   The text
 * @param len Its length in bytes
 *
 * @return The copy
 */
struct dr_text edge_text(const char *s, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len / page + 1) * page;
	char *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if(map == MAP_FAILED || map_count == EDGE_MAX
			|| mprotect(map + room, page, PROT_NONE) != 0)
		abort();

	maps[map_count].map = map;
	maps[map_count].size = room + page;
	map_count++;
	if(len > 0)
		memcpy(map + room - len, s, len);

	return (struct dr_text){map + room - len, len};
}

/**
 * Copy a string without its zero byte; see edge_text()
 *
 * @param s The string
 *
 * @return The copy
 */
struct dr_text edge_string(const char *s)
{
	return edge_text(s, strlen(s));
}

/**
 * Free all copies; a teardown function for cmocka
 *
 * @param state Not used
 *
 * @return 0
 */
int edge_free(void **state)
{
	(void)state;
	while(map_count > 0) {
		map_count--;
		munmap(maps[map_count].map, maps[map_count].size);
	}
	return 0;
}
