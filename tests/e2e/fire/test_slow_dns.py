# A name server that answers late, or too late.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A worker waits in libc's resolver. Its call gets its header as any other, and
other workers' calls go on meanwhile."""

import itertools
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from lib import process
from lib.check import DETAIL_HEADER
from lib.counted import Counted
from lib.dns import ZONE, LateDns
from lib.proxies import CFG, DETAIL, Proxies
from lib.raw import Plan, RawCalls, code_of, template
from lib.torture import as_seen, final_of, headers_in

BUSY = template(486)
GOOD = Plan((BUSY,), ("X-Test-Do: SILENT",))
COMPLAINTS = (r"could not resolve hostname: ", r"failed to resolve ",
              r"t_forward_nonack\(\): failure to add branches")
# attempts are the counters that move
End = namedtuple("End", "code reason detail attempts")
REJECTED = End(486, "USER_REJECTED", "code=486;detail=busy;source=remote",
               ("attempts USER_REJECTED",))
UNRESOLVED = End(478, "SIP_TRUNK_FAILURE", "detail=dns;source=transport",
                 ("attempts SIP_TRUNK_FAILURE",))
CANCELLED = End(487, "CLIENT_INITIATED", "detail=cancelled;source=cancel", ())
WORKERS = 3
numbers = itertools.count()


@pytest.fixture(scope="module")
def dns(tmp_path_factory):
    one = LateDns(tmp_path_factory.mktemp("dns") / "dns").start()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def pair(dns, tmp_path_factory):
    """Their resolver asks `dns`, waits 2 s and does not ask again."""
    proxies = Proxies(tmp_path_factory.mktemp("proxies"))
    for pattern in COMPLAINTS:
        proxies.allow(pattern)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DR_DNS_PORT", str(dns.port))
        yield proxies.pair("slow_dns.cfg", workers=WORKERS, params=(DETAIL,),
                           defines=(f"RESOLVER={CFG / 'resolver.py'}",))
    proxies.stop()


def names(count):
    """Names that no cache knows."""
    return [f"n{next(numbers)}.{ZONE}" for _ in range(count)]


def slow(raw, name, header="X-Test-To", do="SILENT"):
    """A call to the trunk of `raw`, by that name."""
    port = raw.trunk.getsockname()[1]
    return Plan((BUSY,), (f"X-Test-Do: {do}", f"{header}: sip:x@{name}:{port}"))


@contextmanager
def asking(raw, dns, *plans):
    """Makes the calls; goes on when a worker waits for each one's name. Yields
    the calls to come."""
    wanted = [plan.headers[1].partition("@")[2].partition(":")[0]
              for plan in plans]
    with ThreadPoolExecutor() as threads:
        calls = threads.submit(raw.play, plans, len(plans))
        dns.wait_for(*wanted)
        yield calls


class Side:
    """One Kamailio of the pair, and what its callers got."""

    def __init__(self, proxy, loaded, first):
        """first  number of the first call: tm knows a call by its branch alone"""
        self.proxy, self.loaded, self.first = proxy, loaded, first
        self.seen, self.told, self.moved = [], {}, Counter()

    def calls(self):
        """More calls; use it in a with statement."""
        raw = RawCalls(self.proxy)
        raw.count, self.first = self.first, self.first + 10
        return raw

    def check(self, raw, call, end):
        """The call ended that way; without the module it says nothing of it."""
        final = final_of(call)
        assert code_of(final) == end.code, final
        said = [*headers_in(final), *headers_in(final, DETAIL_HEADER)]
        assert said == ([end.reason.encode(), end.detail.encode()]
                        if self.loaded else []), final
        self.seen.append(as_seen(call, raw, self.loaded))
        self.told[call.call_id] = (end.reason, ...)
        self.moved.update((f"outcomes {end.reason}", *end.attempts))

    def play_others(self, waiting):
        """Calls to an address go on while `waiting` do."""
        with self.calls() as raw:
            made = raw.play([GOOD] * 3)
            assert not waiting.done()
            for call in made:
                self.check(raw, call, REJECTED)


def play_both(pair, play):
    """play(side, raw) once with the module and once without: the same but for
    the header; each outcome is counted once, and told once."""
    first = 100 * next(numbers)
    counted = Counted(pair.loaded)

    def run(proxy):
        side = Side(proxy, proxy is pair.loaded, first)
        with side.calls() as raw:
            play(side, raw)
        return side

    with ThreadPoolExecutor() as threads:
        plain, loaded = threads.map(run, pair)
    assert loaded.seen == plain.seen
    counted.check(loaded.moved, loaded.told)


def test_late(pair, dns):
    """Within the resolver's patience: the trunk gets the call."""
    def play(side, raw):
        name, = names(1)
        with asking(raw, dns, slow(raw, name)) as calls:
            side.play_others(calls)
            dns.answer(name)
            call, = calls.result()
        side.check(raw, call, REJECTED)

    play_both(pair, play)


def test_invite_again(pair, dns):
    """Another worker takes the second one, and its script is over first: that
    says nothing of the call."""
    def play(side, raw):
        name, = names(1)
        with asking(raw, dns, slow(raw, name, do="RELAY_AND_SAY")) as calls:
            call, = raw.calls.values()
            raw.repeat(call)
            process.wait_for(lambda: len(call.received) == 2, 5, "two 100")
            side.play_others(calls)
            dns.answer(name)
        side.check(raw, call, REJECTED)
        said = [{"reason": "<null>"}] * (2 if side.loaded else 0)
        process.wait_for(lambda: side.proxy.traces().get(call.call_id, [])
                         == said, 5, f"{said} in the log")

    play_both(pair, play)


def test_too_late(pair, dns):
    """t_relay() fails; of a fork the other branch goes on. The answer that
    comes then finds nobody."""
    def play(side, raw):
        lost, part = names(2)
        plans = slow(raw, lost), slow(raw, part, "X-Test-Fork")
        with asking(raw, dns, *plans) as calls:
            side.play_others(calls)
            alone, forked = calls.result()
        dns.answer(lost)
        dns.answer(part)
        good, = raw.play([GOOD])
        assert not alone.branches and len(forked.branches) == 1
        for call, end in (alone, UNRESOLVED), (forked, REJECTED), (good, REJECTED):
            side.check(raw, call, end)

    play_both(pair, play)


def test_all_workers_wait(pair, dns):
    """The call after them is late, and has its header as ever."""
    def play(side, raw):
        plans = [slow(raw, name) for name in names(WORKERS)]
        with asking(raw, dns, *plans) as calls, side.calls() as behind:
            good, = behind.play([GOOD])
            side.check(behind, good, REJECTED)
            for call in calls.result():
                side.check(raw, call, UNRESOLVED)

    play_both(pair, play)


def test_cancel(pair, dns):
    """The caller gives up while a worker waits: the trunk never learns of it,
    whether its name is found then or not."""
    def play(side, raw):
        found, lost = names(2)
        with asking(raw, dns, slow(raw, found), slow(raw, lost)) as calls:
            for call in tuple(raw.calls.values()):
                raw.cancel(call)
            ended = calls.result()
        dns.answer(found)
        good, = raw.play([GOOD])
        side.proxy.wait_idle()
        assert any(lost in line for line in side.proxy.lines())
        raw.listen(0.1)
        for call in ended:
            assert not call.branches
            side.check(raw, call, CANCELLED)
        side.check(raw, good, REJECTED)

    play_both(pair, play)
