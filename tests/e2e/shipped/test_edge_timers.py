# cfg/livekit-edge.cfg with the times that are shipped, and with others: LiveKit,
# which gives up after 30 s, is told before.
# SPDX-License-Identifier: GPL-2.0-or-later
"""All calls at once, in one test: it takes as long as the longest of them."""

import pytest

from lib.caller import fails
from lib.case import play
from lib.message import distinct, seconds
from lib.one_call import TEST_ID, edge
from lib.scenario import answer, answer_last, label, pause, receive
from lib.shipped import END, by_number, jump
from lib.sipp import Sipp

TIMEOUT, UNAVAILABLE = "CONNECTION_TIMEOUT", "USER_UNAVAILABLE"
REPLY, TRYING, RINGING = "REPLY_TIMEOUT", "TRYING_TIMEOUT", "RINGING_TIMEOUT"
SHIPPED = {REPLY: 5000, TRYING: 8000, RINGING: 25000}
OTHERS = {REPLY: 700, TRYING: 1500, RINGING: 5000}
LATE = 2  # s that a busy machine may take longer

# number: what the first trunk does and what the second does, see trunk()
NUMBERS = {"silence": ("silence", "silence"), "trying": ("trying", "trying"),
           "rings": ("rings", "rings"), "again": ("again", "rings"),
           "last": ("trying", "rings")}
# trunks, number: what the caller is told, after how many of which time
TOLD = {
    (1, "silence"): (TIMEOUT, 1, REPLY),
    (2, "silence"): (TIMEOUT, 2, REPLY),
    (1, "trying"): (TIMEOUT, 1, TRYING),
    (2, "trying"): (TIMEOUT, 2, TRYING),
    (1, "rings"): (UNAVAILABLE, 1, RINGING),
    (2, "rings"): (UNAVAILABLE, 1, RINGING),
    (2, "again"): (UNAVAILABLE, 1, RINGING),
    (2, "last"): (UNAVAILABLE, 1, RINGING),
}
SECOND_CALLED = 3  # silence, trying and last


def trunk(which, silence):
    """Waits in vain for an answer, or says 100, or rings, or rings again."""
    tag = f"trunk-{which}"
    last = [answer_last(200, tag=tag), answer(487, tag=tag, retrans=500),
            receive("ACK")]
    cancelled = [receive("CANCEL"), last]
    does = {
        "silence": [pause(silence)],
        "trying": [answer(100), cancelled],
        "rings": [answer(180, tag=tag), cancelled],
        "again": [answer(180, tag=tag),
                  receive("CANCEL", timeout=10_000, ontimeout=900), last,
                  jump(END), label(900), answer(180, tag=tag), cancelled],
    }
    return by_number({number: does[both[which]]
                      for number, both in NUMBERS.items()})


@pytest.mark.parametrize("times,overruled", [(SHIPPED, {}), (OTHERS, OTHERS)],
                         ids=["shipped", "others"])
def test_told_in_time(tmp_path, times, overruled):
    dialled = {count: [number for trunks, number in TOLD if trunks == count]
               for count in (1, 2)}
    silence = times[REPLY] + 2000
    trunks = [Sipp(trunk(which, silence), tmp_path, f"trunk-{which}", calls=calls,
                   timeout=60)
              for which, calls in ((0, len(TOLD)), (1, SECOND_CALLED))]
    with edge(tmp_path / "one", first=trunks[0], ONE_TRUNK=1,
              **overruled) as one, \
            edge(tmp_path / "two", first=trunks[0], second=trunks[1],
                 **overruled) as two:
        callers = {count: Sipp(
            fails(408)(f"sip:[field1]@{proxy.address}", ()), tmp_path,
            f"caller-{count}", calls=len(dialled[count]), timeout=60,
            remote=proxy.address,
            rows=[f"0;{number}" for number in dialled[count]])
            for count, proxy in ((1, one), (2, two))}
        play(callers.values(), trunks)
    told = {(count, number): end for count, caller in callers.items()
            for number, end in ends(caller).items()}
    assert {way: reason for way, (reason, _) in told.items()} \
        == {way: [reason] for way, (reason, *_) in TOLD.items()}
    after = {way: count * times[time] / 1000
             for way, (_, count, time) in TOLD.items()}
    late = {way: took for way, (_, took) in told.items()
            if not -0.5 < took - after[way] < LATE}
    assert not late


def ends(caller):
    """{number dialled: (the reasons in the final reply, after what seconds)}"""
    begun, ended = {}, {}
    for message in distinct(caller.messages()):
        at = seconds(message.time)
        if message.start.startswith("INVITE"):
            number = message.start.split(":")[1].split("@")[0]
            begun[message.call_id] = number, at
        elif message.code >= 200:
            number, start = begun[message.call_id]
            ended[number] = message.values(TEST_ID), (at - start) % 86400
    return ended
