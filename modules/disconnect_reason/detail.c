/**
 * @file detail.c  Detail tokens and the value of the detail header field
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdio.h>

#include "classify.h"
#include "header.h"
#include "map.h"

/* "code=" and a positive int, "q850=" and one, "detail=", "source=" and "trunk="
 * with the longest token each, ";" between them, a zero byte at the end */
#define INT_DIGITS 10
#define SOURCE_MAX 9
#define LONGEST                                                    \
	(sizeof("code=;q850=;detail=;source=;trunk=") + 2 * INT_DIGITS \
			+ DR_DETAIL_MAX + SOURCE_MAX + DR_NAME_MAX)

_Static_assert(
		LONGEST <= DR_DETAIL_HEADER_MAX, "a detail header would not fit");


static bool is_detail_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}


/**
 * Is a text fit to be a detail?
 *
 * @param detail The text
 *
 * @return 0 when it is 1 to DR_DETAIL_MAX bytes of a-z, 0-9 and "-", else EINVAL
 */
int dr_detail_check(struct dr_text detail)
{
	size_t i;

	if(detail.len == 0 || detail.len > DR_DETAIL_MAX)
		return EINVAL;

	for(i = 0; i < detail.len; i++) {
		if(!is_detail_char(detail.s[i]))
			return EINVAL;
	}
	return 0;
}


static bool is_name(struct dr_text name)
{
	return name.len == 0 || (name.len <= DR_NAME_MAX && dr_token_check(name));
}


/* "NAME=NUMBER;" into buf, nothing when the number is below the least */
static void print_number(
		char *buf, size_t size, const char *name, int number, int least)
{
	buf[0] = '\0';
	if(number >= least)
		snprintf(buf, size, "%s=%d;", name, number);
}


/**
 * Write the value of the detail header field,
 * e.g. code=603;q850=21;detail=declined;source=remote
 *
 * The grammar is generic-param *( ";" generic-param ) of RFC 3261 section 25.1
 * with tokens for values only. Code, Q.850 cause, detail and trunk are left out
 * when the answer has none.
 *
 * @param buf    Where to write; ends with a zero byte when the value fits
 * @param size   Its size in bytes; DR_DETAIL_HEADER_MAX is always enough
 * @param answer An answer
 *
 * @return Length of the value in bytes without the zero byte; 0 when it does
 *         not fit or the answer's detail, source or trunk is no token
 */
size_t dr_detail_print(char *buf, size_t size, const struct dr_answer *answer)
{
	char code[sizeof("code=;") + INT_DIGITS];
	char cause[sizeof("q850=;") + INT_DIGITS];
	char detail[sizeof("detail=;") + DR_DETAIL_MAX] = "";
	char trunk[sizeof(";trunk=") + DR_NAME_MAX] = "";
	struct dr_text source = dr_source_name(answer->source);
	int len;

	if(source.len == 0 || !is_name(answer->trunk)
			|| (answer->detail.len > 0 && dr_detail_check(answer->detail) != 0))
		return 0;

	print_number(code, sizeof(code), "code", answer->code, 1);
	print_number(cause, sizeof(cause), "q850", answer->cause, 0);
	if(answer->detail.len > 0)
		snprintf(detail, sizeof(detail), "detail=%.*s;",
				(int)answer->detail.len, answer->detail.s);
	if(answer->trunk.len > 0)
		snprintf(trunk, sizeof(trunk), ";trunk=%.*s", (int)answer->trunk.len,
				answer->trunk.s);
	len = snprintf(buf, size, "%s%s%ssource=%.*s%s", code, cause, detail,
			(int)source.len, source.s, trunk);
	return len < 0 || (size_t)len >= size ? 0 : (size_t)len;
}
