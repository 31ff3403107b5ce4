/**
 * @file map_def.h  What a map says, before it is compiled
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_DEF_H
#define DR_MAP_DEF_H

#include "sip_header.h"
#include "map.h"

/** Most rules of a map */
#define DR_RULES_MAX 200000

/** Most profiles that extend each other in a row */
#define DR_EXTENDS_MAX 16

/** Where something stands */
struct dr_place
{
	size_t at; /**< line of the whole text with all includes, from 1 */
	int file;  /**< index of dr_spec.files */
	int line;  /**< from 1 */
};

/** A name that stands for something elsewhere in the map */
struct dr_spec_name
{
	struct dr_text text; /**< empty: none */
	struct dr_place place;
};

struct dr_spec_profile
{
	struct dr_place place;
	struct dr_text name;
	struct dr_spec_name extends;
	int parent; /**< index of the profile it extends, or DR_NONE */
	int q850;	/**< 0, 1, or DR_ANY */
};

struct dr_spec_rule
{
	struct dr_conditions when;
	struct dr_place place;
	int profile;
	int number; /**< from 1, in its profile */
	enum dr_reason reason;
	struct dr_text detail; /**< empty: none */
};

/** An address with the length of its network part */
struct dr_network
{
	struct dr_address address; /**< all bits after the network part are 0 */
	unsigned bits;
};

/** Room for a network as text, with its zero byte */
#define DR_NETWORK_TEXT_MAX 64

/** What finds a trunk or a bridge: a host name, or a network */
struct dr_spec_pattern
{
	struct dr_place place;
	int owner;			 /**< index of the trunk or bridge */
	struct dr_text text; /**< as written */
	bool is_host;		 /**< text is NAME or *.NAME */
	struct dr_network network;
};

struct dr_spec_trunk
{
	struct dr_place place;
	struct dr_text name;
	struct dr_spec_name profile_name;
	int profile;
	int trust; /**< 0 or 1 */
};

struct dr_spec_bridge
{
	struct dr_place place;
	struct dr_text name;
	struct dr_text headers[DR_BRIDGE_HEADERS_MAX];
	size_t header_count;
	struct dr_spec_name detail_header;
	int phrase_is_reason; /**< 0 or 1 */
};

struct dr_spec_reply
{
	struct dr_reply reply;
	int bridge;
};

/** A list that grows; see dr_spec_add() */
#define DR_LIST(type) \
	struct            \
	{                 \
		type *list;   \
		size_t count; \
		size_t room;  \
	}

/** Codes or causes, as they stand in struct dr_conditions and struct dr_reply */
struct dr_list
{
	const void *s;
	size_t count;
};

struct dr_spec_patterns
{
	struct dr_spec_pattern *list;
	size_t count;
	size_t room;
};

/**
 * A whole map. Profile 0 is always there, DR_PROFILE_DEFAULT. The rules of one
 * profile, the patterns of one trunk or bridge, and the replies of one bridge
 * stand in a row, in the order of the file.
 */
struct dr_spec
{
	DR_LIST(struct dr_text) files;
	DR_LIST(struct dr_spec_profile) profiles;
	DR_LIST(struct dr_spec_rule) rules;
	DR_LIST(struct dr_spec_trunk) trunks;
	struct dr_spec_patterns trunk_patterns;
	DR_LIST(struct dr_spec_bridge) bridges;
	struct dr_spec_patterns bridge_patterns;
	DR_LIST(struct dr_spec_reply) replies;
	struct dr_kept *kept; /**< codes, causes and texts of its own */
	bool no_memory;		  /**< something could not be added */
};

void dr_spec_init(struct dr_spec *spec);
void dr_spec_free(struct dr_spec *spec);
void *dr_spec_keep(struct dr_spec *spec, const void *data, size_t size);
struct dr_text dr_spec_text(struct dr_spec *spec, const char *s, size_t len);
void *dr_grow(void *list, size_t count, size_t *room, size_t size);
void *dr_spec_grow(struct dr_spec *spec, void *list, size_t count, size_t *room,
		size_t size);

/** Add a zeroed element to a list of a spec: a pointer to it, or NULL when there
 * is no memory (spec->no_memory is set then) */
#define dr_spec_add(spec, name)                                  \
	((spec)->name.list = dr_spec_grow((spec), (spec)->name.list, \
			 (spec)->name.count, &(spec)->name.room,             \
			 sizeof(*(spec)->name.list)),                        \
			(spec)->no_memory ? NULL                             \
							  : &(spec)->name.list[(spec)->name.count++])

int dr_network_parse(struct dr_text text, struct dr_network *network);
void dr_network_cut(struct dr_network *network);
void dr_network_print(char *buf, const struct dr_network *network);
bool dr_host_check(struct dr_text host);
bool dr_bridge_has(const struct dr_spec_bridge *bridge, struct dr_text header);

#endif
