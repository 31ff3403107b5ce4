/**
 * @file rpc_stats.h  The RPC command stats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_RPC_STATS_H
#define DR_RPC_STATS_H

#include "../../core/rpc.h"

void dr_rpc_stats(rpc_t *rpc, void *context);

#endif
