/**
 * @file host.c  What the shared map needs of Kamailio, inside one process
 *
 * The seam between map_shm.c and its host, and no more than that. Kamailio's
 * own headers are in use, with pthread mutexes as their locks: ThreadSanitizer
 * knows these, while Kamailio's usual lock is assembler. Its table of functions
 * for shared memory is filled with malloc() and free(), so that a worker can be
 * a thread. The rest is what its log macros ask for; they log nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <sched.h>
#include <stdlib.h>

#include "../../core/dprint.h"
#include "../../core/mem/shm.h"

#include "host.h"

atomic_int host_blocks;
atomic_int host_overlaps;
atomic_bool host_is_full;

sr_shm_api_t _shm_root;
km_log_f _km_log_func;
ksr_slog_f _ksr_slog_func;
struct log_level_info log_level_info[1];
volatile int dprint_crit;
int log_color;
str *log_prefix_val;
int log_stderr;
int process_no;

int get_debug_level(char *name, int len)
{
	(void)name;
	(void)len;
	return L_ALERT - 1;
}

int get_debug_facility(char *name, int len)
{
	(void)name;
	(void)len;
	return 0;
}

int my_pid(void)
{
	return 0;
}

void dprint_color(int level)
{
	(void)level;
}

void dprint_color_reset(void)
{
}

static void *take(void *memory, size_t size)
{
	static atomic_int inside;

	(void)memory;
	if(host_is_full)
		return NULL;

	host_overlaps += inside++ > 0;
	sched_yield();
	inside--;
	host_blocks++;
	return malloc(size);
}

static void *take_zeroed(void *memory, size_t size)
{
	(void)memory;
	if(host_is_full)
		return NULL;

	host_blocks++;
	return calloc(1, size);
}

static void give_back(void *memory, void *block)
{
	(void)memory;
	host_blocks--;
	free(block);
}

/**
 * Let there be shared memory
 */
void host_init(void)
{
	_shm_root.xmalloc = take;
	_shm_root.xmallocxz = take_zeroed;
	_shm_root.xfree = give_back;
}
