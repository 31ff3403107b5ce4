/**
 * @file host.h  What the shared map needs of Kamailio, inside one process
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_SHARE_HOST_H
#define DR_SHARE_HOST_H

#include <stdatomic.h>

/** Blocks of shared memory that are not freed */
extern atomic_int host_blocks;
/** How often two threads asked for shared memory at the same time */
extern atomic_int host_overlaps;
/** Set: there is no more shared memory */
extern atomic_bool host_is_full;

void host_init(void);

#endif
