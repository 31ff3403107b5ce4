/**
 * @file reason.c  LiveKit's DisconnectReason and the words around it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>

#include "header.h"
#include "reason.h"


static const struct dr_text reason_names[DR_REASON_COUNT] = {
		[DR_UNKNOWN_REASON] = DR_TEXT("UNKNOWN_REASON"),
		[DR_CLIENT_INITIATED] = DR_TEXT("CLIENT_INITIATED"),
		[DR_DUPLICATE_IDENTITY] = DR_TEXT("DUPLICATE_IDENTITY"),
		[DR_SERVER_SHUTDOWN] = DR_TEXT("SERVER_SHUTDOWN"),
		[DR_PARTICIPANT_REMOVED] = DR_TEXT("PARTICIPANT_REMOVED"),
		[DR_ROOM_DELETED] = DR_TEXT("ROOM_DELETED"),
		[DR_STATE_MISMATCH] = DR_TEXT("STATE_MISMATCH"),
		[DR_JOIN_FAILURE] = DR_TEXT("JOIN_FAILURE"),
		[DR_MIGRATION] = DR_TEXT("MIGRATION"),
		[DR_SIGNAL_CLOSE] = DR_TEXT("SIGNAL_CLOSE"),
		[DR_ROOM_CLOSED] = DR_TEXT("ROOM_CLOSED"),
		[DR_USER_UNAVAILABLE] = DR_TEXT("USER_UNAVAILABLE"),
		[DR_USER_REJECTED] = DR_TEXT("USER_REJECTED"),
		[DR_SIP_TRUNK_FAILURE] = DR_TEXT("SIP_TRUNK_FAILURE"),
		[DR_CONNECTION_TIMEOUT] = DR_TEXT("CONNECTION_TIMEOUT"),
		[DR_MEDIA_FAILURE] = DR_TEXT("MEDIA_FAILURE"),
		[DR_AGENT_ERROR] = DR_TEXT("AGENT_ERROR"),
};

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


static struct dr_text name_at(
		const struct dr_text *names, size_t count, size_t index)
{
	static const struct dr_text none = DR_TEXT("");

	return index < count ? names[index] : none;
}


/* Index of a name, or count when it is not there */
static size_t index_of(
		const struct dr_text *names, size_t count, struct dr_text name)
{
	size_t i = 0;

	while(i < count && !dr_text_is(names[i], name))
		i++;

	return i;
}


/**
 * The name of a reason, as LiveKit writes it
 *
 * @param reason A reason
 *
 * @return Its name, constant; empty when there is no such reason
 */
struct dr_text dr_reason_name(enum dr_reason reason)
{
	return name_at(reason_names, DR_REASON_COUNT, (size_t)reason);
}


/**
 * The reason that has a name
 *
 * @param name   A reason's name, in capitals as LiveKit writes it
 * @param reason Set to the reason; left alone on an error
 *
 * @return 0, or EINVAL when no reason has that name
 */
int dr_reason_parse(struct dr_text name, enum dr_reason *reason)
{
	size_t i = index_of(reason_names, DR_REASON_COUNT, name);

	if(i == DR_REASON_COUNT)
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
 * @param count   How many names there are
 * @param reason  Set to the reason; left alone when there is none
 *
 * @return true when the first field with one of the names has nothing but the
 *         name of a reason in it; those behind it are not looked at
 */
bool dr_reason_of_headers(struct dr_text headers, const struct dr_text *names,
		size_t count, enum dr_reason *reason)
{
	struct dr_header header;

	return dr_header_find(&headers, names, count, &header)
		   && dr_reason_parse(header.value, reason) == 0;
}


/**
 * The name of a source
 *
 * @param source A source
 *
 * @return Its name, a token, constant; empty when there is no such source
 */
struct dr_text dr_source_name(enum dr_source source)
{
	return name_at(source_names, DR_SOURCE_COUNT, (size_t)source);
}


/**
 * The source that has a name
 *
 * @param name   A source's name, in lower case
 * @param source Set to the source; left alone on an error
 *
 * @return 0, or EINVAL when no source has that name
 */
int dr_source_parse(struct dr_text name, enum dr_source *source)
{
	size_t i = index_of(source_names, DR_SOURCE_COUNT, name);

	if(i == DR_SOURCE_COUNT)
		return EINVAL;

	*source = (enum dr_source)i;
	return 0;
}


/**
 * The name of how far an attempt came
 *
 * @param after How far it came
 *
 * @return Its name, a token, constant; empty when there is no such thing
 */
struct dr_text dr_after_name(enum dr_after after)
{
	return name_at(after_names, DR_AFTER_COUNT, (size_t)after);
}


/**
 * How far an attempt came, from its name
 *
 * @param name  none, trying or ringing
 * @param after Set to it; left alone on an error
 *
 * @return 0, or EINVAL when nothing has that name
 */
int dr_after_parse(struct dr_text name, enum dr_after *after)
{
	size_t i = index_of(after_names, DR_AFTER_COUNT, name);

	if(i == DR_AFTER_COUNT)
		return EINVAL;

	*after = (enum dr_after)i;
	return 0;
}


/**
 * How far an attempt came, from the highest provisional reply it had
 *
 * @param code Status code of that reply; 0 when there was none
 *
 * @return DR_AFTER_TRYING for 100 to 179, DR_AFTER_RINGING for 180 to 199,
 *         DR_AFTER_NONE for everything that is no provisional code
 */
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


/**
 * Is a text fit to be a detail?
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
