# Valgrind's memcheck around Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later
"""With DR_VALGRIND=1 each Kamailio that has the module under test runs in
memcheck; none of its errors may have the module in its stack.

Kamailio has memory managers of its own, so memcheck sees no end of a block in
them; what it sees is the end of the stack, of the pools and of what libc gives,
and jumps to nowhere. Kamailio's qm looks after its blocks.

Values never set are not asked for: what is set is known to memcheck for each
process alone, so a byte of the shared memory that one process last wrote from
the padding of a struct, and another one set since, counts as never set.
AddressSanitizer and the fuzzers look at the core, where most values are made.
"""

import os
import re

OURS = "disconnect_reason"
WANTED = os.environ.get("DR_VALGRIND") == "1"
# how much longer everything takes
SLOWER = 20 if WANTED else 1


def arguments(folder):
    """What stands before `kamailio` on the command line."""
    return ["valgrind", "-q", "--tool=memcheck", "--trace-children=yes",
            "--undef-value-errors=no", "--child-silent-after-fork=no",
            "--fullpath-after=",
            "--num-callers=30", "--vgdb=no",
            f"--log-file={folder}/memcheck.%p"]


def errors(folder):
    """Each error that has the module in its stack, as text."""
    found = []
    for log in sorted(folder.glob("memcheck.*")):
        text = re.sub(r"^==\d+== ?", "", log.read_text("utf-8", "replace"),
                      flags=re.MULTILINE)
        found += [f"{log.name}:\n{part}" for part in text.split("\n\n")
                  if OURS in part]
    return found
