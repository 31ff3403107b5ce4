/**
 * @file map_def.c  What a map says, before it is compiled
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_def.h"

#define ROOM_MIN 16
/* Longest label of a host name (RFC 1035 section 2.3.4) */
#define LABEL_MAX 63
/* Room for an address as text, with its zero byte */
#define ADDRESS_TEXT_MAX 48

/* Something that is kept, and what was kept before */
struct dr_kept
{
	struct dr_kept *before;
	max_align_t bytes[];
};

/**
 * Make a spec that holds nothing but the default profile
 *
 * @param spec Set; to be freed with dr_spec_free(). Without memory its field
 *             no_memory is set.
 */
void dr_spec_init(struct dr_spec *spec)
{
	static const struct dr_text name = DR_TEXT("default");
	struct dr_spec_profile *profile;

	memset(spec, 0, sizeof(*spec));
	profile = dr_spec_add(spec, profiles);
	if(!profile)
		return;

	profile->name = name;
	profile->parent = DR_NONE;
	profile->q850 = DR_ANY;
}

/**
 * Free all that a spec holds
 *
 * @param spec The spec; not to be used any more
 */
void dr_spec_free(struct dr_spec *spec)
{
	while(spec->kept) {
		struct dr_kept *before = spec->kept->before;

		free(spec->kept);
		spec->kept = before;
	}
	free(spec->files.list);
	free(spec->profiles.list);
	free(spec->rules.list);
	free(spec->trunks.list);
	free(spec->trunk_patterns.list);
	free(spec->bridges.list);
	free(spec->bridge_patterns.list);
	free(spec->replies.list);
	memset(spec, 0, sizeof(*spec));
}

/**
 * Keep a copy of something as long as the spec lives
 *
 * @param spec The spec
 * @param data What to copy; aligned as any type may need it
 * @param size Its size in bytes
 *
 * @return The copy, which the spec owns; NULL when there is no memory, and then
 *         spec->no_memory is set
 */
void *dr_spec_keep(struct dr_spec *spec, const void *data, size_t size)
{
	struct dr_kept *kept = malloc(sizeof(*kept) + size);

	if(!kept) {
		spec->no_memory = true;
		return NULL;
	}
	kept->before = spec->kept;
	spec->kept = kept;
	if(size > 0)
		memcpy(kept->bytes, data, size);

	return kept->bytes;
}

/**
 * Keep a copy of a text as long as the spec lives
 *
 * @param spec The spec
 * @param s    The text
 * @param len  Its length in bytes
 *
 * @return The copy; empty when there is no memory, see dr_spec_keep()
 */
struct dr_text dr_spec_text(struct dr_spec *spec, const char *s, size_t len)
{
	const char *copy = dr_spec_keep(spec, s, len);

	return (struct dr_text){copy, copy ? len : 0};
}

/**
 * Make room for one more element in a list
 *
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for; updated
 * @param size  Size of an element in bytes
 *
 * @return The list, which may have moved; the element at count is zeroed. NULL
 *         when there is no memory, and then the list is as it was.
 */
void *dr_grow(void *list, size_t count, size_t *room, size_t size)
{
	if(count == *room) {
		size_t more = *room > 0 ? *room * 2 : ROOM_MIN;
		void *grown = realloc(list, more * size);

		if(!grown)
			return NULL;
		list = grown;
		*room = more;
	}
	memset((char *)list + count * size, 0, size);
	return list;
}

/**
 * Make room for one more element in a list of a spec; see dr_spec_add()
 *
 * @param spec  The spec; its field no_memory is set when there is no memory
 * @param list  The list, or NULL
 * @param count How many elements it has
 * @param room  How many it has room for; updated
 * @param size  Size of an element in bytes
 *
 * @return The list, as dr_grow() gives it; without memory the list as it was
 */
void *dr_spec_grow(struct dr_spec *spec, void *list, size_t count, size_t *room,
		size_t size)
{
	void *grown = dr_grow(list, count, room, size);

	if(grown)
		return grown;

	spec->no_memory = true;
	return list;
}

static int parse_address(const char *text, struct dr_address *address)
{
	bool is_v6 = strchr(text, ':') != NULL;

	memset(address, 0, sizeof(*address));
	if(inet_pton(is_v6 ? AF_INET6 : AF_INET, text, address->bytes) != 1)
		return EINVAL;

	address->len = is_v6 ? 16 : 4;
	return 0;
}

