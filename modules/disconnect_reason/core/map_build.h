/**
 * @file map_build.h  A map's block while it is built
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_BUILD_H
#define DR_MAP_BUILD_H

#include "map.h"
#include "map_block.h"

/** A block that grows; begin with dr_build_init() */
struct dr_build
{
	char *block;
	size_t used;
	size_t room;
	struct dr_slot *slots;
	uint32_t slot_mask;
	uint32_t slot_count; /**< that are not empty */
	int err;			 /**< 0, or ENOMEM; then all further calls fail */
};

void dr_build_init(struct dr_build *build, size_t head);
void dr_build_free(struct dr_build *build);
uint32_t dr_build_add(struct dr_build *build, const void *data, size_t size);
uint32_t dr_build_reserve(struct dr_build *build, size_t count, size_t size);
void dr_build_put(
		struct dr_build *build, size_t at, const void *data, size_t size);
struct dr_ref dr_build_text(struct dr_build *build, struct dr_text text);
struct dr_slot *dr_build_key(
		struct dr_build *build, uint32_t scope, struct dr_text text);

#endif
