# cfg/livekit-edge-nats.cfg: each outcome is in a JetStream stream, once.
# SPDX-License-Identifier: GPL-2.0-or-later

import json
import os
import re
import signal
from contextlib import ExitStack, contextmanager

from lib.case import play
from lib.check import REASON_HEADER
from lib.kamailio import Kamailio
from lib.message import distinct
from lib.nats import NatsServer
from lib.one_call import ELSEWHERE, FAST
from lib.process import end, wait_for
from lib.shipped import CFG, LOCAL, ROWS, dialler, host, obedient, options
from lib.sipp import Sipp

EDGE = CFG / "livekit-edge-nats.cfg"
STREAM = "OUTCOMES"
REASON = {row.dialled: row.reason for row in ROWS}
QUICK = (*FAST, ("tm", "wt_timer", 1000))
CALLS, RATE = 210, 50  # under load; calls per second
EARLY = 20  # outcomes, at least, before an edge is killed, and after


@contextmanager
def jetstream(folder):
    """A nats-server that keeps all outcomes."""
    nats = NatsServer(folder / "nats").start()
    try:
        nats.make_stream(STREAM, "sip.outcome.>")
        yield nats
    finally:
        end(nats.child)


def stored(nats, edge):
    """All messages of one edge in the stream, as dicts."""
    found = []
    for subject, text in nats.messages(STREAM):
        message = json.loads(text)
        assert subject == f"sip.outcome.{message['reason']}", message
        if message["edge"] == edge:
            found.append(message)
    return found


def wait_stored(nats, edge, calls):
    """Waits until the stream has the edge's outcomes of these calls."""
    wait_for(lambda: set(calls) <= set(call_ids(stored(nats, edge))), 10,
             f"outcomes of {edge}")


@contextmanager
def running_edge(folder, name, nats, allowed=()):
    """An edge with two trunks of its own, which do what the number says."""
    with ExitStack() as stack:
        trunks = [Sipp(obedient(letter, 2500), folder, f"{name}-{letter}",
                       calls=CALLS) for letter in ("trunk-A", "trunk-B")]
        for trunk in trunks:
            trunk.start()
            stack.callback(trunk.end)
            trunk.wait_ready()
        proxy = Kamailio(
            folder / name, EDGE, (), QUICK, options=options(
                EDGE=f'"{name}"', NATS_URL=f'"{nats.url}"', BRIDGE_NET=LOCAL,
                TRUNK_1=host(trunks[0]), TRUNK_1_NET=ELSEWHERE,
                TRUNK_2=host(trunks[1]), TRUNK_2_NET=ELSEWHERE))
        proxy.start()
        stack.callback(end, proxy.child)
        yield proxy
        if proxy.child.poll() is None:
            proxy.wait_idle()
            proxy.stop(allowed, crashes=True)  # see doc/nats.md


@contextmanager
def dispatching(folder, edges):
    """A Kamailio that spreads calls over the edges."""
    proxy = Kamailio(folder / "dispatcher", CFG.parent / "tests/e2e/cfg"
                     / "dispatch.cfg", ("tm", "sl", "pv", "xlog"))
    (proxy.folder / "edges.list").write_text(
        "".join(f"1 {edge.uri}\n" for edge in edges), "utf-8")
    proxy.start()
    try:
        yield proxy
        proxy.stop()
    finally:
        end(proxy.child)


def told(dispatcher, edge):
    """The Call-IDs of all final failures that the edge has sent."""
    return {call_id for call_id, lines in dispatcher.traces().items()
            if {"edge": str(edge.port)} in lines}


def call_ids(messages):
    return [message["call_id"] for message in messages]


def calling(folder, name, proxy, rows, calls):
    """A caller that dials the numbers of the rows in turn."""
    return Sipp(dialler(proxy), folder, name, calls=calls, rate=RATE,
                limit=calls, remote=proxy.address,
                rows=[f"0;{row.dialled}" for row in rows])


def check_answers(caller):
    """Each call failed as its number says; returns the reasons by Call-ID."""
    reasons, answers = {}, {}
    for message in distinct(caller.messages()):
        if message.is_request and message.method == "INVITE":
            number = re.match(r"INVITE sip:(\w+)@", message.start)[1]
            reasons[message.call_id] = REASON[number]
        if message.code >= 200:
            answers.setdefault(message.call_id, []).append(
                message.value(REASON_HEADER))
    assert answers == {call: [reason] for call, reason in reasons.items()}
    return reasons