static int parse_bits(struct dr_text text, unsigned most, unsigned *bits)
{
	int number = text.len <= 3 ? dr_parse_number(text, (int)most) : -1;

	if(number < 0)
		return EINVAL;

	*bits = (unsigned)number;
	return 0;
}

/**
 * Read an address, or a network in the notation of RFC 4632 section 3.1 and RFC
 * 4291 section 2.3
 *
 * @param text    ADDRESS or ADDRESS/BITS, IPv4 or IPv6
 * @param network Set to it; bits after the network part stay as they are
 *
 * @return 0, or EINVAL when it is none
 */
int dr_network_parse(struct dr_text text, struct dr_network *network)
{
	const char *slash = memchr(text.s, '/', text.len);
	size_t len = slash ? (size_t)(slash - text.s) : text.len;
	char address[ADDRESS_TEXT_MAX];
	unsigned most;

	if(len >= sizeof(address))
		return EINVAL;

	memcpy(address, text.s, len);
	address[len] = '\0';
	if(parse_address(address, &network->address) != 0)
		return EINVAL;

	most = (unsigned)network->address.len * 8;
	network->bits = most;
	if(!slash)
		return 0;

	text.s = slash + 1;
	text.len -= len + 1;
	return parse_bits(text, most, &network->bits);
}

/**
 * Set all bits after the network part to 0
 *
 * @param network The network
 */
void dr_network_cut(struct dr_network *network)
{
	unsigned i;

	for(i = network->bits; i < network->address.len * 8; i++)
		network->address.bytes[i / 8] &= (unsigned char)~(0x80U >> i % 8);
}

/**
 * Write a network, ADDRESS/BITS
 *
 * @param buf     Where to write; DR_NETWORK_TEXT_MAX bytes
 * @param network The network
 */
void dr_network_print(char *buf, const struct dr_network *network)
{
	char address[ADDRESS_TEXT_MAX] = "";
	int family = network->address.len == 4 ? AF_INET : AF_INET6;

	inet_ntop(family, network->address.bytes, address, sizeof(address));
	snprintf(buf, DR_NETWORK_TEXT_MAX, "%s/%u", address, network->bits);
}

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		   || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Are there only digits? Then an address was meant, not a name. */
static bool is_number(struct dr_text label)
{
	while(label.len > 0 && *label.s >= '0' && *label.s <= '9') {
		label.s++;
		label.len--;
	}
	return label.len == 0;
}

/* Take the next label off the front of a host name, with its dot */
static bool take_label(struct dr_text *host, struct dr_text *label)
{
	*label = (struct dr_text){host->s, 0};
	while(label->len < host->len && is_label_char(label->s[label->len]))
		label->len++;

	host->s += label->len;
	host->len -= label->len;
	if(label->len == 0 || label->len > LABEL_MAX)
		return false;
	if(host->len == 0)
		return true;
	if(*host->s != '.')
		return false;

	host->s++;
	host->len--;
	return true;
}

/**
 * Is a text a host name, or a pattern for the names below one?
 *
 * @param host The text: NAME or *.NAME, with a dot at its end or without; an
 *             underscore is let through
 *
 * @return true when it is; false also for an IPv4 address
 */
bool dr_host_check(struct dr_text host)
{
	static const struct dr_text any = DR_TEXT("*.");
	struct dr_text label;

	if(dr_text_starts(host, any)) {
		host.s += any.len;
		host.len -= any.len;
	}
	if(host.len == 0 || host.len >= DR_HOST_MAX - any.len)
		return false;

	do {
		if(!take_label(&host, &label))
			return false;
	} while(host.len > 0);
	return !is_number(label);
}

/**
 * Has a bridge a header field of a name, in any case of letters?
 *
 * @param bridge The bridge
 * @param header The name
 *
 * @return true when it is one of those that carry the reason
 */
bool dr_bridge_has(const struct dr_spec_bridge *bridge, struct dr_text header)
{
	size_t i;

	for(i = 0; i < bridge->header_count; i++) {
		if(dr_text_alike(header, bridge->headers[i]))
			return true;
	}
	return false;
}
