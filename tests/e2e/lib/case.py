# Plays one case with and without the module and compares the two.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Case` is the callable that the tests know as `case`; see ../README.md."""

import string
from collections import Counter
from dataclasses import dataclass, field

from . import caller as callers
from . import expected
from .check import (DETAIL_HEADER, REASON_HEADER, check_loaded, check_plain,
                    check_same)
from .counted import Counted
from .sipp import Sipp

LOCAL = "127.0.0.1"
NOBODY = "sip:callee@127.0.0.1:9"  # where no trunk listens


@dataclass(frozen=True)
class Outcome:
    """What the caller must get.

    code     status code of the one final reply to the request `cseq`
    phrase   its reason phrase
    reason   value of the header; None: no header and no AVP
    avps     AVP values logged while X-Test-Arm is 1, by default the reason once
    unarmed  AVP values logged while it is 0
    names    names of the headers, each once, all with the same value
    detail   value of the header DETAIL_HEADER; None: no such header
    cseq     CSeq of the request that the outcome is about
    on_100   reason and detail that a 100 has; for a script that says them before
             t_relay(), so that the next local reply is tm's 100
    attempts reasons of the attempts that count; by default see expected.py
    told     whether it counts as an outcome, or the reason that counts; by
             default `reason`, where the code is no challenge
    spoofed  headers of ours that the trunks wrote, and that are removed
    unclassified  attempts with a code that no table has
    """
    code: int
    phrase: str
    reason: str | None = None
    avps: tuple | None = None
    unarmed: tuple = ()
    names: tuple = (REASON_HEADER,)
    detail: str | None = None
    cseq: str = "1 INVITE"
    on_100: tuple = (None, None)
    attempts: tuple | None = None
    told: bool | str | None = None
    spoofed: int = 0
    unclassified: int = 0

    def avps_for(self, armed):
        if not armed:
            return list(self.unarmed)
        if self.avps is not None:
            return list(self.avps)
        return [self.reason] if self.reason else []


outcome = Outcome


@dataclass
class Call:
    """One call as seen from outside.

    received  all messages that the caller got, retransmissions too
    trunks    for each trunk's letter all messages that it got
    logged    what the script logged, see Kamailio.traces
    """
    proxy: object
    armed: int
    call_id: str
    caller: object
    received: list = field(default_factory=list)
    trunks: dict = field(default_factory=dict)
    logged: list = field(default_factory=list)

    def finals(self, cseq="1 INVITE"):
        """All final replies to that request, retransmissions too."""
        return [message for message in self.received if message.code >= 200
                and message.value("CSeq") == cseq]


