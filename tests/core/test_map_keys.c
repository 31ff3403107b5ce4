/**
 * @file test_map_keys.c  The conditions of a rule, one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "map_keys.h"
#include "map_match.h"
#include "map_written.h"

#define TEXT_MAX 512

/* Write all conditions that are made, KEY=VALUE,VALUE... with a space after
 * each */
static void print(char *text, const struct dr_group *group, const void *when)
{
	const struct dr_key *key;
	struct dr_value value;
	size_t len = 0;
	size_t i;

	text[0] = '\0';
	for(key = group->keys; key->flags & DR_KEY_CONDITION; key++) {
		for(i = 0; dr_key_value(key, when, i, &value); i++) {
			len += (size_t)snprintf(text + len, TEXT_MAX - len, "%s%s",
					i > 0 ? "," : key->name, i > 0 ? "" : "=");
			if(value.text.s)
				len += (size_t)snprintf(text + len, TEXT_MAX - len, "%.*s",
						(int)value.text.len, value.text.s);
			else
				len += (size_t)snprintf(
						text + len, TEXT_MAX - len, "%d", value.number);
		}
		if(i > 0)
			len += (size_t)snprintf(text + len, TEXT_MAX - len, " ");
	}
}

static void test_values(void **state)
{
	static const char *const expected[] = {
			"code=480,5xx source=remote after=ringing q850=17,21 header=X-A "
			"prefix=b c phrase=D5 ",
			"code=603 ", "after=none "};
	char text[TEXT_MAX];
	struct dr_reply reply;
	struct dr_rule rule;
	struct dr_map *map;
	FILE *file = begin_map();
	int i;

	(void)state;
	fputs("profiles: { a: { rules: (\n"
		  "{ code = ( 480, \"5xx\", 480 ); source = \"remote\"; after = "
		  "\"ringing\"; q850 = [ 17, 21 ]; header = \"X-A\"; prefix = "
		  "\"b c\"; phrase = \"D5\"; reason = \"MIGRATION\"; },\n"
		  "{ code = 603; reason = \"MIGRATION\"; },\n"
		  "{ after = \"none\"; reason = \"MIGRATION\"; } ); }; };\n"
		  "bridges: ( { name = \"b\"; address = \"::1\"; reply: ( { code = "
		  "\"6xx\"; reason = \"MIGRATION\"; detail = \"d\"; send = 480; } ); "
		  "} );\n",
			file);
	end_map(file);
	map = load_written();
	for(i = 0; i < 3; i++) {
		dr_map_get_rule(map, i, &rule);
		print(text, &dr_rule_group, &rule.when);
		assert_string_equal(text, expected[i]);
	}
	dr_map_get_reply(map, 0, 0, &reply);
	print(text, &dr_reply_group, &reply);
	assert_string_equal(text, "code=6xx reason=MIGRATION detail=d ");
	free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			LIMITED(test_values),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
