# No memory for the module alone: each of its allocations fails in turn.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A ladder for each kind of call: the first allocation that the module asks for,
or that somebody asks for whom it called, is refused, then the second, and so on
until a call asks for no more; once, and all from then on. tm and the core
have memory for their own needs, so each call must be relayed as ever: with its
header, or without one and with one log line. See tests/starve.
"""

import re
from dataclasses import dataclass

import pytest

from lib.check import DETAIL_HEADER
from lib.counted import figures
from lib.kamailio import Kamailio
from lib.memory import check_flat, memory
from lib.process import wait_for
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import RINGING, Plan, RawCalls, template
from lib.torture import final_of, headers_in
from lib.trunk_map import map_file

BUSY, DECLINED, MISSING = (template(code) for code in (486, 603, 404))
SPOOFED = template(486, ["X-LK-Disconnect-Reason: ROOM_CLOSED"] * 2)
NEVER = 600  # s
QUICK = "X-Test-Timers: 20,20"
ARMED = "X-Test-Arm: 1"
OURS = re.compile(r" (?:ERROR|WARNING|CRITICAL|BUG): disconnect_reason .*")
UNWATCHED = "no memory to watch a call"
WITHOUT = "no memory for the header of a reply"
SOON = 0.3  # s for a call that Kamailio may not even have taken
HIGHEST = 199  # more steps than any ladder has
REJECTED, FAILURE = "USER_REJECTED", "SIP_TRUNK_FAILURE"
MEDIA, JOIN = "MEDIA_FAILURE", "JOIN_FAILURE"


@dataclass(frozen=True)
class Path:
    """A kind of call.

    line      first line without the module
    said      the reason
    becomes   (first line, reason) for the bridge of the map
    asks      how often the script calls a function of the module
    branches  how many trunks are tried
    only      no reply but the script's needs a lump
    """
    plan: Plan
    line: str
    said: str
    becomes: tuple
    asks: int = 0
    branches: int = 1
    only: bool = False


def to(route):
    return (f"X-Test-Do: {route}",)


def paths(here=""):
    """Kinds of calls; `here` is a URI of the trunk."""
    busy = ("486 Busy Here", REJECTED, (f"486 {JOIN}", JOIN))
    by_us = ("488 Not By Us", MEDIA, ("488 Not By Us", MEDIA))
    named = ("486 Busy Here", REJECTED, ("486 AGENT_ERROR", "AGENT_ERROR"))
    return {
        "busy": Path(Plan((BUSY,)), *busy),
        "armed": Path(Plan((BUSY,), (ARMED,)), *busy),
        "silent": Path(
            Plan((BUSY,), (QUICK,), wait=NEVER), "408 Request Timeout",
            "CONNECTION_TIMEOUT",
            ("480 CONNECTION_TIMEOUT", "CONNECTION_TIMEOUT")),
        "declined": Path(Plan((DECLINED,)), "603 Decline", REJECTED,
                         (f"486 {REJECTED}", REJECTED)),
        "fork": Path(
            Plan((MISSING,), (f"X-Test-Fork: {here}",), (BUSY,)),
            "404 Not Found", FAILURE, (f"404 {FAILURE} ", FAILURE),
            branches=2),
        "next": Path(Plan((MISSING,), (f"X-Test-Next: {here}",), (BUSY,)),
                     *named, asks=1, branches=2),
        "named": Path(Plan((BUSY,), to("NAMED")), *named, asks=1),
        "cancel": Path(
            Plan((RINGING, BUSY), wait=NEVER, cancel=True),
            "487 Request Terminated", "CLIENT_INITIATED",
            ("487 Request Terminated", "CLIENT_INITIATED")),
        "spoofed": Path(Plan((SPOOFED,)), *busy),
        "set": Path(Plan((BUSY,), to("SET")), "486 Busy Here", MEDIA,
                    (f"486 {MEDIA}", MEDIA), asks=1),
        "answer": Path(Plan((BUSY,), to("ANSWER")), *by_us, asks=1),
        "own": Path(Plan((BUSY,), to("ANSWER_OWN")), *by_us, asks=1,
                    only=True),
        "refuse": Path(Plan((BUSY,), to("REFUSE")), *by_us, asks=1),
        "later": Path(Plan((BUSY,), to("ANSWER_LATER")), *by_us, asks=1),
    }


@pytest.fixture(scope="module", params=["alone", "map"])
def proxy(request, tmp_path_factory):
    more = (map_file("starved.cfg"),) if request.param == "map" else ()
    one = Kamailio(
        tmp_path_factory.mktemp("starved") / "kamailio", CFG / "starve.cfg",
        (*BEFORE, "kex", "starve", "disconnect_reason"),
        (DETAIL, ("disconnect_reason", "xavp", "dr"), ("tm", "wt_timer", 100),
         *more), workers=1).start()
    one.has_map = bool(more)
    yield one
    one.stop([r" (ERROR|CRITICAL): "])


def seen(call):
    """First line, reasons and details that the caller got."""
    final = final_of(call)
    return (final.partition(b"\r\n")[0].decode(), headers_in(final),
            headers_in(final, DETAIL_HEADER))


def is_idle(pids):
    """Do all these processes wait for something to do?"""
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            if file.read().rpartition(")")[2].split()[0] != "S":
                return False
    return True


def counted(proxy, what):
    return sum(times for name, times in figures(proxy).items()
               if name.startswith(what))


class Ladder:
    """Plays one kind of call while memory is refused."""

    def __init__(self, proxy, raw, name):
        here = f"sip:callee@127.0.0.1:{raw.trunk.getsockname()[1]}"
        self.proxy, self.raw, self.path = proxy, raw, paths(here)[name]
        self.without = f"SIP/2.0 {self.path.line}"
        line, said = self.path.becomes if proxy.has_map else (
            self.path.line, self.path.said)
        self.good = self.played(self.path.plan)
        assert self.good[:2] == (f"SIP/2.0 {line}", [said.encode()])
        assert len(self.good[2]) == 1
        self.control = self.played(Plan((BUSY,)))
        self.calls = self.bare = 0

    def played(self, plan, patience=None):
        call, = self.raw.play([plan], patience=patience)
        return seen(call) if call.finals() or not patience else None

    def settle(self):
        """Waits for what comes after a final reply, such as its event."""
        wait_for(lambda: is_idle(self.pids), 20, "Kamailio to be idle",
                 poll=0.001)

    def starved(self, pool, who, nth, times, patience=None):
        """A call without that memory, and a good one after it: what the caller
        got, what was logged, whether anything was refused."""
        self.settle()
        at = self.proxy.log.stat().st_size
        self.proxy.rpc("starve.fail", pool, who, nth, times)
        got = self.played(self.path.plan, patience)
        self.settle()
        told = self.proxy.rpc("starve.stop")
        with open(self.proxy.log, "rb") as log:
            log.seek(at)
            lines = log.read().decode("utf-8", "replace")
        self.calls += 1
        assert self.played(Plan((BUSY,))) == self.control
        return got, lines, told["refused"]

    def check_any(self, nth, times, pool):
        """Nobody has that memory: what the caller gets may come of tm, or not
        at all; returns whether something was refused."""
        got, _, refused = self.starved(pool, "*", nth, times, SOON)
        if got and got[0] in (self.without, self.good[0]):
            assert got[1] in ([], self.good[1]), got
            assert got[2] in ([], self.good[2]), got
        return refused

    def check(self, got, lines):
        """The caller got what it must, the log and the script too."""
        line, said, detail = got
        ours = OURS.findall(lines)
        if said == [b"ROOM_CLOSED"] * 2 and UNWATCHED in lines:
            said = []  # the module was not there to remove it
        code, _, phrase = line.partition(" ")[2].partition(" ")
        for part, at in ((code, 1), (phrase, 2)):
            assert part in {first.split(" ", 2)[at]
                            for first in (self.without, self.good[0])}, line
        assert said in ([], self.good[1])
        assert detail in ([], self.good[2]) and (said or not detail)
        for word in re.findall(r" (?:reason|avp)=(\S+)", lines):
            assert word.encode() in (b"<null>", *self.good[1])
        assert said or ours, f"no header, and no word why:\n{lines}"
        assert not (self.path.only and said and WITHOUT in lines), lines
        assert len(ours) <= 1 + self.path.asks, "\n".join(ours)
        self.bare += not said

    def climb(self, pool, times):
        for nth in range(1, HIGHEST):
            got, lines, refused = self.starved(
                pool, "disconnect_reason", nth, times)
            if not refused:
                assert got == self.good
                return
            try:
                self.check(got, lines)
            except AssertionError as failure:
                raise AssertionError(
                    f"{pool} {nth}, {times}: {got}\n{failure}") from failure
        pytest.fail("the ladder has no end")

    def __enter__(self):
        self.first = memory(self.proxy)
        self.pids = list(self.first["private"])
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            check_flat(self.first, memory(self.proxy))


@pytest.mark.parametrize("name", paths())
def test_each_allocation(proxy, name):
    with RawCalls(proxy) as raw:
        ladder = Ladder(proxy, raw, name)
        before = [counted(proxy, what) for what in ("attempts", "outcomes")]
        with ladder:
            for pool in ("shm", "pkg"):
                for times in (1, 0):
                    ladder.climb(pool, times)
        assert ladder.bare > 0, "no call went without header"
        attempts, outcomes = (
            counted(proxy, what) - was
            for what, was in zip(("attempts", "outcomes"), before))
        # with as many calls for control
        assert outcomes <= 2 * ladder.calls
        assert attempts <= (1 + ladder.path.branches) * ladder.calls


@pytest.mark.long
@pytest.mark.parametrize("pool", ["shm", "pkg"])
@pytest.mark.parametrize("name", [name for name in paths()
                                  if name != "spoofed"])
def test_each_of_anybodys(proxy, name, pool):
    """tm and the core leak when they get no memory, so theirs is not asked
    for; the call after each one is as ever."""
    def ours():
        return memory(proxy)["modules"][0]

    with RawCalls(proxy) as raw:
        ladder = Ladder(proxy, raw, name)
        before = ours()
        for times in (1, 0):
            ladder.pids = list(memory(proxy)["private"])
            nth = 1
            while ladder.check_any(nth, times, pool):
                nth += 1
            assert 1 < nth < HIGHEST
        assert ours() == before
