/**
 * @file call_trunk.h  Which trunk a branch of a call goes to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_CALL_TRUNK_H
#define DR_CALL_TRUNK_H

#include "call.h"

/** Trunk of a branch that tm did not tell of: not sent yet, or by a failover of
 * tm's own to the next address of a name */
#define DR_NOT_PREPARED (-2)

/** A trunk as the script named it, for branches from some number on; in shared
 * memory */
struct dr_named_trunk
{
	struct dr_named_trunk *before; /**< named earlier, or NULL */
	short from;					   /**< first branch that it stands for */
	short number;				   /**< of the call's map, or DR_NONE */
	size_t len;
	char name[DR_NAME_MAX];
};

int dr_call_has_trunks(const struct dr_map *map);
struct dr_address dr_call_address(const struct ip_addr *ip);
int dr_call_trunk_number(const struct dr_map *map, struct dr_text name);
void dr_call_sent(struct dr_call *call, const struct cell *t, int branch,
		const struct sip_msg *request);
int dr_call_name_trunk(
		struct dr_call *call, int from, int number, struct dr_text name);
void dr_call_trunk(const struct dr_call *call, const struct cell *t, int branch,
		struct dr_trunk *trunk);
void dr_call_unresolved_trunk(const struct dr_call *call, const struct cell *t,
		struct dr_trunk *trunk);
void dr_call_free_names(struct dr_call *call);

#endif
