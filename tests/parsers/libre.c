/**
 * Reads messages with libre, the parser of baresip
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdint.h>
#include <stdlib.h>

#include <re.h>

#include "frame.h"

static bool keep(
		const struct sip_hdr *field, const struct sip_msg *sip, void *index)
{
	(void)sip;
	found(*(int *)index, field->val.p, field->val.l);
	return false; /* go on */
}

bool parser_read(char *message, size_t size, char *const *names)
{
	struct mbuf *buffer = mbuf_alloc(size + 1);
	struct sip_msg *sip = NULL;
	if(buffer == NULL || mbuf_write_mem(buffer, (uint8_t *)message, size) != 0)
		abort();
	mbuf_set_pos(buffer, 0);
	bool good = sip_msg_decode(&sip, buffer) == 0;
	for(int i = 0; good && names[i] != NULL; i++)
		sip_msg_xhdr_apply(sip, true, names[i], keep, &i);
	mem_deref(sip);
	mem_deref(buffer);
	return good;
}
