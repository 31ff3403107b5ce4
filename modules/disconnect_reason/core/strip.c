/**
 * @file strip.c  Makes header names in a SIP reply unreadable
 *
 * A trunk may write anything, and readers differ in what they take for a header
 * field: some end lines at CRLF only, others at a LF or CR alone; some trim white
 * space of any kind from names; some know no folding. So nobody's lines decide
 * what becomes of a name. Four rules, in this order:
 *
 *  1. The status line ends in CR LF, for our header lines come next, and in no
 *     other CR or LF. Kamailio ends the reason phrase at the first CR or LF, the
 *     line after the first LF and a CR that follows it, and skips what stands
 *     between them. A line that ended in LF alone stays: there is no byte to spare.
 *  2. What stands right after it does not continue a line.
 *  3. A CR or LF alone becomes SP up to the line that ends the header section for
 *     Kamailio, so that all see the same lines. Nobody then puts together a name
 *     that a CR breaks. But where the first header line ends in LF alone, LFs
 *     stay: an honest but lax sender ends all of his so.
 *  4. A name becomes unreadable wherever it could begin a field for somebody:
 *     after any byte that is no token character, and before a colon, with or
 *     without bytes between them that a reader may trim, or before a zero byte,
 *     where texts end in C. Up to the first CRLFCRLF, where the strictest reader
 *     sees the body begin: that one is never touched.
 *
 * Bytes are written over in place, so that nobody who looks at the message later
 * finds the name, the cost is linear, and doing it again does nothing. No rule
 * makes or takes away a CR LF after the status line.
 *
 * The usual message has nothing of all that, and is only looked through: once for
 * lone CRs and LFs, many bytes at a time, and twice for each first letter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include <stdbool.h>
#include <string.h>

#include "sip_header.h"
#include "strip.h"

/** What names and what continues a line become: it is a token character, and no
 * header's name */
#define UNREADABLE '-'

/** How many bytes are looked at without a branch: compilers make instructions of
 * 16 bytes of it */
#define BLOCK 128

/** What is looked for, and where */
struct search
{
	const struct dr_text *names;
	size_t count;
	char *start;			 /**< the reason phrase */
	char *fields;			 /**< after the status line */
	char *end;				 /**< of the message, or of its header section */
	bool body_left;			 /**< the latter */
	const char *trimmed;	 /**< all from here on may be trimmed, */
	const char *trimmed_end; /**< up to here */
};

/* Rule 1 */
static void end_status_line(char *message, size_t phrase_end, size_t headers)
{
	char *s = message + phrase_end, *cr = message + headers - 2;

	if(s > cr)
		return;
	for(; s < cr; s++) {
		if(*s == '\r')
			*s = ' ';
	}
	cr[0] = '\r';
	cr[1] = '\n';
}

/* A byte that some reader trims from a name, or takes for the beginning of a
 * folded line: white space, a control, a part of Unicode white space */
static bool may_be_trimmed(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte <= ' ' || byte >= 0x7f;
}

static bool is_line_end(const char *s, const char *end)
{
	return s < end
		   && (*s == '\n' || (*s == '\r' && end - s > 1 && s[1] == '\n'));
}

/* Rule 2 */
static void let_nothing_continue(char *s, const char *end)
{
	for(; s < end && may_be_trimmed(*s) && !is_line_end(s, end); s++)
		*s = UNREADABLE;
}

/* Does a CR without LF, or a LF without CR, begin or end after one of BLOCK
 * bytes? */
static bool has_lone(const char *s)
{
	unsigned char found = 0;
	size_t i;

	for(i = 0; i < BLOCK; i++)
		found |= (unsigned char)((s[i] == '\r') ^ (s[i + 1] == '\n'));
	return found != 0;
}

/* Is there surely no lone CR or LF from s on? A body may have some, and then it is
 * not sure. */
static bool has_good_lines(const char *s, const char *end)
{
	if(end - s <= BLOCK || end[-1] == '\r')
		return false;
	for(; end - s > BLOCK; s += BLOCK) {
		if(has_lone(s))
			return false;
	}
	return !has_lone(end - BLOCK - 1);
}

