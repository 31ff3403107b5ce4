/**
 * @file map_address.h  Reads addresses and host names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_MAP_ADDRESS_H
#define DR_MAP_ADDRESS_H

#include "map_def.h"

/** Room for a network as text, with its zero byte */
#define DR_NETWORK_TEXT_MAX 64

int dr_network_parse(struct dr_text text, struct dr_network *network);
void dr_network_cut(struct dr_network *network);
void dr_network_print(char *buf, const struct dr_network *network);
bool dr_host_check(struct dr_text host);

#endif
