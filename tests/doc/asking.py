# Asks the real Kamailio what it takes.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`kamailio -c` reads a configuration in a few milliseconds. So a word that is
exported can be told from one that is not, without reading a line of C."""

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from lib.kamailio import module_path, packaged_modules

# What a snippet may use; disconnect_reason comes after tm and before acc
BEFORE = ("kex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "xlog", "siputils",
          "textops", "jsonrpcs", "ctl")
AFTER = ("acc",)


def preamble(loaded=True, before=BEFORE, after=AFTER):
    """The first lines of a configuration, with the module or without it."""
    ours = [f'loadmodule "{module_path()}"'] if loaded else []
    return "\n".join(
        ["#!KAMAILIO", "listen=udp:127.0.0.1:5060", "auto_aliases=no",
         f'mpath="{packaged_modules()}"',
         *(f'loadmodule "{name}.so"' for name in before), *ours,
         *(f'loadmodule "{name}.so"' for name in after), ""])


def check(text, options=()):
    """What `kamailio -c` says of a configuration: (accepted, its words)."""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(
            ["kamailio", "-c", "-E", "-f", file.name, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30,
            check=False, env=dict(os.environ, LC_ALL="C"))
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


def each(question, values):
    """The values for which question(value) is true; a few at once."""
    values = sorted(values)
    with ThreadPoolExecutor(4) as pool:
        return {value for value, answer
                in zip(values, pool.map(question, values)) if answer}
