# What a call remembers does not grow with the number of its replies.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A trunk can send as many provisional replies as it likes, and the script says
at each of them why the call will fail."""

from collections import Counter

import pytest

from lib.check import DETAIL_HEADER
from lib.counted import EVENTS, Counted
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import template
from lib.steps import Steps
from lib.torture import headers_in

FEW, MANY = 10, 2000
AT_ONCE = 20  # replies on their way at a time


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Kamailio(
        tmp_path_factory.mktemp("says") / "kamailio", CFG / "says_again.cfg",
        (*BEFORE, "kex", "disconnect_reason"),
        (DETAIL, ("disconnect_reason", "xavp", "dr"), ("tm", "wt_timer", 500)),
        more=EVENTS).start()
    yield one
    one.stop()


def held(proxy):
    """What the module and tm hold, and all of the shared memory in use."""
    return [proxy.rpc("core.shmmem")["used"],
            *(proxy.rpc("mod.mem_stats", name, "shm")
              for name in ("disconnect_reason", "tm"))]


def progress(number):
    """A 183, whose body the script says when there is one."""
    body = f"{number:04}" if number else ""
    return template(183, ["Content-Type: text/plain"], body=body)


def ring(raw, call, times, reply=progress, branch=0):
    """The trunk sends so many, and the caller gets each."""
    before = len(raw.got(call, 183))
    for sent in range(times):
        raw.say(call, reply(sent + 1), branch)
        if (sent + 1) % AT_ONCE == 0:
            raw.wait(call, 183, before + sent + 1)
    raw.wait(call, 183, before + times)


@pytest.mark.parametrize("other", [False, True], ids=["the-same", "another"])
def test_said_at_each_reply(proxy, other):
    """Two thousand take what ten take, the last one counts, and the attempts are
    those that were made."""
    def reply(number):
        return progress(number if other else 0)

    proxy.wait_idle()
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        raw.asked(call)
        ring(raw, call, FEW, reply)
        few = held(proxy)
        ring(raw, call, MANY - FEW, reply)
        assert held(proxy) == few
        # the workers may have overtaken each other
        raw.say(call, reply(MANY))
        raw.wait(call, 183, MANY + 1)
        raw.say(call, template(486))
        final = raw.wait(call, 486)
    reason, detail = ("MEDIA_FAILURE", f"number-{MANY}") if other \
        else ("AGENT_ERROR", "always-the-same")
    check(proxy, counted, call, final, reason, detail, ["USER_REJECTED"])


def check(proxy, counted, call, final, reason, detail, attempts):
    """What the script said is the outcome; the attempts are the trunks' own."""
    assert headers_in(final) == [reason.encode()], final
    said, = headers_in(final, DETAIL_HEADER)
    assert f"detail={detail};source=script".encode() in said, final
    counted.check(Counter([*(f"attempts {why}" for why in attempts),
                           f"outcomes {reason}"]),
                  {call.call_id: (reason, detail)})
    seen, = proxy.traces()[call.call_id]
    assert (seen["avp"], seen["older"]) == (reason, "<null>")
    assert [entry.partition(";")[0]
            for entry in seen["history"].split(",")] == attempts, seen


def test_said_in_two_branches(proxy):
    """Each branch lets the script say something, by turns."""
    proxy.wait_idle()
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        port = raw.trunk.getsockname()[1]
        call = raw.begin(f"X-Test-Fork: sip:other@127.0.0.1:{port}")
        raw.asked(call, branches=2)
        held_then = []
        for _ in range(4):
            ring(raw, call, FEW, lambda _: progress(7), 0)
            ring(raw, call, FEW, lambda _: progress(0), 1)
            held_then.append(held(proxy))
        assert held_then == held_then[:1] * len(held_then)
        raw.say(call, template(486), branch=0)
        raw.until(lambda: raw.is_acked(call, 0), "the ACK")
        raw.say(call, template(404), branch=1)
        final = raw.wait(call, 404)
    check(proxy, counted, call, final, "AGENT_ERROR", "always-the-same",
          ["USER_REJECTED", "SIP_TRUNK_FAILURE"])
