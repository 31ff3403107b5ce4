/**
 * @file reason.c  LiveKit's DisconnectReason and the words around it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>

#include "reason.h"
#include "sip_header.h"

static const struct dr_text reason_names[DR_REASON_COUNT] = {
#define REASON_NAME(name, number) [number] = DR_TEXT(#name),
		DR_REASONS(REASON_NAME)};

static const struct dr_text source_names[DR_SOURCE_COUNT] = {
		[DR_SOURCE_REMOTE] = DR_TEXT("remote"),
		[DR_SOURCE_TIMEOUT] = DR_TEXT("timeout"),
		[DR_SOURCE_TRANSPORT] = DR_TEXT("transport"),
		[DR_SOURCE_CANCEL] = DR_TEXT("cancel"),
		[DR_SOURCE_SCRIPT] = DR_TEXT("script"),
};

static const struct dr_text after_names[DR_AFTER_COUNT] = {
		[DR_AFTER_NONE] = DR_TEXT("none"),
		[DR_AFTER_TRYING] = DR_TEXT("trying"),
		[DR_AFTER_RINGING] = DR_TEXT("ringing"),
};

/* The name of a number below count; empty when there is no such number */
static struct dr_text name_at(
		const struct dr_text *names, size_t count, size_t index)
{
	static const struct dr_text none = DR_TEXT("");

	return index < count ? names[index] : none;
}

/* The number below count that has a name, or -1 */
static int index_of(const struct dr_text *names, int count, struct dr_text name)
{
	int i;

	for(i = 0; i < count; i++) {
		if(dr_text_is(names[i], name))
			return i;
	}
	return -1;
}

/** The name of a reason, as LiveKit writes it: constant; empty when there is no
 * such reason */
struct dr_text dr_reason_name(enum dr_reason reason)
{
	return name_at(reason_names, DR_REASON_COUNT, (size_t)reason);
}

/**
 * The reason that has a name
 *
 * @param name   In capitals as LiveKit writes it
 * @param reason Left alone on an error
 *
 * @return 0, or EINVAL when no reason has that name
 */
int dr_reason_parse(struct dr_text name, enum dr_reason *reason)
{
	int i = index_of(reason_names, DR_REASON_COUNT, name);

	if(i < 0)
		return EINVAL;

	*reason = (enum dr_reason)i;
	return 0;
}

/**
 * The reason that a message names in a header field, as this module writes it
 *
 * @param headers Header fields, as for dr_header_next()
 * @param names   Names of the header fields that may name it, any case; none is
 *                empty
 * @param reason  Left alone when there is none
 *
 * @return true when the first field with one of the names has nothing but the
 *         name of a reason in it; those after it are not looked at
 */
bool dr_reason_of_headers(struct dr_text headers, const struct dr_text *names,
		size_t count, enum dr_reason *reason)
{
	struct dr_header header;

	return dr_header_find(&headers, names, count, &header)
		   && dr_reason_parse(header.value, reason) == 0;
}

/** The name of a source: a token, constant; empty when there is no such source */
struct dr_text dr_source_name(enum dr_source source)
{
	return name_at(source_names, DR_SOURCE_COUNT, (size_t)source);
}

/** The source that has a name, as dr_reason_parse() */
int dr_source_parse(struct dr_text name, enum dr_source *source)
{
	int i = index_of(source_names, DR_SOURCE_COUNT, name);

	if(i < 0)
		return EINVAL;

	*source = (enum dr_source)i;
	return 0;
}

/** The name of how far an attempt came, as dr_source_name() */
struct dr_text dr_after_name(enum dr_after after)
{
	return name_at(after_names, DR_AFTER_COUNT, (size_t)after);
}

/** How far an attempt came, by its name, as dr_reason_parse() */
int dr_after_parse(struct dr_text name, enum dr_after *after)
{
	int i = index_of(after_names, DR_AFTER_COUNT, name);

	if(i < 0)
		return EINVAL;

	*after = (enum dr_after)i;
	return 0;
}

/** How far an attempt came, from the code of the highest provisional reply it
 * had; everything that is no provisional code is none */
enum dr_after dr_after_of(int code)
{
	if(code < 100 || code > 199)
		return DR_AFTER_NONE;

	return code < 180 ? DR_AFTER_TRYING : DR_AFTER_RINGING;
}

static bool is_detail_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/** Is a text fit to be a detail? 0 when it is 1 to DR_DETAIL_MAX bytes of a-z,
 * 0-9 and "-", else EINVAL. */
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