class Case:
    """Plays cases for one test."""

    def __init__(self, proxies, folder):
        self.proxies, self.folder, self.played = proxies, folder, 0
        self.counted = None

    def __call__(self, trunk, expect, compare=True, caller=None, **options):
        """Plays the case and checks it; returns {("plain"|"loaded", arm): Call}.

        trunk    behaviour of trunk A
        expect   Outcome
        compare  ask for the same messages with and without the module
        caller   what the caller does; by default it follows from `expect`
        options  see run()
        """
        if caller is None:
            caller = callers.answered() if expect.code < 300 \
                else callers.fails(expect.code)
        calls = self.run(trunk, caller, **options)
        for (name, arm), call in calls.items():
            (check_plain if name == "plain" else check_loaded)(call, expect)
            if compare and name == "plain":
                check_same(call, calls["loaded", arm],
                           (*expect.names, DETAIL_HEADER))
        self.moved(calls, expect, expected.attempts(
            expect, trunk, options.get("fork", ()), options.get("then", ())))
        return calls

    def moved(self, calls, expect=None, attempts=()):
        """With the module just these counters moved, and these events came.

        calls     as run() gave them
        expect    Outcome of each; None: nothing moved
        attempts  reasons of the attempts of each
        """
        loaded = [call for (name, _), call in calls.items() if name == "loaded"]
        one = expected.moved(expect, attempts) if expect else {}
        told = {call.call_id: expected.event(expect) for call in loaded} \
            if expect and expected.told(expect) else {}
        self.counted.check(
            Counter({name: times * len(loaded) for name, times in one.items()
                     if times}), told)

    def run(self, trunk, caller, fork=(), then=(), headers=(), arms=(0, 1),
            pair=None, caller_transport="udp", trunk_transport="udp",
            options=(), caller_host=LOCAL, hosts=()):
        """Plays the case, checks nothing but SIPp's exit codes.

        trunk    behaviour of trunk A; None: nobody listens there
        fork     behaviours of further trunks called at the same time
        then     behaviours of trunks called one after the other (X-Test-Next)
        headers  more headers of the INVITE
        arms     0 without failure_route, 1 with it, (0, 1) both
        pair     Proxies.pair(); by default that of relay.cfg
        options  for each SIPp, see ANY_ORDER
        caller_host, hosts  addresses of the caller and of the trunks, which
                 follow each other as trunk, fork, then
        """
        pair = pair or self.proxies.pair()
        self.counted = Counted(pair.loaded)
        played = self._play(pair, trunk, fork, then, caller, headers, len(arms),
                            rows=arms, options=options, hosts=hosts,
                            caller_host=caller_host,
                            transports=(caller_transport, trunk_transport))
        calls = {("plain" if call.proxy is pair.plain else "loaded",
                  call.armed): call for call in played}
        assert set(calls) == {(n, a) for n in pair._fields for a in arms}
        return calls

    def storm(self, proxy, trunk, caller, calls, rate, fork=(), headers=(),
              options=(), caller_host=LOCAL):
        """Plays many calls through one Kamailio and returns every Call.

        Each second one has failure_route armed. Nothing is checked but that
        SIPp saw what its scenarios name. `options` go to each SIPp.
        """
        played = self._play([proxy], trunk, fork, (), caller, headers, calls,
                            rows=(0, 1), rate=rate, limit=calls, timeout=120,
                            options=options, caller_host=caller_host)
        assert len(played) == calls
        return played

    def _play(self, proxies, trunk, fork, then, caller, headers, count,
              transports=("udp", "udp"), rows=(), timeout=30,
              options=(), caller_host=LOCAL, hosts=(), **load):
        """Plays `count` calls through each proxy and returns them all."""
        behaviours = [trunk, *fork, *then] if trunk else []
        trunks = [self._sipp(behaviour(f"trunk-{letter}"), letter,
                             transports[1], count * len(proxies), timeout,
                             options=options, host=host)
                  for letter, behaviour, host in zip(
                      string.ascii_uppercase, behaviours,
                      [*hosts, *[LOCAL] * len(behaviours)])]
        uris = [one.uri for one in trunks] or [NOBODY]
        headers = [*headers,
                   *(f"X-Test-Fork: {uri}" for uri in uris[1:1 + len(fork)]),
                   *(f"X-Test-Next: {uri}" for uri in uris[1 + len(fork):])]
        scenario = caller(uris[0], headers)
        sources = [self._sipp(scenario, f"caller-{proxy.port}", transports[0],
                              count, timeout, rows=rows, options=options,
                              remote=reached(proxy, caller_host),
                              host=caller_host, **load)
                   for proxy in proxies]
        play(sources, trunks)
        return sort_by_call(proxies, sources, trunks)

    def _sipp(self, scenario, name, transport, calls, timeout, **options):
        self.played += 1
        return Sipp(scenario, self.folder, f"{self.played}-{name}", transport,
                    calls, timeout=timeout, **options)


def reached(proxy, host):
    """The proxy's address for a caller at `host`."""
    return f"[::1]:{proxy.port}" if ":" in host else proxy.address


def sort_by_call(proxies, sources, trunks):
    """Makes a Call of each call that any of the callers made."""
    calls = {}
    for proxy, source in zip(proxies, sources):
        logged = proxy.traces()
        for message in source.messages():
            call = calls.get(message.call_id)
            if call is None:
                call = calls[message.call_id] = Call(
                    proxy, int(message.value("X-Test-Arm")), message.call_id,
                    source, logged=logged.get(message.call_id, []))
            if message.received:
                call.received.append(message)
    for letter, trunk in zip(string.ascii_uppercase, trunks):
        for message in trunk.messages():
            if message.received:
                calls[message.call_id].trunks.setdefault(
                    letter, []).append(message)
    return list(calls.values())


def play(sources, trunks):
    """Runs the callers against the trunks; each must end with success."""
    try:
        for trunk in trunks:
            trunk.start()
        for trunk in trunks:
            trunk.wait_ready()
        for source in sources:
            source.start()
        for one in [*sources, *trunks]:
            one.finish()
    finally:
        for one in [*sources, *trunks]:
            one.end()
