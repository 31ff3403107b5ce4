/**
 * @file map_block.h  How a compiled map lies in memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A map is one block that begins with struct dr_map. Everything in it says
 * where it stands by its distance from the block's begin in bytes. All of it is
 * aligned to 4 bytes, so the block may stand at any such address.
 */

#ifndef DR_MAP_BLOCK_H
#define DR_MAP_BLOCK_H

#include "map_table.h"
#include "reason.h"

/** A text in the block */
struct dr_ref
{
	uint32_t at;
	uint32_t len;
};

/** Elements of one kind in the block */
struct dr_array
{
	uint32_t at;
	uint32_t count;
};

/** Where the rules for a code stand in dr_block_profile.lists: 300 to 699, then
 * the classes 3 to 6, then rules without a code */
#define DR_CODE_CLASS 400
#define DR_CODE_ANY 404
#define DR_CODE_KEYS 405

/** The end of a list of rules */
#define DR_LIST_END UINT32_MAX

struct dr_block_profile
{
	struct dr_ref name;
	int32_t parent;
	int32_t q850;
	uint32_t first_rule;
	uint32_t rule_count;
	uint32_t lists; /**< DR_CODE_KEYS places of lists; 0: there are no rules. A
					 * list is numbers of rules (uint32_t) in ascending order,
					 * and DR_LIST_END. */
};

struct dr_block_rule
{
	uint32_t profile;
	uint32_t number;
	uint32_t file;
	uint32_t line;
	struct dr_array codes;	/**< unsigned short */
	struct dr_array causes; /**< unsigned char */
	int32_t source;
	int32_t after;
	struct dr_ref header;
	uint32_t header_number; /**< see dr_map_header(); 0: none */
	struct dr_ref prefix;
	struct dr_ref phrase;
	uint32_t
			words; /**< of the phrase, lower case, a space before and after each,
					 * a zero byte at the end */
	int32_t reason;
	struct dr_ref detail;
};

struct dr_block_trunk
{
	struct dr_ref name;
	int32_t profile;
	int32_t trust;
	struct dr_array patterns; /**< struct dr_ref */
};

struct dr_block_reply
{
	struct dr_array codes; /**< unsigned short */
	int32_t reason;
	int32_t source;
	int32_t after;
	struct dr_ref detail;
	int32_t send;
};

struct dr_block_bridge
{
	struct dr_ref name;
	struct dr_array headers; /**< struct dr_ref */
	struct dr_ref detail_header;
	int32_t phrase_is_reason;
	struct dr_array patterns; /**< struct dr_ref */
	struct dr_array replies;  /**< struct dr_block_reply */
	struct dr_ref lines[DR_REASON_COUNT];
};

/** The lengths of the network parts in use, in bits; unsigned char, the longest
 * first */
struct dr_block_networks
{
	struct dr_array v4;
	struct dr_array v6;
};

struct dr_map
{
	uint32_t size;			  /**< of the whole block in bytes */
	struct dr_array slots;	  /**< struct dr_slot, the hash table */
	struct dr_array files;	  /**< struct dr_ref */
	struct dr_array profiles; /**< struct dr_block_profile */
	struct dr_array rules;	  /**< struct dr_block_rule */
	uint32_t header_initials; /**< of the names that rules ask for */
	struct dr_array trunks;	  /**< struct dr_block_trunk */
	struct dr_array bridges;  /**< struct dr_block_bridge */
	uint32_t has_hosts;		  /**< trunks have host names, too */
	struct dr_block_networks trunk_networks;
	struct dr_block_networks bridge_networks;
};


/** Something in the block, by its place */
static inline const void *dr_block_at(const struct dr_map *map, uint32_t at)
{
	return (const char *)map + at;
}


/** A text in the block, by its reference */
static inline struct dr_text dr_block_text(
		const struct dr_map *map, struct dr_ref ref)
{
	return (struct dr_text){dr_block_at(map, ref.at), ref.len};
}


/** The hash table of a map */
static inline struct dr_table dr_block_table(const struct dr_map *map)
{
	return (struct dr_table){dr_block_at(map, map->slots.at),
			map->slots.count - 1, (const char *)map};
}


/** Index of dr_block_profile.lists for a code, a class (3 to 6), or any other
 * number: no code */
static inline uint32_t dr_code_key(int code)
{
	if(code >= DR_CODE_MIN && code <= DR_CODE_MAX)
		return (uint32_t)(code - DR_CODE_MIN);
	if(code >= DR_CODE_MIN / 100 && code <= DR_CODE_MAX / 100)
		return (uint32_t)(DR_CODE_CLASS + code - DR_CODE_MIN / 100);
	return DR_CODE_ANY;
}

#endif