def test_an_edge_dies_under_load(tmp_path):
    """The other one goes on, and the stream has each of its outcomes once.

    Of the edge that was killed nothing appears twice, and nothing is missing
    that was stored before; an outcome that it told a moment before its end may
    have died with it.
    """
    with jetstream(tmp_path) as nats, \
            running_edge(tmp_path, "dying", nats) as dying, \
            running_edge(tmp_path, "living", nats) as living, \
            dispatching(tmp_path, [dying, living]) as dispatcher:
        caller = calling(tmp_path, "caller", dispatcher, ROWS, CALLS)
        caller.start()
        try:
            wait_for(lambda: len(told(dispatcher, dying)) > EARLY, 10,
                     "the first outcomes")
            early = told(dispatcher, dying)
            wait_stored(nats, "dying", early)
            os.killpg(dying.child.pid, signal.SIGKILL)
            before = told(dispatcher, living)
            caller.finish()
        finally:
            caller.end()
        reasons = check_answers(caller)
        last = dial(tmp_path, "last", living)
        wait_stored(nats, "living", last)

        answered = told(dispatcher, living)
        assert len(answered - before) > EARLY
        check_living(stored(nats, "living"), answered | last.keys(),
                     reasons | last)
        check_dead(stored(nats, "dying"), early, reasons)
        assert not is_active(dispatcher, dying)
        assert is_active(dispatcher, living)


def check_living(messages, answered, reasons):
    """One message for each outcome that the edge told, and no other."""
    assert sorted(call_ids(messages)) == sorted(answered)
    for message in messages:
        assert message["reason"] == reasons[message["call_id"]], message
    assert len({message["id"] for message in messages}) == len(messages)


def check_dead(messages, early, reasons):
    """All that it told early, nothing twice, and nothing that never was."""
    calls = call_ids(messages)
    assert len(set(calls)) == len(calls)
    assert early <= set(calls) <= set(reasons)


def is_active(dispatcher, edge):
    """Does the dispatcher send calls to this edge?"""
    sets = dispatcher.rpc("dispatcher.list")["RECORDS"]
    flags = {one["DEST"]["URI"]: one["DEST"]["FLAGS"]
             for records in sets for one in records["SET"]["TARGETS"]}
    return flags[edge.uri].startswith("A")


def dial(folder, name, proxy):
    """Dials the first numbers; returns the reasons by Call-ID."""
    caller = calling(folder, name, proxy, ROWS[:4], 4)
    play([caller], [])
    return check_answers(caller)


def test_nats_is_away(tmp_path):
    """Calls go on, and NATS gets the outcomes once it is there again.

    It is away when the edge starts, comes, goes, and comes again.
    """
    not_yet = r"ERROR: nats .*could not connect to nats servers \[Not Yet"
    calls = {}
    with jetstream(tmp_path) as nats:
        nats.stop()
        with running_edge(tmp_path, "edge", nats, [not_yet]) as proxy:
            calls |= dial(tmp_path, "before", proxy)
            nats.start()
            wait_stored(nats, "edge", calls)
            nats.stop()
            calls |= dial(tmp_path, "while", proxy)
            nats.start()
            wait_stored(nats, "edge", calls)
            calls |= dial(tmp_path, "after", proxy)
            wait_stored(nats, "edge", calls)
            check_living(stored(nats, "edge"), calls, calls)


# Users in From, and what the JSON has; nobody is not in it
CALLERS = {"+4930123456@": "+4930123456", "caf\u00e9@": "caf%c3%a9", "": None}
QUOTED = 'quote"and\\'  # is in each Call-ID


def test_whoever_calls_it_is_json(tmp_path):
    with jetstream(tmp_path) as nats, \
            running_edge(tmp_path, "edge", nats) as proxy:
        scenario = dialler(proxy).replace("sip:caller@", "sip:[field2]")
        caller = Sipp(scenario, tmp_path, QUOTED, calls=len(CALLERS),
                      remote=proxy.address,
                      rows=[f"0;486;{user}" for user in CALLERS])
        play([caller], [])
        calls = {message.call_id for message in caller.messages()}
        wait_stored(nats, "edge", calls)
        found = stored(nats, "edge")
    assert {one.get("from") for one in found} == set(CALLERS.values())
    for one in found:
        assert one["to"] == "callee" and one["number"] == 12 and \
            one["code"] == 486 and one["ringing"] == 0, one
        assert one["detail"] == "busy" and one["source"] == "remote", one
        assert one["trunk"] == "trunk-1" and one["profile"] == "default", one
        assert one["history"].startswith("USER_REJECTED;code=486;"), one
        assert "q850" not in one and "rule" not in one, one
