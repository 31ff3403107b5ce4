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
 *
 * One hash table finds names and addresses. A key is a text within a scope: a
 * kind, and a number that the kind gives a meaning. A hash is built byte by byte,
 * so that all ends of a host name are found in one walk over it.
 */

#ifndef DR_MAP_BLOCK_H
#define DR_MAP_BLOCK_H

#include <stdint.h>

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

/** What a key is; the number of its scope */
enum dr_kind
{
	DR_KIND_NONE,	   /**< an empty slot */
	DR_KIND_PROFILE,   /**< name; 0 */
	DR_KIND_TRUNK,	   /**< name; 0 */
	DR_KIND_BRIDGE,	   /**< name; 0 */
	DR_KIND_HEADER,	   /**< name of a header field, lower case; 0 */
	DR_KIND_HOST,	   /**< name, lower case, last byte first; a pattern
						 * "*.NAME" so, too, without its "*"; 0 */
	DR_KIND_TRUNK_NET, /**< network part in whole bytes; its bits, and family */
	DR_KIND_BRIDGE_NET, /**< the same */
};

/** A key and its value; the numbers say where things stand in the block */
struct dr_slot
{
	uint32_t scope; /**< 0: empty */
	uint32_t hash;
	uint32_t text;
	uint32_t len;
	uint32_t value;
};

/** A table; its size is a power of two, and at least one slot is empty */
struct dr_table
{
	const struct dr_slot *slots;
	uint32_t mask;	   /**< size - 1 */
	const char *block; /**< where the texts of the keys stand */
};

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
	uint32_t words; /**< of the phrase, lower case, a space before and after
					 * each, then a zero byte */
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

/** A scope from its kind and number; the number is below 2^28 */
static inline uint32_t dr_scope(enum dr_kind kind, uint32_t number)
{
	return (uint32_t)kind << 28 | number;
}

/** The scope of network parts of a length */
static inline uint32_t dr_network_scope(
		enum dr_kind kind, uint32_t bits, bool is_v4)
{
	return dr_scope(kind, bits | (is_v4 ? 256 : 0));
}

/** The hash of the empty text in a scope */
static inline uint32_t dr_hash_start(uint32_t scope)
{
	return (scope ^ 0x811c9dc5U) * 0x9e3779b1U;
}

/** The hash of a text with one more byte at its end (FNV-1a) */
static inline uint32_t dr_hash_byte(uint32_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 0x01000193U;
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

uint32_t dr_hash(uint32_t scope, struct dr_text text);
uint32_t dr_table_place(const struct dr_table *table, uint32_t scope,
		struct dr_text text, uint32_t hash);

#endif
