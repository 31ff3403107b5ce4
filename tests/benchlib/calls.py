# A real Kamailio between two real SIPps: a caller and a trunk.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Setup` is made of the scripts and scenarios in ../bench.d."""

from pathlib import Path

from lib.check import REASON_HEADER
from lib.kamailio import Kamailio
from lib.sipp import Sipp

FILES = Path(__file__).resolve().parent.parent / "bench.d"
MODULES = ("tm", "sl", "pv", "textops")
MODULE = "disconnect_reason"
SECONDS = 120  # until SIPp gives up
QUESTIONS = "JSONRPCS DATAGRAM"  # what Kamailio calls the process that answers


def measured(proxy):
    """The pids of a Kamailio, but for the process that answers our questions."""
    return [row["PID"] for row in proxy.rpc("core.psx")
            if row["DSC"] != QUESTIONS]


class Setup:
    """Everything for one run, not yet started."""

    def __init__(self, folder, script, calls, caller, trunk, params=None,
                 kamailio=Kamailio, memory="fm", more=(), at_once=1,
                 rate=1000, trace=False, spoofed=0):
        """
        folder    pathlib.Path, made here
        script    name of a routing script in bench.d
        calls     how many calls the caller makes
        caller    name of the caller's scenario in bench.d
        trunk     name of the trunk's scenario there
        params    (name, value) for modparam of the module under test;
                  None: it is not loaded
        kamailio  Kamailio, or a class made from it
        memory    Kamailio's memory manager, "fm" or "qm"
        more      modules besides those that the scripts use
        at_once   how many calls may be up at the same time
        rate      how many may begin in a second
        trace     write down what the caller gets
        spoofed   how many header fields of ours a busy trunk writes
        """
        modules = [*MODULES, *more]
        own = [(MODULE, *param) for param in params or ()]
        if params is not None:
            modules.append(MODULE)
        self.proxy = kamailio(folder, FILES / f"{script}.cfg", modules,
                              own, workers=1,
                              options=("-T", "-x", memory, "-X", memory))
        self.trunk = Sipp(self._scenario(trunk, spoofed=spoofed), folder,
                          "trunk", calls=calls, trace=False, timeout=SECONDS)
        self.caller = Sipp(
            self._scenario(caller, self.trunk.uri), folder, "caller",
            calls=calls, remote=self.proxy.address, rate=rate,
            limit=at_once, trace=trace, timeout=SECONDS)
        # Call-IDs that are the same in each run: their hash decides how far
        # tm has to search
        self.caller.args += ["-cid_str", "%u@bench"]

    @staticmethod
    def _scenario(name, trunk_uri="", spoofed=0):
        text = (FILES / f"{name}.xml").read_text("utf-8")
        field = f"{REASON_HEADER}: ROOM_DELETED\n"
        return text.replace("[trunk]", trunk_uri).replace(
            "[spoofed]", spoofed * field)
