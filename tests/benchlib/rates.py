# Measures how many calls a second Kamailio takes, by the clock.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The variants take turns, round by round, so that what else the machine does
hits all of them alike; of each figure the median of the rounds counts.

A caller keeps some calls up at the same time and begins the next one when one
ends. It runs on the same machine as Kamailio, and so does the trunk, so the
rate says what all three reach together. What Kamailio alone needs is the time
that its processes had a processor.

These figures are for people: they differ from run to run, and nothing fails
because of them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from lib import process
from lib.case import play

from .calls import Setup, measured

ROUNDS, CALLS, AT_ONCE = 7, 2000, 32
NO_LIMIT = 20000  # calls per second


@dataclass(frozen=True)
class Rate:
    """Of one run, or the medians of all.

    calls  per second, as the caller saw it
    busy   microseconds of a processor that Kamailio took for a call
    """
    calls: float
    busy: float


def measure(variants, folder):
    """A Rate for each of the variants, see instructions.py; their `call` must
    be the same kind. Files go below `folder`."""
    runs = [[_run(variant, folder / f"{number}-{turn}")
             for number, variant in enumerate(variants)]
            for turn in range(ROUNDS)]
    return [Rate(median(run.calls for run in of_one),
                 median(run.busy for run in of_one)) for of_one in zip(*runs)]


def _run(variant, folder):
    setup = Setup(folder, variant.script, CALLS, f"{variant.call}-caller",
                  f"{variant.call}-trunk", variant.params, at_once=AT_ONCE,
                  rate=NO_LIMIT)
    statistics = folder / "caller.csv"
    setup.caller.args += ["-trace_stat", "-stf", statistics]
    proxy = setup.proxy.start()
    try:
        pids = measured(proxy)
        before = _on_processor(pids)
        play([setup.caller], [setup.trunk])
        busy = _on_processor(pids) - before
        proxy.check_log()
    finally:
        # not stop(), which would wait for tm to forget the calls
        process.end(proxy.child)
    return Rate(_rate_of(statistics), busy / CALLS / 1000)


def _on_processor(pids):
    """Nanoseconds that these processes had a processor."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0])
               for pid in pids)


def _rate_of(statistics):
    """Calls per second of the whole run, as SIPp wrote it down at its end."""
    with open(statistics, encoding="ascii", newline="") as file:
        *_, last = csv.DictReader(file, delimiter=";")
    assert int(last["SuccessfulCall(C)"]) == CALLS, last
    return float(last["CallRate(C)"])
