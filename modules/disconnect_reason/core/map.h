/**
 * @file map.h  The operator's map, compiled: profiles, trunks and bridges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * A map is one block of memory without pointers. It never changes, and it may
 * be copied whole, also into memory that other processes share. Nothing that is
 * asked of it allocates, and an answer costs the same however many profiles and
 * trunks it has. All texts that come out of a map belong to it.
 *
 * For the functions that count, find or read profiles, trunks and bridges, NULL
 * is the map that stands for the built-in tables alone: one profile without
 * rules, no trunk and no bridge.
 */

#ifndef DR_MAP_H
#define DR_MAP_H

#include <stdint.h>

#include "reason.h"

/** Longest name of a profile, trunk or bridge, a token, in bytes */
#define DR_NAME_MAX 64

/** No such profile, trunk, bridge or rule */
#define DR_NONE (-1)

/** A condition that is not made */
#define DR_ANY (-1)

/** Longest prefix, and longest phrase, of a rule in bytes */
#define DR_PREFIX_MAX 128

/** Longest host name (RFC 1035 section 2.3.4) in bytes */
#define DR_HOST_MAX 253

/** The profile that every map has: the built-in tables, after the rules that
 * the map itself gives it */
#define DR_PROFILE_DEFAULT 0

/** How many there may be; all numbers fit in a short */
#define DR_PROFILES_MAX 2000
#define DR_TRUNKS_MAX 32000
#define DR_BRIDGES_MAX 1000
#define DR_BRIDGE_HEADERS_MAX 8
#define DR_BRIDGE_REPLIES_MAX 64

/** A profile, as the map has it */
struct dr_profile
{
	struct dr_text name;
	int parent;		/**< the profile it extends, or DR_NONE */
	int q850;		/**< 0, 1, or DR_ANY: it does not say */
	int first_rule; /**< its rules have numbers of the map in a row */
	int rule_count;
};

/** What a rule asks for; all of it must hold */
struct dr_conditions
{
	const unsigned short *codes; /**< 300 to 699; 3 to 6: a whole class */
	size_t code_count;			 /**< 0: any code, or none */
	int source;					 /**< an enum dr_source, or DR_ANY */
	int after;					 /**< an enum dr_after, or DR_ANY */
	const unsigned char *causes; /**< of Q.850, 1 to 127 */
	size_t cause_count;			 /**< 0: any cause, or none */
	struct dr_text header;		 /**< name; empty: any */
	struct dr_text prefix; /**< of its value; empty: the header is there */
	struct dr_text phrase; /**< words; empty: any */
};

/** A rule, and where it stands in the map's files */
struct dr_rule
{
	struct dr_text profile; /**< that the rule was written in */
	int number;				/**< from 1, in that profile */
	struct dr_text file;
	int line; /**< from 1 */
	struct dr_conditions when;
	enum dr_reason reason;
	struct dr_text detail; /**< empty: none */
};

/** A trunk, as the map has it */
struct dr_trunk
{
	struct dr_text name;
	int profile;
	bool trust;		   /**< the reason in its replies is believed */
	int pattern_count; /**< host names and addresses */
};

/** A bridge, as the map has it */
struct dr_bridge
{
	struct dr_text name;
	int header_count;			  /**< at least 1 */
	struct dr_text detail_header; /**< empty: none */
	bool phrase_is_reason; /**< the reason's name becomes the reason phrase */
	int pattern_count;	   /**< addresses */
	int reply_count;
};

/** Which code a bridge is sent in place of the one that came */
struct dr_reply
{
	const unsigned short *codes; /**< 300 to 699; 3 to 6: a whole class */
	size_t code_count;			 /**< 0: any */
	int reason;					 /**< an enum dr_reason, or DR_ANY */
	int source;					 /**< an enum dr_source, or DR_ANY */
	int after;					 /**< an enum dr_after, or DR_ANY */
	struct dr_text detail;		 /**< empty: any */
	int send;
};

/** An IP address in network order: 4 or 16 bytes */
struct dr_address
{
	unsigned char bytes[16];
	size_t len;
};

/** Does a condition of a rule hold? */
static inline bool dr_is_or_any(int wanted, int value)
{
	return wanted == DR_ANY || wanted == value;
}

size_t dr_map_size(const struct dr_map *map);

int dr_map_profile_count(const struct dr_map *map);
int dr_map_find_profile(const struct dr_map *map, struct dr_text name);
struct dr_text dr_map_profile_name(const struct dr_map *map, int profile);
void dr_map_get_profile(
		const struct dr_map *map, int number, struct dr_profile *profile);

int dr_map_trunk_count(const struct dr_map *map);
int dr_map_find_trunk(const struct dr_map *map, struct dr_text name);
int dr_map_trunk_of_host(const struct dr_map *map, struct dr_text host);
int dr_map_trunk_of_address(
		const struct dr_map *map, const struct dr_address *address);
void dr_map_get_trunk(
		const struct dr_map *map, int number, struct dr_trunk *trunk);
struct dr_text dr_map_trunk_pattern(
		const struct dr_map *map, int trunk, int pattern);

int dr_map_bridge_count(const struct dr_map *map);
int dr_map_find_bridge(const struct dr_map *map, struct dr_text name);
int dr_map_bridge_of_address(
		const struct dr_map *map, const struct dr_address *address);
void dr_map_get_bridge(
		const struct dr_map *map, int number, struct dr_bridge *bridge);
struct dr_text dr_map_bridge_header(
		const struct dr_map *map, int bridge, int header);
struct dr_text dr_map_bridge_pattern(
		const struct dr_map *map, int bridge, int pattern);
void dr_map_get_reply(const struct dr_map *map, int bridge, int number,
		struct dr_reply *reply);
struct dr_text dr_map_bridge_lines(
		const struct dr_map *map, int bridge, enum dr_reason reason);
bool dr_may_translate(int code);
int dr_map_bridge_send(const struct dr_map *map, int bridge, int code,
		const struct dr_answer *answer);

uint32_t dr_map_header(const struct dr_map *map, struct dr_text name);
int dr_map_rule_count(const struct dr_map *map);

#endif