/* Write SP over each CR from s on that no LF follows; returns the next LF, or
 * end */
static char *blank_crs(char *s, char *end)
{
	char *lf = memchr(s, '\n', (size_t)(end - s));

	if(lf == NULL)
		lf = end;
	while((s = memchr(s, '\r', (size_t)(lf - s))) != NULL) {
		if(s + 1 == lf && lf < end)
			break;
		*s++ = ' ';
	}
	return lf;
}

/* Rule 3, from the first header line on */
static void blank_line_ends(char *s, char *end)
{
	const char *first = memchr(s, '\n', (size_t)(end - s));
	bool lax = first == NULL || first[-1] != '\r';

	while(s < end && !is_line_end(s, end)) {
		char *lf = blank_crs(s, end);

		if(lf == end || is_line_end(lf + 1, end))
			return;
		if(!lax && lf[-1] != '\r')
			*lf = ' ';
		s = lf + 1;
	}
}

/* Leave out what stands after the first CRLFCRLF. Done when a name is found:
 * usually there is none. */
static void leave_body(struct search *search)
{
	char *lf = search->fields;

	if(search->body_left)
		return;
	search->body_left = true;
	while((lf = memchr(lf, '\n', (size_t)(search->end - lf))) != NULL) {
		lf++;
		if(memcmp(lf - 4, "\r\n\r\n", 4) == 0) {
			search->end = lf;
			return;
		}
	}
}

/* What some reader takes for another character of a name: Unicode has a K and an
 * S more that are the same in the other case, and environments of CGI have one
 * character for two */
static const struct
{
	char wanted;
	struct dr_text written;
} others[] = {{'k', DR_TEXT("\xe2\x84\xaa")}, {'s', DR_TEXT("\xc5\xbf")},
		{'-', DR_TEXT("_")}, {'_', DR_TEXT("-")}};
#define OTHERS (sizeof(others) / sizeof(others[0]))

/* The other case of a letter; other characters stay */
static char other_case(char c)
{
	char lower = (char)(c | 0x20);

	return lower >= 'a' && lower <= 'z' ? (char)(c ^ 0x20) : c;
}

static bool is_other(size_t i, char wanted)
{
	return others[i].wanted == wanted || others[i].wanted == other_case(wanted);
}

/* How many bytes at s some reader takes for one character of a name; 0 for
 * another one */
static size_t character(const char *s, const char *end, char wanted)
{
	size_t i;

	if(s == end)
		return 0;
	if(*s == wanted || *s == other_case(wanted))
		return 1;
	for(i = 0; i < OTHERS; i++) {
		struct dr_text written = others[i].written;

		if(is_other(i, wanted) && (size_t)(end - s) >= written.len
				&& memcmp(s, written.s, written.len) == 0)
			return written.len;
	}
	return 0;
}

/* Behind the folds at s: some reader takes them away before it looks at lines */
static const char *skip_folds(const char *s, const char *end)
{
	while(is_line_end(s, end)) {
		const char *after = s + (*s == '\r' ? 2 : 1);

		if(after == end || (*after != ' ' && *after != '\t'))
			return s;
		s = after + 1;
	}
	return s;
}

/* How many bytes at s some reader takes for the name, folds included; 0: it is
 * none */
static size_t name_length(const char *s, const char *end, struct dr_text name)
{
	const char *at = s;
	size_t i, len;

	for(i = 0; i < name.len; i++) {
		if(i > 0)
			at = skip_folds(at, end);
		len = character(at, end, name.s[i]);
		if(len == 0)
			return 0;
		at += len;
	}
	return (size_t)(at - s);
}

/* Behind what may be trimmed at s, or at the first zero byte of it. What the last
 * call looked at is skipped: names of nothing but K and S may be trimmed
 * themselves, and stand in a row. */
static const char *skip_trimmed(struct search *search, const char *s)
{
	const char *at = s;

	while(at < search->end && *at != '\0' && may_be_trimmed(*at)) {
		if(at >= search->trimmed && at < search->trimmed_end)
			at = search->trimmed_end;
		else
			at++;
	}
	search->trimmed = s;
	search->trimmed_end = at;
	return at;
}

