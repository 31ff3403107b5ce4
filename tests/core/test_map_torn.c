/**
 * @file test_map_torn.c  Files that end or go wrong in the middle of something
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "map_def.h"
#include "map_load.h"
#include "map_written.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define A_RULE(conditions)                                            \
	"profiles: { a: { rules: ( { reason = \"MIGRATION\"; " conditions \
	" } ); }; };"

static int load(const char *text, size_t len)
{
	struct dr_map_errors complaints;
	struct dr_map *map;
	FILE *file = begin_map();
	int err;

	assert_int_equal(fwrite(text, 1, len, file), len);
	end_map(file);
	err = dr_map_load(map_path, &map, &complaints);
	assert_int_equal(complaints.errors > 0, err != 0);
	dr_map_errors_free(&complaints);
	free(map);
	return err;
}

/* Each ends, or goes on wrong, where something else was to come */
static void test_torn(void **state)
{
	static const char *const texts[] = {"@include", "@include ", "@include \"",
			"@include \"a", "@include \"\"", "@include \"a\nb\"",
			"@include \"a\\b\"", "@inc", "@x", "trunks = (); @include \"a\"",
			"a = \"b", "a = \"b\\", "/* a", "}", ")", "abc", "a~ = 1;",
			"a[b = 1;", "a`b = 1;", "a{b = 1;", "a@b = 1;", "a-b_c9* = 1;",
			"a = \"\\X00\";", "a = 12345678901",
			"profiles: { a: { rules = [ 1 ]; }; };",
			"profiles: { a: { rules = [ 1 ]; };",
			A_RULE("header = \"X\"; prefix = \"a\x7f\";"),
			A_RULE("header = \"X\"; prefix = \"a\x1f\";"),
			A_RULE("phrase = \"\x7f\";"),
			"trunks: ( { name = \"a\x7f\"; host = \"b\"; } );"};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(texts); i++) {
		print_message("%s\n", texts[i]);
		assert_int_equal(load(texts[i], strlen(texts[i])), EINVAL);
	}
	assert_int_equal(load("@\n\0", 3), EINVAL);
	assert_int_equal(load("\"\0", 2), EINVAL);
	assert_int_equal(load("# a", 3), 0);
	assert_int_equal(load("profiles: { a: { rules = [ ]; }; };", 35), 0);
}

/* A path that just fits, with an include whose path does not */
static void test_long_path(void **state)
{
	char path[4096];
	FILE *file = begin_map();
	size_t len = strlen(map_folder);
	char *at = path + len;

	(void)state;
	memset(path, '/', sizeof(path));
	memcpy(path, map_folder, len);
	for(at++; at + 1 < path + sizeof(path) - sizeof("map.cfg"); at += 2)
		*at = '.';
	memcpy(path + sizeof(path) - sizeof("map.cfg"), "map.cfg",
			sizeof("map.cfg"));
	fputs("@include \"a-longer-name.cfg\"\n", file);
	end_map(file);
	assert_refused(path, 2, "path of an include is too long");
	assert_refused(map_path, 2, "No such file");
}

static void test_hosts(void **state)
{
	static const char *const good[] = {"a", "a.", "A.Z", "a_b-c.d9", "*.a",
			"1a", "1-", "10.a", "a.1z", "0.0.0.x"};
	static const char *const bad[] = {"", ".", "*.", "*", "a..b", "a{b", "a[b",
			"a@b", "a:b", "a/b", "a`b", "a b", "10.0.0.1", "a.9", "9"};
	char label[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffffffff"
				   "fgggg";
	char host[DR_HOST_MAX + 1];
	struct dr_text text;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(good); i++) {
		text = (struct dr_text){good[i], strlen(good[i])};
		assert_true(dr_host_check(text));
	}
	for(i = 0; i < COUNT(bad); i++) {
		text = (struct dr_text){bad[i], strlen(bad[i])};
		assert_false(dr_host_check(text));
	}
	text = (struct dr_text){label, 64};
	assert_false(dr_host_check(text));
	text.len = 63;
	assert_true(dr_host_check(text));
	for(i = 0; i < sizeof(host); i++)
		host[i] = i % 2 ? '.' : 'a';
	text = (struct dr_text){host, DR_HOST_MAX - 3};
	assert_true(dr_host_check(text));
	text.len++;
	assert_false(dr_host_check(text));
}

static void test_networks(void **state)
{
	static const char *const bad[] = {"", "/", "/8", "1.2.3", "1.2.3.4/",
			"1.2.3.4/33", "1.2.3.4/2a", "1.2.3.4/-1", "1.2.3.4/0000",
			"1.2.3.4/8/8", "1:2/64", "::/129", "1.2.3.4 ",
			":::", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"};
	struct dr_network network;
	struct dr_text text;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(bad); i++) {
		text = (struct dr_text){bad[i], strlen(bad[i])};
		assert_int_equal(dr_network_parse(text, &network), EINVAL);
	}
	text = (struct dr_text){"1.2.3.4/032", 11};
	assert_int_equal(dr_network_parse(text, &network), 0);
	assert_int_equal(network.bits, 32);
}

/* What is in /proc says that it is empty, so it is read up to the limit */
static void test_files_of_no_size(void **state)
{
	(void)state;
	assert_refused("/proc/self/pagemap", 0, "Is too large");
	assert_refused("/proc/self/mem", 0, "Input/output error");
	assert_refused("/proc/self/comm", 2, "syntax error");
}

static void test_shown(void **state)
{
	static const struct dr_text text = DR_TEXT("a\x1f \x7f~\xc3\xa9");
	char shown[DR_SHOWN_MAX];

	(void)state;
	assert_string_equal(dr_shown(shown, text), "a? ?~\xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			LIMITED(test_torn),
			LIMITED(test_long_path),
			cmocka_unit_test(test_hosts),
			cmocka_unit_test(test_networks),
			cmocka_unit_test(test_files_of_no_size),
			cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
