/**
 * @file after_script.h  Sees that tm is about to answer by itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_AFTER_SCRIPT_H
#define DR_AFTER_SCRIPT_H

int dr_after_script_init(void);

#endif
