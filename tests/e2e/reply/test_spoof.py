# A trunk that writes our header by itself is not believed.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from lib.caller import cancels, fails
from lib.case import outcome
from lib.check import REASON_HEADER
from lib.message import distinct
from lib.proxies import DETAIL
from lib.trunk import accept, cancelled, reply, silent

FAST = ["X-Test-Timers: 1200,700"]
BUSY = outcome(486, "Busy Here", "USER_REJECTED")

SPOOFS = {
    "plain": [f"{REASON_HEADER}: ROOM_DELETED"],
    "other-case": ["x-lk-DISCONNECT-reason: ROOM_DELETED"],
    "spaces": [f"{REASON_HEADER} : ROOM_DELETED"],
    "folded": [f"{REASON_HEADER}:", "[fold]ROOM_DELETED", "[fold];x=y"],
    "empty": [f"{REASON_HEADER}:"],
    "twice": [f"{REASON_HEADER}: ROOM_DELETED", "X-Between: stays",
              f"{REASON_HEADER.upper()}: MIGRATION"],
    "own-value": [f"{REASON_HEADER}: USER_REJECTED"],
    "between": ["X-Before: stays", f"{REASON_HEADER}: ROOM_DELETED",
                "X-After: stays"],
}
# names that only look like ours
OTHERS = [f"{REASON_HEADER}s: stays", "X-LK-Disconnect: stays",
          f"X-Other: X-{REASON_HEADER}: stays", "X-Folded: a",
          f"[fold]{REASON_HEADER} b: stays"]
BODY = f"{REASON_HEADER}: ROOM_DELETED\n\n{REASON_HEADER}: MIGRATION\n"



def own(headers):
    """How many of them have our name."""
    return sum(header.lower().startswith(REASON_HEADER.lower())
               for header in headers)


def spoofed(headers, more=0):
    """What BUSY is when the trunk wrote so many headers of ours."""
    return replace(BUSY, spoofed=own(headers) + more)


spoofs = pytest.mark.parametrize("headers", SPOOFS.values(), ids=SPOOFS)


@spoofs
@pytest.mark.parametrize("code,sent,phrase,reason", [
    (486, 486, "Busy Here", "USER_REJECTED"),
    (503, 500, "Service Unavailable", "SIP_TRUNK_FAILURE"),
    (401, 401, "Unauthorized", "SIP_TRUNK_FAILURE"),
])
def test_on_failure(case, headers, code, sent, phrase, reason):
    case(reply(code, headers=headers), outcome(sent, phrase, reason,
                                              spoofed=own(headers)))


@spoofs
@pytest.mark.parametrize("code", [180, 183])
def test_on_provisional(case, headers, code):
    case(reply(486, after=(code,), early_headers=headers), spoofed(headers))


@spoofs
def test_on_relayed_100(case, proxies, headers):
    """By default no 100 of a trunk reaches the caller; here each does."""
    pair = proxies.pair(params=(("tm", "relay_100", 1),))
    case(reply(486, after=(100,), early_headers=headers), spoofed(headers),
         pair=pair, compare=False)


@spoofs
def test_on_answer(case, headers):
    case(accept(after=(180,), headers=headers),
         outcome(200, "OK", spoofed=2 * own(headers)))


@spoofs
def test_on_stored_branch(case, headers):
    case(reply(486, headers=headers), spoofed(headers, own(headers)),
         fork=[reply(500, headers=headers, wait=150)])


def test_on_reply_to_cancel(case):
    case(cancelled(headers=SPOOFS["twice"]),
         outcome(487, "Request Terminated", "CLIENT_INITIATED", spoofed=4),
         caller=cancels(487))


def test_before_silence(case):
    case(silent((180,), headers=SPOOFS["twice"]),
         outcome(408, "Request Timeout", "USER_UNAVAILABLE", spoofed=2),
         headers=FAST)


def test_over_tcp(case):
    case(reply(486, headers=SPOOFS["folded"]), spoofed(SPOOFS["folded"]),
         caller_transport="tcp", trunk_transport="tcp")


def test_other_names_stay(case):
    calls = case(reply(486, headers=OTHERS, after=(180,),
                       early_headers=OTHERS), BUSY)
    for final in calls["loaded", 0].finals():
        assert final.value(REASON_HEADER + "s") == "stays"
        assert final.value("X-Folded") == f"a {REASON_HEADER} b: stays"


def test_body_of_failure_stays(case):
    calls = case(reply(486, headers=SPOOFS["plain"], body=BODY,
                       kind="text/plain"), spoofed(SPOOFS["plain"]))
    for final in calls["loaded", 1].finals():
        assert final.body.decode().split() == BODY.split()


def test_body_of_answer_stays(case):
    calls = case(accept(headers=SPOOFS["plain"], body=BODY),
                 outcome(200, "OK", spoofed=2))
    for final in calls["loaded", 1].finals():
        assert final.body.decode().split() == BODY.split()


def test_detail_header(case, proxies):
    detail = "code=486;detail=busy;source=remote"
    case(reply(486, headers=["x-lk-disconnect-detail: code=200",
                             *SPOOFS["twice"]], after=(180,),
               early_headers=["X-LK-Disconnect-Detail: code=200"]),
         outcome(486, "Busy Here", "USER_REJECTED", detail=detail, spoofed=4),
         pair=proxies.pair(params=(DETAIL,)))


def test_several_headers(case, proxies):
    names = (REASON_HEADER, "X-Lk-Test-Id")
    params = tuple(("disconnect_reason", "header", name) for name in names)
    headers = ["x-lk-test-id: 1", "X-Lk-Test-Id: 2", *SPOOFS["twice"]]
    case(reply(486, headers=headers, after=(180,), early_headers=headers),
         outcome(486, "Busy Here", "USER_REJECTED", names=names, spoofed=8),
         pair=proxies.pair(params=params))


def test_request_of_caller_is_not_touched(case):
    """The trunk gets what the caller wrote."""
    calls = case(reply(486), BUSY, headers=SPOOFS["plain"])
    for call in calls.values():
        request = call.trunks["A"][0]
        assert request.value(REASON_HEADER) == "ROOM_DELETED"


def test_strip_off(case, proxies):
    """The trunk's header stays where nothing of ours can contradict it."""
    pair = proxies.pair(params=(("disconnect_reason", "strip", 0),))
    spoof = SPOOFS["plain"]
    calls = case.run(reply(486, headers=spoof, after=(180,),
                           early_headers=spoof), fails(486), pair=pair)
    for arm in (0, 1):
        ringing, final = distinct(
            [m for m in calls["loaded", arm].received if m.code > 100])
        assert ringing.values(REASON_HEADER) == ["ROOM_DELETED"]
        assert final.values(REASON_HEADER) == ["USER_REJECTED"]
