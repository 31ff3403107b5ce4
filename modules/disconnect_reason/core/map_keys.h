/**
 * @file map_keys.h  The keys of a map
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * Each group of a map has a table of its keys. A new key of a known type is one
 * row of it.
 */

#ifndef DR_MAP_KEYS_H
#define DR_MAP_KEYS_H

#include "map_def.h"

#define DR_EXPECTED_VERSION "version = 1"
#define DR_EXPECTED_PROFILE \
	"the name of a profile, a token of at most 64 characters"
#define DR_EXPECTED_OWN_HEADER \
	"the name of a header field of your own, a token of at most 64 characters"
#define DR_EXPECTED_SEND "a code from 300 to 699, but not 401, 407 or 503"

/** What a key's value is, and what it is kept in */
enum dr_key_type
{
	DR_KEY_PROFILES, /**< struct dr_spec, as all lists of groups */
	DR_KEY_TRUNKS,
	DR_KEY_BRIDGES,
	DR_KEY_RULES,
	DR_KEY_REPLIES,
	DR_KEY_HOSTS,		  /**< patterns of struct dr_spec */
	DR_KEY_ADDRESSES,	  /**< the same */
	DR_KEY_VERSION,		  /**< nothing */
	DR_KEY_CODES,		  /**< a list of unsigned short, and its size_t */
	DR_KEY_CAUSES,		  /**< a list of unsigned char, and its size_t */
	DR_KEY_SOURCE,		  /**< int, DR_ANY when it is not there */
	DR_KEY_AFTER,		  /**< the same */
	DR_KEY_REASON,		  /**< the same, or enum dr_reason */
	DR_KEY_SEND,		  /**< int */
	DR_KEY_SWITCH,		  /**< int: 0, 1, or DR_ANY */
	DR_KEY_REASON_PHRASE, /**< int: 0 or 1 */
	DR_KEY_TOKEN,		  /**< struct dr_text, as all that follow */
	DR_KEY_DETAIL,
	DR_KEY_PREFIX,
	DR_KEY_PHRASE,
	DR_KEY_NAME,	/**< struct dr_spec_name */
	DR_KEY_HEADERS, /**< struct dr_spec_bridge */
	DR_KEY_TYPE_COUNT
};

/** A key is a condition of its rule or reply; a group has none of them, or it
 * needs at least one */
#define DR_KEY_CONDITION 1U
/** A condition on the status code of a reply */
#define DR_KEY_ASKS_CODE 2U
/** A condition on more of a reply than its status code */
#define DR_KEY_ASKS_REPLY 4U
/** Only codes that may be translated */
#define DR_KEY_TRANSLATED 8U
/** One value, or an array or list of them */
#define DR_KEY_SEVERAL 16U
/** No header field with a meaning in SIP: a bridge's own are removed from replies
 * of trunks */
#define DR_KEY_OWN_HEADER 32U

struct dr_key
{
	const char *name;
	enum dr_key_type type;
	unsigned flags;
	size_t offset; /**< in what its group is read into */
	const char *expected;
	const char *missing; /**< what is expected where the key is missing; NULL:
						  * it may be */
};

/** The keys of a group; the last one has no name */
struct dr_group
{
	const char *name;	  /**< for people, with its article */
	const char *expected; /**< how it is written */
	const struct dr_key *keys;
};

extern const struct dr_group dr_map_group;
extern const struct dr_group dr_profile_group; /**< struct dr_spec_profile */
extern const struct dr_group dr_rule_group;	   /**< struct dr_spec_rule; the
												* offsets of conditions are those
												* in struct dr_conditions, too */
extern const struct dr_group dr_trunk_group;   /**< struct dr_spec_trunk */
extern const struct dr_group dr_bridge_group;  /**< struct dr_spec_bridge */
extern const struct dr_group dr_reply_group;   /**< struct dr_reply */

/** One value of a condition: a text, or a number when text.s is NULL */
struct dr_value
{
	struct dr_text text;
	int number;
};

bool dr_is_sip_header(struct dr_text name);
bool dr_key_check(const struct dr_key *key, struct dr_text text);
struct dr_text dr_key_word(const struct dr_key *key, int number);
bool dr_key_value(const struct dr_key *key, const void *conditions, size_t i,
		struct dr_value *value);
unsigned dr_conditions_flags(const struct dr_conditions *when);

#endif
