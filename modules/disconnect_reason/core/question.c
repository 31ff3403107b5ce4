/**
 * @file question.c  The words of a question
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "explain_error.h"
#include "sip_header.h"

#define CODE_MIN 300
#define CODE_MAX 999
#define CAUSE_MIN 1
#define CAUSE_MAX 127

/* The front of a text is enough to find it again */
#define QUOTED_MAX 40

/* What a key says; a flag has no value, all others have one */
struct key
{
	struct dr_text name;
	bool flag;
	int (*take)(struct dr_question *question, struct dr_text value);
};


/**
 * Write what is wrong with a question; bytes that are not printable ASCII
 * become "?", so that the text may be shown anywhere
 *
 * @param error  Buffer of DR_EXPLAIN_ERROR_MAX bytes; ends with a zero byte
 * @param format As for printf()
 *
 * @return EINVAL, always
 */
int dr_explain_error(char *error, const char *format, ...)
{
	va_list args;
	char *c;

	va_start(args, format);
	vsnprintf(error, DR_EXPLAIN_ERROR_MAX, format, args);
	va_end(args);
	for(c = error; *c != '\0'; c++) {
		if(*c < ' ' || *c > '~')
			*c = '?';
	}
	return EINVAL;
}


/**
 * How much of a text is shown in a message
 *
 * @param text The text
 *
 * @return Number of bytes from its front, for "%.*s"
 */
int dr_quoted_length(struct dr_text text)
{
	return (int)(text.len < QUOTED_MAX ? text.len : QUOTED_MAX);
}


static bool has_line_end(struct dr_text text)
{
	size_t i;

	for(i = 0; i < text.len; i++) {
		if(text.s[i] == '\r' || text.s[i] == '\n' || text.s[i] == '\0')
			return true;
	}
	return false;
}


/* A number of up to three digits from least to most, or -1 */
static int parse_number(struct dr_text text, int least, int most)
{
	int number = text.len <= 3 ? dr_parse_number(text, most) : -1;

	return number < least ? -1 : number;
}


static int take_code(struct dr_question *question, struct dr_text value)
{
	int code = parse_number(value, CODE_MIN, CODE_MAX);

	if(code < 0)
		return dr_explain_error(question->error,
				"code: \"" DR_QUOTED "\" is no final failure code: expected %d "
				"to %d",
				DR_QUOTE(value), CODE_MIN, CODE_MAX);

	question->code = code;
	return 0;
}


static int take_after(struct dr_question *question, struct dr_text value)
{
	if(dr_after_parse(value, &question->after) == 0)
		return 0;

	return dr_explain_error(question->error,
			"after: expected none, trying or ringing, not \"" DR_QUOTED "\"",
			DR_QUOTE(value));
}


static int take_source(struct dr_question *question, struct dr_text value)
{
	if(dr_source_parse(value, &question->source) == 0)
		return 0;

	return dr_explain_error(question->error,
			"source: expected remote, timeout, transport, cancel or script, "
			"not \"" DR_QUOTED "\"",
			DR_QUOTE(value));
}


static int take_phrase(struct dr_question *question, struct dr_text value)
{
	if(has_line_end(value))
		return dr_explain_error(question->error,
				"phrase: expected one line without a zero byte");

	question->phrase = value;
	return 0;
}


static int add_field(struct dr_question *question, struct dr_text field)
{
	size_t room = DR_QUESTION_HEADERS_MAX - question->headers_len;
	char *end = question->headers + question->headers_len;

	if(field.len + 2 > room)
		return dr_explain_error(question->error,
				"header: all header fields together are longer than %d bytes",
				DR_QUESTION_HEADERS_MAX);

	memcpy(end, field.s, field.len);
	memcpy(end + field.len, "\r\n", 2);
	question->headers_len += field.len + 2;
	return 0;
}


static int take_header(struct dr_question *question, struct dr_text value)
{
	struct dr_text left = value;
	struct dr_header header = {0};

	/* with a space in front it would go on with the field before it */
	if(!has_line_end(value) && *value.s != ' ' && *value.s != '\t')
		dr_header_next(&left, &header);
	if(!dr_token_check(header.name))
		return dr_explain_error(question->error,
				"header: expected \"Name: value\", not \"" DR_QUOTED "\"",
				DR_QUOTE(value));

	return add_field(question, value);
}


static int take_q850(struct dr_question *question, struct dr_text value)
{
	int cause = parse_number(value, CAUSE_MIN, CAUSE_MAX);
	char field[sizeof("Reason: Q.850;cause=127")];
	int len;

	if(cause < 0)
		return dr_explain_error(question->error,
				"q850: \"" DR_QUOTED "\" is no Q.850 cause: expected %d to %d",
				DR_QUOTE(value), CAUSE_MIN, CAUSE_MAX);

	len = snprintf(field, sizeof(field), "Reason: Q.850;cause=%d", cause);
	return add_field(question, (struct dr_text){field, (size_t)len});
}


