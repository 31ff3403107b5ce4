# cfg/livekit-edge.cfg with the times that are shipped: LiveKit, which gives up
# after 30 s, is told before.
# SPDX-License-Identifier: GPL-2.0-or-later
"""All calls at once, in one test: it takes as long as the longest of them."""

from lib.caller import fails
from lib.case import play
from lib.message import distinct, seconds
from lib.scenario import answer, answer_last, label, pause, receive
from lib.sipp import Sipp
from one_call import TEST_ID, edge
from shipped import by_number, jump

TIMEOUT, UNAVAILABLE = "CONNECTION_TIMEOUT", "USER_UNAVAILABLE"
LATE = 2  # s that a busy machine may take longer

# number: what the first trunk does and what the second does, see trunk()
NUMBERS = {"silence": ("silence", "silence"), "trying": ("trying", "trying"),
           "rings": ("rings", "rings"), "again": ("again", "rings"),
           "last": ("trying", "rings")}
# trunks, number: what the caller is told, after so many seconds
TOLD = {
    (1, "silence"): (TIMEOUT, 5),
    (2, "silence"): (TIMEOUT, 10),
    (1, "trying"): (TIMEOUT, 8),
    (2, "trying"): (TIMEOUT, 16),
    (1, "rings"): (UNAVAILABLE, 25),
    (2, "rings"): (UNAVAILABLE, 25),
    (2, "again"): (UNAVAILABLE, 25),
    (2, "last"): (UNAVAILABLE, 25),
}
SECOND_CALLED = 3  # silence, trying and last


def trunk(which):
    """Waits in vain for an answer, or says 100, or rings, or rings again."""
    tag = f"trunk-{which}"
    cancelled = [receive("CANCEL"), answer_last(200, tag=tag),
                 answer(487, tag=tag, retrans=500), receive("ACK")]
    does = {
        "silence": [pause(7000)],
        "trying": [answer(100), cancelled],
        "rings": [answer(180, tag=tag), cancelled],
        "again": [answer(180, tag=tag),
                  receive("CANCEL", timeout=10_000, ontimeout=900), jump(901),
                  label(900), answer(180, tag=tag), label(901), cancelled],
    }
    return by_number({number: does[both[which]]
                      for number, both in NUMBERS.items()})


def test_told_in_time(tmp_path):
    dialled = {count: [number for trunks, number in TOLD if trunks == count]
               for count in (1, 2)}
    trunks = [Sipp(trunk(which), tmp_path, f"trunk-{which}", calls=calls,
                   timeout=60)
              for which, calls in ((0, len(TOLD)), (1, SECOND_CALLED))]
    with edge(tmp_path / "one", first=trunks[0], ONE_TRUNK=1) as one, \
            edge(tmp_path / "two", first=trunks[0], second=trunks[1]) as two:
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
        == {way: [reason] for way, (reason, _) in TOLD.items()}
    late = {way: took for way, (_, took) in told.items()
            if not -0.5 < took - TOLD[way][1] < LATE}
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
