/**
 * @file map_scan.c  Walks over the text of a map's files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * What libconfig would take too much time or memory for, or get wrong without a
 * word, is refused before it sees it:
 *
 *  - names in a group are compared with each other, one by one
 *  - brackets within brackets, and the number of values, cost memory
 *  - large numbers lose their upper bits, bytes 0 end a text
 *
 * So this file knows how libconfig tells apart texts, comments and the rest
 * (its manual, chapter 3), and nothing else of its grammar.
 */

#include <errno.h>
#include <string.h>

#include "map_scan.h"

/* Most names in the whole map, in one of its groups, and in a deeper one */
#define ROOT_NAMES_MAX 64
#define GROUP_NAMES_MAX (DR_PROFILES_MAX - 1)
#define DEEP_NAMES_MAX 64
/* Most values and names of a map, brackets included */
#define VALUES_MAX 1000000
/* Digits and letters of a number that any version of libconfig can hold */
#define NUMBER_MAX 9

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}


static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}


static bool is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}


/**
 * Does a text stand at a cursor?
 *
 * @param c The cursor
 * @param s The text
 *
 * @return true when it does
 */
bool dr_cursor_starts(const struct dr_cursor *c, const char *s)
{
	size_t len = strlen(s);

	return (size_t)(c->end - c->p) >= len && memcmp(c->p, s, len) == 0;
}


/**
 * Move a cursor behind the byte at it
 *
 * @param c The cursor, not at the end
 */
void dr_cursor_step(struct dr_cursor *c)
{
	if(*c->p == '\n') {
		c->at++;
		c->line++;
		c->line_start = true;
	} else if(*c->p != ' ' && *c->p != '\t') {
		c->line_start = false;
	}
	c->p++;
}


static void skip(struct dr_cursor *c, size_t len)
{
	while(len-- > 0)
		dr_cursor_step(c);
}


static int take_line_comment(struct dr_scan *scan, struct dr_cursor *c)
{
	(void)scan;
	while(c->p < c->end && *c->p != '\n')
		dr_cursor_step(c);

	return 0;
}


static int take_block_comment(struct dr_scan *scan, struct dr_cursor *c)
{
	size_t at = c->at;

	skip(c, 2);
	while(c->p < c->end && !dr_cursor_starts(c, "*/"))
		dr_cursor_step(c);

	if(c->p == c->end) {
		dr_complain(scan->complainer, at,
				"this comment never ends, expected \"*/\"");
		return EINVAL;
	}
	skip(c, 2);
	return 0;
}


static int take_slash(struct dr_scan *scan, struct dr_cursor *c)
{
	if(dr_cursor_starts(c, "//"))
		return take_line_comment(scan, c);
	if(dr_cursor_starts(c, "/*"))
		return take_block_comment(scan, c);

	dr_cursor_step(c);
	return 0;
}


static int take_text(struct dr_scan *scan, struct dr_cursor *c)
{
	size_t at = c->at;

	dr_cursor_step(c);
	scan->text.begin = at;
	scan->text.start = scan->files->len + (size_t)(c->p - c->pending);
	while(c->p < c->end && *c->p != '"') {
		if(dr_cursor_starts(c, "\\x00") || dr_cursor_starts(c, "\\X00"))
			dr_complain(scan->complainer, c->at,
					"a byte 0 in a text, expected characters");
		if(*c->p == '\\' && c->end - c->p > 1)
			dr_cursor_step(c);
		dr_cursor_step(c);
	}
	if(c->p == c->end) {
		dr_complain(scan->complainer, at,
				"this text never ends, expected a closing quote");
		return EINVAL;
	}
	scan->text.len =
			scan->files->len + (size_t)(c->p - c->pending) - scan->text.start;
	dr_cursor_step(c);
	return 0;
}


static int count_value(struct dr_scan *scan, struct dr_cursor *c)
{
	if(++scan->values > VALUES_MAX) {
		dr_complain(scan->complainer, c->at,
				"too many values, expected at most %d in a map", VALUES_MAX);
		return EINVAL;
	}
	dr_cursor_step(c);
	return 0;
}