static int take_said(struct dr_question *question, struct dr_text value)
{
	if(dr_reason_parse(value, &question->report) != 0)
		return dr_explain_error(question->error,
				"said: expected a reason such as USER_REJECTED, not "
				"\"" DR_QUOTED "\"",
				DR_QUOTE(value));

	question->said = true;
	return 0;
}


static int take_trunk(struct dr_question *question, struct dr_text value)
{
	question->trunk = value;
	return 0;
}


static int take_host(struct dr_question *question, struct dr_text value)
{
	question->host = value;
	return 0;
}


static int take_profile(struct dr_question *question, struct dr_text value)
{
	question->profile = value;
	return 0;
}


static int take_bridge(struct dr_question *question, struct dr_text value)
{
	question->bridge = value;
	return 0;
}


static int take_cancelled(struct dr_question *question, struct dr_text value)
{
	(void)value;
	question->cancelled = true;
	return 0;
}


static int take_unresolved(struct dr_question *question, struct dr_text value)
{
	(void)value;
	question->unresolved = true;
	return 0;
}


static int take_no_q850(struct dr_question *question, struct dr_text value)
{
	(void)value;
	question->q850 = false;
	return 0;
}


static const struct key keys[] = {
		{DR_TEXT("code"), false, take_code},
		{DR_TEXT("q850"), false, take_q850},
		{DR_TEXT("after"), false, take_after},
		{DR_TEXT("source"), false, take_source},
		{DR_TEXT("phrase"), false, take_phrase},
		{DR_TEXT("header"), false, take_header},
		{DR_TEXT("said"), false, take_said},
		{DR_TEXT("trunk"), false, take_trunk},
		{DR_TEXT("host"), false, take_host},
		{DR_TEXT("profile"), false, take_profile},
		{DR_TEXT("bridge"), false, take_bridge},
		{DR_TEXT("cancelled"), true, take_cancelled},
		{DR_TEXT("unresolved"), true, take_unresolved},
		{DR_TEXT("no-q850"), true, take_no_q850},
};


/**
 * Begin a question
 *
 * @param question Set; nothing is said yet
 * @param q850     What the parameter q850 of the module says
 */
void dr_explain_init(struct dr_question *question, bool q850)
{
	memset(question, 0, sizeof(*question));
	question->source = DR_SOURCE_COUNT;
	question->q850 = q850;
}


/**
 * Say one thing in a question
 *
 * | key        | value                                                     |
 * | code       | final status code, 300 to 999                             |
 * | q850       | cause 1 to 127: a Reason header field; may be repeated    |
 * | after      | none, trying or ringing                                   |
 * | source     | remote, timeout, transport, cancel or script              |
 * | phrase     | reason phrase of the reply                                |
 * | header     | header field of the reply, "Name: value"; may be repeated |
 * | said       | reason that a header of ours in the reply names           |
 * | trunk      | name of the trunk                                         |
 * | host       | the next hop, a name or an address: finds the trunk       |
 * | profile    | name of the profile, in place of a trunk                  |
 * | bridge     | name of the bridge, for the code that it is sent          |
 * | cancelled  | none: the caller gave up first                            |
 * | unresolved | none: source transport, the name could not be resolved    |
 * | no-q850    | none: the parameter q850 of the module is 0               |
 *
 * @param question A question, begun with dr_explain_init(); may keep pointers
 *                 into the value. On an error its field error says what is
 *                 wrong.
 * @param key      A key of the table above
 * @param value    Its value; empty when the key has none
 *
 * @return 0, or EINVAL
 */
int dr_explain_say(
		struct dr_question *question, struct dr_text key, struct dr_text value)
{
	size_t i;

	for(i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if(!dr_text_is(key, keys[i].name))
			continue;
		if(keys[i].flag && value.len > 0)
			return dr_explain_error(question->error,
					"%s: expected no value, not \"" DR_QUOTED "\"",
					keys[i].name.s, DR_QUOTE(value));
		if(!keys[i].flag && value.len == 0)
			return dr_explain_error(
					question->error, "%s: expected a value", keys[i].name.s);
		return keys[i].take(question, value);
	}
	return dr_explain_error(question->error,
			"\"" DR_QUOTED "\" is unknown: expected code, q850, after, source, "
			"phrase, header, said, trunk, host, profile, bridge, cancelled, "
			"unresolved or no-q850",
			DR_QUOTE(key));
}


/**
 * Say one thing in a question with one word, such as code=480 or cancelled
 *
 * @param question As for dr_explain_say()
 * @param word     KEY=VALUE, or a KEY that has no value
 *
 * @return As dr_explain_say()
 */
int dr_explain_word(struct dr_question *question, struct dr_text word)
{
	static const struct dr_text none = DR_TEXT("");
	const char *equals = word.len ? memchr(word.s, '=', word.len) : NULL;
	struct dr_text key = word;
	struct dr_text value = none;

	if(equals) {
		key.len = (size_t)(equals - word.s);
		value.s = equals + 1;
		value.len = word.len - key.len - 1;
	}
	return dr_explain_say(question, key, value);
}
