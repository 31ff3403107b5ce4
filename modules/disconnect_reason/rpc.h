/**
 * @file rpc.h  The module's RPC commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_RPC_H
#define DR_RPC_H

#include "../../core/rpc.h"

extern rpc_export_t dr_rpc[];

#endif