static int take_assignment(struct dr_scan *scan, struct dr_cursor *c)
{
	static const int most[] = {ROOT_NAMES_MAX, GROUP_NAMES_MAX};
	int limit = scan->depth < 2 ? most[scan->depth] : DEEP_NAMES_MAX;

	if(++scan->names[scan->depth] > limit) {
		dr_complain(scan->complainer, c->at,
				"too many names, expected at most %d here", limit);
		return EINVAL;
	}
	return count_value(scan, c);
}


static int take_opening(struct dr_scan *scan, struct dr_cursor *c)
{
	if(scan->depth == DR_BRACKETS_MAX) {
		dr_complain(scan->complainer, c->at,
				"brackets within brackets, expected at most %d",
				DR_BRACKETS_MAX);
		return EINVAL;
	}
	scan->names[++scan->depth] = 0;
	return count_value(scan, c);
}


static int take_closing(struct dr_scan *scan, struct dr_cursor *c)
{
	if(scan->depth > 0)
		scan->depth--;
	dr_cursor_step(c);
	return 0;
}


static int take_word(struct dr_scan *scan, struct dr_cursor *c)
{
	const char *start = c->p;
	bool is_number = is_digit(*c->p);

	while(c->p < c->end && is_name(*c->p))
		dr_cursor_step(c);

	if(is_number && c->p - start > NUMBER_MAX)
		dr_complain(scan->complainer, c->at,
				"this number is too large, expected at most %d digits",
				NUMBER_MAX);
	return 0;
}


/* Is there a token at the cursor, or something that is skipped? */
static bool is_token(const struct dr_cursor *c)
{
	return !strchr(" \t\r\n\f#@", *c->p) && !dr_cursor_starts(c, "//")
		   && !dr_cursor_starts(c, "/*");
}


/* If a text in quotes was the last token, the one at the cursor tells where
 * libconfig will say that it stands */
static void end_text(struct dr_scan *scan, const struct dr_cursor *c)
{
	scan->text.at = c->at;
	if(scan->text.begin != 0 && scan->text.begin != c->at)
		dr_files_add_late(scan->files, scan->text);
	scan->text.begin = 0;
}


/* Take what begins at the cursor */
static int take(struct dr_scan *scan, struct dr_cursor *c)
{
	static int (*const takers[256])(struct dr_scan *, struct dr_cursor *) = {
			['"'] = take_text,
			['#'] = take_line_comment,
			['/'] = take_slash,
			['@'] = dr_scan_include,
			['='] = take_assignment,
			[':'] = take_assignment,
			[','] = count_value,
			['{'] = take_opening,
			['('] = take_opening,
			['['] = take_opening,
			['}'] = take_closing,
			[')'] = take_closing,
			[']'] = take_closing,
	};
	unsigned char first = (unsigned char)*c->p;

	if(is_token(c))
		end_text(scan, c);
	if(takers[first])
		return takers[first](scan, c);
	if(is_digit(*c->p) || is_letter(*c->p))
		return take_word(scan, c);

	dr_cursor_step(c);
	return 0;
}


/**
 * Add a file to the text, with what it includes
 *
 * @param scan Complains about everything that is wrong
 * @param file Index of the file's name
 * @param text What it holds
 *
 * @return 0; EINVAL when the scan can not go on; ENOMEM
 */
int dr_scan_file(struct dr_scan *scan, int file, struct dr_text text)
{
	struct dr_cursor c = {text.s, text.s + text.len, text.s, scan->files->lines,
			file, 1, true};
	const char *nul = memchr(text.s, '\0', text.len);
	int err = 0;

	dr_files_add_segment(scan->files, file, 1);
	if(nul)
		c.end = nul;
	while(err == 0 && c.p < c.end)
		err = take(scan, &c);

	if(nul && c.p == c.end) {
		dr_complain(scan->complainer, c.at, "a byte 0, expected text");
		err = EINVAL;
	}
	dr_files_add_text(scan->files, c.pending, (size_t)(c.p - c.pending));
	return err;
}