/* Does a name that ends at s begin a field for some reader? */
static bool ends_field_name(struct search *search, const char *s)
{
	s = skip_trimmed(search, s);
	return s < search->end && (*s == '\0' || *s == ':');
}

/* Folds stay, or lines would be others the second time. Returns whether there was
 * something to do. */
static bool make_unreadable(char *s, size_t len)
{
	char *end = s + len;
	bool done = false;

	for(; s < end; s++) {
		if(*s == '\r' || *s == '\n' || *s == ' ' || *s == '\t'
				|| *s == UNREADABLE)
			continue;
		*s = UNREADABLE;
		done = true;
	}
	return done;
}

static bool follows_token(const struct search *search, const char *s)
{
	return s > search->start && dr_token_length((struct dr_text){s - 1, 1}) > 0;
}

/* Make one of the names unreadable if it stands at s; returns how many */
static size_t strip_at(struct search *search, char *s)
{
	size_t i, len;

	for(i = 0; i < search->count; i++) {
		len = name_length(s, search->end, search->names[i]);
		if(len == 0)
			continue;
		leave_body(search);
		if(s >= search->end)
			return 0;
		if(ends_field_name(search, s + len) && make_unreadable(s, len))
			return 1;
	}
	return 0;
}

/* Rule 4 for what begins with just this byte */
static size_t strip_first(struct search *search, char first)
{
	size_t found = 0;
	char *s = search->start;

	while(s < search->end
			&& (s = memchr(s, first, (size_t)(search->end - s))) != NULL) {
		if(!follows_token(search, s))
			found += strip_at(search, s);
		s++;
	}
	return found;
}

/* Rule 4 for the names that begin with a character, in either case */
static size_t strip_initial(struct search *search, char initial)
{
	size_t i, found = strip_first(search, initial);

	if(other_case(initial) != initial)
		found += strip_first(search, other_case(initial));
	for(i = 0; i < OTHERS; i++) {
		if(is_other(i, initial))
			found += strip_first(search, *others[i].written.s);
	}
	return found;
}

/* Does one of the names before i begin with the same character? */
static bool is_initial_done(const struct search *search, size_t i)
{
	char initial = *search->names[i].s;
	size_t j;

	for(j = 0; j < i; j++) {
		char other = *search->names[j].s;

		if(other == initial || other == other_case(initial))
			return true;
	}
	return false;
}

/* Rule 4, once */
static size_t strip_once(struct search *search)
{
	size_t i, found = 0;

	for(i = 0; i < search->count; i++) {
		if(!is_initial_done(search, i))
			found += strip_initial(search, *search->names[i].s);
	}
	return found;
}

/* Rule 4. What was written may be the - that another name lacked: it is looked
 * for until there is none. */
static size_t strip_names(struct search *search)
{
	size_t found = 0, more;

	while((more = strip_once(search)) > 0)
		found += more;
	return found;
}

/**
 * Make header names in a SIP reply unreadable, in place; see above
 *
 * @param message    Reply as received; its length stays
 * @param len        Its length in bytes
 * @param phrase     Where its reason phrase begins, after a SP or HT
 * @param phrase_len Length of the phrase, which ends before the first CR or LF
 * @param headers    Where its header fields begin, after the first LF and a CR that
 *                   follows it
 * @param names      Header names, any case, each with another character than -
 * @param count      How many names there are
 *
 * @return How many names were made unreadable
 */
size_t dr_strip(char *message, size_t len, size_t phrase, size_t phrase_len,
		size_t headers, const struct dr_text *names, size_t count)
{
	struct search search = {names, count, message + phrase, message + headers,
			message + len, false, message, message};

	end_status_line(message, phrase + phrase_len, headers);
	let_nothing_continue(search.fields, search.end);
	if(!has_good_lines(search.fields - 1, search.end))
		blank_line_ends(search.fields, search.end);
	return strip_names(&search);
}
