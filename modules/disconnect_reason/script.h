/**
 * @file script.h  The functions of the routing script
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_SCRIPT_H
#define DR_SCRIPT_H

#include "../../core/kemi.h"
#include "../../core/sr_module.h"

extern cmd_export_t dr_functions[];
extern sr_kemi_t dr_kemi_functions[];

#endif
