# Counts the instructions that Kamailio spends on a call.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A variant runs twice under callgrind, with many calls and with few, so that
what Kamailio does at start and at its end is not counted.

All processes count, except the one that answers the bench's own questions.
Calls come one after the other, so that nothing is ever sent again. The few
instructions of timers that tick in an idle Kamailio are in the figure.
"""

import re
from dataclasses import dataclass

from lib import process
from lib.case import play
from lib.check import REASON_HEADER
from lib.kamailio import Kamailio

from .calls import Setup, measured

FEW, MANY = 100, 1100


@dataclass(frozen=True)
class Variant:
    """One line of the table.

    name    what the table says
    call    kind of call: the scenarios CALL-caller and CALL-trunk
    script  routing script in bench.d
    params  (name, value) of the module's parameters; None: not loaded
    reason  what the header of the caller's final failure must say; None: there
            is no header, or no failure
    limit   most that it may be over the bare relay in %, None for no limit
    rival   name of the variant of this call that it must not cost more than
    spoofed how many header fields of ours the trunk writes in its 486
    """
    name: str
    call: str
    script: str = "bare"
    params: tuple | None = None
    reason: str | None = None
    limit: float | None = None
    rival: str | None = None
    spoofed: int = 0


class CountedKamailio(Kamailio):
    """Kamailio under callgrind."""

    def spawn(self):
        args = ["valgrind", "-q", "--tool=callgrind", "--trace-children=yes",
                f"--callgrind-out-file={self.folder}/callgrind.%p",
                "kamailio", "-f", self.cfg, "-DD", "-E", "-Y", self.folder,
                "-w", self.folder, "-P", self.folder / "kamailio.pid",
                "-m", 64, "-M", 8, *self.options]
        self.child = process.spawn(args, self.log, self.folder)

    def instructions(self, pids):
        """How many the processes `pids` executed until they ended."""
        return sum(self._total(pid) for pid in pids)

    def _total(self, pid):
        text = (self.folder / f"callgrind.{pid}").read_text("utf-8")
        totals = re.findall(r"^totals: (\d+)$", text, re.MULTILINE)
        assert len(totals) == 1, f"{len(totals)} totals of {pid}"
        return int(totals[0])


def per_call(variant, folder):
    """Instructions for one call of `variant`; its files go below `folder`."""
    few, many = (_run(variant, calls, folder / str(calls))
                 for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _run(variant, calls, folder):
    setup = Setup(folder, variant.script, calls, f"{variant.call}-caller",
                  f"{variant.call}-trunk", variant.params, CountedKamailio,
                  trace=calls == FEW, spoofed=variant.spoofed)
    proxy = setup.proxy.start()
    try:
        pids = measured(proxy)
        play([setup.caller], [setup.trunk])
        proxy.wait_idle()
        proxy.stop()
    finally:
        process.end(proxy.child)
    if calls == FEW:
        _check(variant, setup.caller)
    return proxy.instructions(pids)


def _check(variant, caller):
    """What does not do the job is not worth counting."""
    wanted = [variant.reason] if variant.reason else []
    for message in caller.messages():
        if message.received and message.code >= 300:
            assert message.values(REASON_HEADER) == wanted, (
                f"{variant.name}: expected {REASON_HEADER} {wanted} in\n"
                f"{message}")
