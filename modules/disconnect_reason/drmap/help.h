/**
 * @file help.h  What drmap and its commands say to --help
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_HELP_H
#define DRMAP_HELP_H

/* clang-format off */
#define HELP_END \
"  --json               write JSON, for programs\n" \
"  --help               say this\n"

#define HELP \
"usage: drmap COMMAND ...\n" \
"\n" \
"Checks, explains and compares maps of the Kamailio module disconnect_reason.\n" \
"\n" \
"  drmap check FILE         all that is wrong with a map\n" \
"  drmap explain [FILE] ... the reason of a failed attempt, and what decided it\n" \
"  drmap table [FILE]       all answers of a map\n" \
"  drmap diff OLD NEW       which inputs change their answer\n" \
"  drmap replay OLD NEW     what changes for the calls of a capture\n" \
"  drmap COMMAND --help     say more about a command\n" \
"  drmap --version          print the version\n" \
"\n" \
"The word built-in in place of a map stands for the built-in tables.\n" \
"Exit status: 0 ok, 1 the map is wrong or the maps differ, 2 usage or system.\n"

#define HELP_CHECK \
"usage: drmap check [--json] FILE\n" \
"\n" \
"Prints all errors and warnings of the map FILE, each with its file and line.\n" \
"\n" \
HELP_END \
"\n" \
"Exit status: 0 no errors, 1 errors, 2 usage.\n"

#define HELP_EXPLAIN \
"usage: drmap explain [FILE] --code CODE [OPTION ...]\n" \
"       drmap explain [FILE] --source SOURCE [OPTION ...]\n" \
"       drmap explain [FILE] --cancelled\n" \
"\n" \
"Prints the reason of a failed attempt and what decided it. Without FILE, the\n" \
"built-in tables answer.\n" \
"\n" \
"  --code CODE          status code of the reply, 300 to 999\n" \
"  --phrase TEXT        its reason phrase\n" \
"  --header FIELD       a header field of it, \"Name: value\"; may be repeated\n" \
"  --said REASON        a header of the module in it says this, such as\n" \
"                       USER_REJECTED; only a trusted trunk is believed\n" \
"  --q850 CAUSE         short for --header \"Reason: Q.850;cause=CAUSE\"\n" \
"  --after WHAT         the attempt came to: none, trying or ringing\n" \
"  --source SOURCE      remote, timeout, transport, cancel or script\n" \
"  --unresolved         transport: the name could not be resolved\n" \
"  --cancelled          the caller gave up first\n" \
"  --trunk NAME         the trunk that the attempt went to\n" \
"  --host NEXTHOP       find the trunk by a host name or an address\n" \
"  --profile NAME       ask a profile, whatever the trunk\n" \
"  --bridge NAME        say which code that bridge is sent, too\n" \
"  --no-q850            the module's parameter q850 is 0\n" \
HELP_END \
"\n" \
"Exit status: 0 answered, 1 the map is wrong, 2 usage.\n"

#define HELP_TABLE \
"usage: drmap table [FILE] [--profile NAME] [--format FORMAT]\n" \
"\n" \
"Prints, for each profile, its rules in the order in which they are asked, then\n" \
"the answers to all status codes, Q.850 causes and events.\n" \
"\n" \
"  --profile NAME       only this profile\n" \
"  --format FORMAT      text, tsv, md (Markdown) or json\n" \
HELP_END \
"\n" \
"Exit status: 0 ok, 1 the map is wrong, 2 usage.\n"

#define HELP_DIFF \
"usage: drmap diff [--json] OLD NEW\n" \
"\n" \
"Asks both maps about every code, cause, event, header field and phrase that\n" \
"either of them knows, and prints what they answer differently.\n" \
"\n" \
HELP_END \
"\n" \
"Exit status: 0 the same answers, 1 the maps differ or are wrong, 2 usage.\n"

#define HELP_REPLAY \
"usage: drmap replay OLD NEW [OPTION ...] <CAPTURE\n" \
"       drmap replay OLD NEW [OPTION ...] --fields FILE\n" \
"\n" \
"Prints what both maps say of each failed INVITE in a capture, and sums up what\n" \
"changes. tshark reads the capture.\n" \
"\n" \
"  --fields FILE        what tshark wrote elsewhere; - for standard input:\n" \
"                       tshark -n -r CAPTURE -Y sip -T ek -x -j 'ip ipv6 sip'\n" \
"  --decode-as RULE     for tshark -d, e.g. tcp.port==5080,sip; may be repeated\n" \
"  --profile NAME       judge by this profile, whatever the trunk\n" \
"  --changed            only INVITEs that change their answer\n" \
HELP_END \
"\n" \
"Exit status: 0 the same answers, 1 some change or a map is wrong, 2 usage or no\n" \
"tshark.\n"
/* clang-format on */

#endif
