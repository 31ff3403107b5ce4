# Valgrind's memcheck around Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later
"""With DR_VALGRIND=1 each Kamailio that has the module under test runs in
memcheck; none of its errors may have the module in its stack.

Kamailio has memory managers of its own, so memcheck sees no end of a block in
them; what it sees is the use of values never set, the end of the stack and of
what libc gives, and jumps to nowhere. Kamailio's qm looks after its blocks.
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
            "--child-silent-after-fork=no", "--fullpath-after=",
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
