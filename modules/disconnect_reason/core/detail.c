/**
 * @file detail.c  Detail tokens and the value of the detail header field
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <string.h>

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


/* What is written; snprintf() would cost more than finding the reason does */
struct pen
{
	char *buf;
	size_t len, size;
	bool full;
};


static void write_text(struct pen *pen, struct dr_text text)
{
	pen->full = pen->full || text.len >= pen->size - pen->len;
	if(pen->full)
		return;
	memcpy(pen->buf + pen->len, text.s, text.len);
	pen->len += text.len;
}


/* "NAME=VALUE" behind what is there, nothing when the value is empty */
static void write_param(
		struct pen *pen, struct dr_text name, struct dr_text value)
{
	if(value.len == 0)
		return;
	if(pen->len > 0)
		write_text(pen, (struct dr_text)DR_TEXT(";"));
	write_text(pen, name);
	write_text(pen, (struct dr_text)DR_TEXT("="));
	write_text(pen, value);
}


/* The same with a number, nothing when it is below the least */
static void write_number(
		struct pen *pen, struct dr_text name, int number, int least)
{
	char digits[INT_DIGITS];
	size_t at = sizeof(digits);

	if(number < least)
		return;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while(number > 0);
	write_param(pen, name, (struct dr_text){digits + at, sizeof(digits) - at});
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
	struct dr_text source = dr_source_name(answer->source);
	struct pen pen = {buf, 0, size, size == 0};

	if(source.len == 0 || !is_name(answer->trunk)
			|| (answer->detail.len > 0 && dr_detail_check(answer->detail) != 0))
		return 0;

	write_number(&pen, (struct dr_text)DR_TEXT("code"), answer->code, 1);
	write_number(&pen, (struct dr_text)DR_TEXT("q850"), answer->cause, 0);
	write_param(&pen, (struct dr_text)DR_TEXT("detail"), answer->detail);
	write_param(&pen, (struct dr_text)DR_TEXT("source"), source);
	write_param(&pen, (struct dr_text)DR_TEXT("trunk"), answer->trunk);
	if(pen.full)
		return 0;
	buf[pen.len] = '\0';
	return pen.len;
}
