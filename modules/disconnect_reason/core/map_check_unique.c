/**
 * @file map_check_unique.c  Finds what a map names twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdlib.h>
#include <string.h>

#include "map_check.h"
#include "map_words.h"

/* Something that may be there once only */
struct item
{
	unsigned kind;		/* items of different kinds never clash */
	struct dr_text key; /* in the shape that is compared */
	struct dr_text text;
	struct dr_place place;
};

struct items
{
	struct item *list;
	size_t count;
	size_t room;
};


static void add_item(
		struct dr_spec *spec, struct items *items, const struct item *item)
{
	struct item *list =
			dr_grow(items->list, items->count, &items->room, sizeof(*list));

	if(!list) {
		spec->no_memory = true;
		return;
	}
	items->list = list;
	list[items->count++] = *item;
}


static int compare(const void *one, const void *other)
{
	const struct item *a = one;
	const struct item *b = other;
	int order;

	if(a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if(a->key.len != b->key.len)
		return a->key.len < b->key.len ? -1 : 1;

	order = a->key.len > 0 ? memcmp(a->key.s, b->key.s, a->key.len) : 0;
	if(order != 0)
		return order;
	if(a->place.at != b->place.at)
		return a->place.at < b->place.at ? -1 : 1;

	return 0;
}


static bool is_same(const struct item *a, const struct item *b)
{
	return a->kind == b->kind && dr_text_is(a->key, b->key);
}


/* Complain about each item that another one before it clashes with */
static void check(struct dr_spec *spec, struct dr_complainer *complainer,
		struct items *items, const char *what)
{
	char shown[DR_SHOWN_MAX];
	const struct item *first;
	size_t i;

	if(items->count > 0)
		qsort(items->list, items->count, sizeof(*items->list), compare);

	first = items->list;
	for(i = 1; i < items->count; i++) {
		const struct item *item = &items->list[i];

		if(is_same(first, item))
			dr_complain(complainer, item->place,
					"%s \"%s\" is there twice, expected each once; the first "
					"is in %s:%d",
					what, dr_shown(shown, item->text),
					spec->files.list[first->place.file].s, first->place.line);
		else
			first = item;
	}
	free(items->list);
}


static void check_trunks(struct dr_spec *spec, struct dr_complainer *complainer)
{
	struct items items = {NULL, 0, 0};
	size_t i;

	for(i = 0; i < spec->trunks.count; i++) {
		const struct dr_spec_trunk *trunk = &spec->trunks.list[i];
		struct item item = {0, trunk->name, trunk->name, trunk->place};

		if(trunk->name.len > 0)
			add_item(spec, &items, &item);
	}
	check(spec, complainer, &items, "trunk");
}


static void check_bridges(
		struct dr_spec *spec, struct dr_complainer *complainer)
{
	struct items items = {NULL, 0, 0};
	size_t i;

	for(i = 0; i < spec->bridges.count; i++) {
		const struct dr_spec_bridge *bridge = &spec->bridges.list[i];
		struct item item = {0, bridge->name, bridge->name, bridge->place};

		if(bridge->name.len > 0)
			add_item(spec, &items, &item);
	}
	check(spec, complainer, &items, "bridge");
}


static void add_pattern(struct dr_spec *spec, struct items *items,
		const struct dr_spec_pattern *pattern)
{
	struct item item = {0, {NULL, 0}, pattern->text, pattern->place};
	char host[DR_HOST_MAX];

	if(pattern->is_host) {
		size_t len = dr_host_key(host, sizeof(host), pattern->text);

		item.key = dr_spec_text(spec, host, len);
	} else {
		/* the number of bits tells networks of one address apart */
		item.kind = 1 + pattern->network.bits;
		item.key = dr_spec_text(spec,
				(const char *)&pattern->network.address.bytes,
				pattern->network.address.len);
	}
	add_item(spec, items, &item);
}


static void check_patterns(struct dr_spec *spec,
		struct dr_complainer *complainer,
		const struct dr_spec_pattern *patterns, size_t count)
{
	struct items items = {NULL, 0, 0};
	size_t i;

	for(i = 0; i < count; i++)
		add_pattern(spec, &items, &patterns[i]);
	check(spec, complainer, &items, "host or address");
}


/**
 * Complain about trunks, bridges, and their hosts and addresses, that are there
 * twice
 *
 * @param spec       What the map says; without memory its field no_memory is set
 * @param complainer Hears about each that is there again
 */
void dr_check_unique(struct dr_spec *spec, struct dr_complainer *complainer)
{
	check_trunks(spec, complainer);
	check_bridges(spec, complainer);
	check_patterns(spec, complainer, spec->trunk_patterns.list,
			spec->trunk_patterns.count);
	check_patterns(spec, complainer, spec->bridge_patterns.list,
			spec->bridge_patterns.count);
}
