# Calls that can't be sent, and what disconnect_reason_set() says.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import unsent
from lib.caller import cancels
from lib.case import outcome
from lib.proxies import DETAIL
from lib.trunk import accept, cancelled, reply, silent
from lib.unsent import AT_477, FAILURE, REFUSED_LINES, play, refused_uri

EXEC_MODE_1 = ("tm", "failure_exec_mode", 1)
AUTO_OFF = ("disconnect_reason", "auto", 0)
NO_TRUNK = (503, "No Trunk")

nowhere = unsent.nowhere  # fixture


def said(end, reason, detail=None, **more):
    """The script gave the reason: in the header, in the AVP after SET."""
    wanted = f"detail={detail};source=script" if detail else "source=script"
    return outcome(*end, reason, detail=wanted, unarmed=(reason,),
                   **{"avps": (reason,), **more})


def tried(end):
    """Attempts that count when the script says why before tm does: a name
    that can't be resolved leaves nothing behind."""
    return (FAILURE,) if end == AT_477 else ()


@pytest.mark.parametrize("mode", [0, 1])
def test_script_is_silent(case, proxies, nowhere, mode):
    """tm answers 477 or 478 itself, but for a branch that it put on hold."""
    (code, phrase), detail, uri = nowhere
    avps = ()
    if mode == 1 and code == 477:
        code, phrase, avps = 408, "Request Timeout", None
    play(case, proxies, "SILENT", None,
         outcome(code, phrase, FAILURE, avps=avps, attempts=(FAILURE,),
                 detail=f"detail={detail};source=transport"),
         headers=[f"X-Test-To: {uri}"],
         params=(("tm", "failure_exec_mode", mode), DETAIL))


@pytest.mark.parametrize("do", ["T_REPLY", "SEND_REPLY", "SL_REPLY"])
def test_script_answers(case, proxies, nowhere, do):
    play(case, proxies, do, None,
         said(NO_TRUNK, FAILURE, "transport", attempts=tried(nowhere[0])),
         headers=[f"X-Test-To: {nowhere[2]}"])


@pytest.mark.parametrize("do", ["T_REPLY", "SEND_REPLY", "SL_REPLY"])
def test_script_answers_auto_off(case, proxies, nowhere, do):
    """What the script says is said, also of a call that nobody watches. That
    one counts, unless a branch of it was there before."""
    play(case, proxies, do, None, said(NO_TRUNK, FAILURE, "transport",
                                       told=not tried(nowhere[0])),
         headers=[f"X-Test-To: {nowhere[2]}"], params=(AUTO_OFF, DETAIL))


def test_script_says_and_tm_answers(case, proxies, nowhere):
    end, _, uri = nowhere
    play(case, proxies, "SET_SILENT", None,
         said(end, "AGENT_ERROR", "no-luck", attempts=tried(end)),
         headers=[f"X-Test-To: {uri}", "X-Test-Set: AGENT_ERROR,no-luck"])


def test_script_answers_without_reason(case, proxies, nowhere):
    """It was asked for a trunk, and there was none: that is why."""
    play(case, proxies, "NO_REASON", None,
         outcome(*NO_TRUNK, FAILURE, avps=(), attempts=(FAILURE,)),
         headers=[f"X-Test-To: {nowhere[2]}"])


def test_cannot_send_beside_failure(case, proxies):
    """The branch that was not sent is not the one that tm picks.

    tm never ends the call when the 486 comes while it still tries to send, so
    the 486 comes later.
    """
    for pattern in REFUSED_LINES:
        proxies.allow(pattern)
    play(case, proxies, "SILENT", reply(486, wait=150),
         outcome(486, "Busy Here", "USER_REJECTED",
                 attempts=("USER_REJECTED", FAILURE),
                 detail="code=486;detail=busy;source=remote"),
         headers=[f"X-Test-Fork: {refused_uri()}"])


def test_cannot_send_beside_failure_on_hold(case, proxies):
    """With failure_exec_mode 1 its faked 408 beats the 486."""
    for pattern in REFUSED_LINES:
        proxies.allow(pattern)
    play(case, proxies, "SILENT", reply(486),
         outcome(408, "Request Timeout", FAILURE,
                 attempts=("USER_REJECTED", FAILURE),
                 detail="detail=transport;source=transport"),
         headers=[f"X-Test-Fork: {refused_uri()}"],
         params=(EXEC_MODE_1, DETAIL))


@pytest.mark.parametrize("trunk,end,reason,detail", [
    (accept(), (200, "OK"), None, None),
    (silent(), (408, "Request Timeout"), "CONNECTION_TIMEOUT",
     "detail=no-reply;source=timeout"),
], ids=["200", "silence"])
def test_cannot_send_beside_another(case, proxies, trunk, end, reason, detail):
    for pattern in REFUSED_LINES:
        proxies.allow(pattern)
    play(case, proxies, "SILENT", trunk, outcome(
        *end, reason, detail=detail,
        attempts=(FAILURE, reason) if reason else (FAILURE,)),
         headers=[f"X-Test-Fork: {refused_uri()}"])


NOT_HERE = (403, "Not Here")
REFUSALS = ["REFUSE_STATELESS", "REFUSE_STATEFUL", "REFUSE_IN_TRANSACTION",
            "REFUSE_AFTER_ANOTHER"]


@pytest.mark.parametrize("auto", [0, 1])
@pytest.mark.parametrize("do", REFUSALS)
@pytest.mark.parametrize("words", ["USER_UNAVAILABLE,do-not-disturb",
                                   "JOIN_FAILURE"])
def test_script_refuses(case, proxies, do, words, auto):
    reason, _, detail = words.partition(",")
    play(case, proxies, do, None,
         said(NOT_HERE, reason, detail),
         headers=[f"X-Test-Set: {words}"],
         params=(("disconnect_reason", "auto", auto), DETAIL))


NAMES = """
UNKNOWN_REASON CLIENT_INITIATED DUPLICATE_IDENTITY SERVER_SHUTDOWN
PARTICIPANT_REMOVED ROOM_DELETED STATE_MISMATCH JOIN_FAILURE MIGRATION
SIGNAL_CLOSE ROOM_CLOSED USER_UNAVAILABLE USER_REJECTED SIP_TRUNK_FAILURE
CONNECTION_TIMEOUT MEDIA_FAILURE AGENT_ERROR
""".split()


@pytest.mark.parametrize("reason", NAMES)
def test_every_name(case, proxies, reason):
    play(case, proxies, "REFUSE_STATEFUL", None,
         said(NOT_HERE, reason, "of-the-script"), arms=(0,),
         headers=[f"X-Test-Set: {reason},of-the-script"])


@pytest.mark.parametrize("do", ["REFUSE_STATELESS", "REFUSE_STATEFUL",
                                "REFUSE_IN_TRANSACTION"])
@pytest.mark.parametrize("words,expected", [
    ("BUSY", '"BUSY" is not a reason'),
    ("user_rejected", '"user_rejected" is not a reason'),
    ("USER_REJECTED X-Other: 1", '"USER_REJECTED X-Other: 1" is not a reason'),
    (";,busy", '";" is not a reason'),
    ("USER_REJECTED,Busy", '"Busy" is not a detail'),
    ("USER_REJECTED,a;b=c", '"a;b=c" is not a detail'),
    ("USER_REJECTED,", '"" is not a detail'),
    ("USER_REJECTED," + "x" * 33, f'"{"x" * 33}" is not a detail'),
])
def test_wrong_argument(case, proxies, do, words, expected):
    """-1, one log line, and neither header nor AVP."""
    proxies.allow(r"disconnect_reason_set: ")
    calls = play(case, proxies, do, None,
                 outcome(*NOT_HERE, None, avps=("<null>",),
                         unarmed=("<null>",)),
                 headers=[f"X-Test-Set: {words}"])
    loaded = calls["loaded", 0].proxy
    ours = [line for line in loaded.lines() if "disconnect_reason_set" in line]
    assert sum(expected in line for line in ours) >= 2
    for arm in (0, 1):
        assert [w["result"] for w in calls["loaded", arm].logged] == ["-1"]


def test_result_is_1(case, proxies):
    calls = play(case, proxies, "REFUSE_STATEFUL", None,
                 said(NOT_HERE, FAILURE, "transport"))
    for arm in (0, 1):
        assert [w["result"] for w in calls["loaded", arm].logged] == ["1"]


SET = "X-Test-Set: MEDIA_FAILURE,no-audio"
SAID = ("MEDIA_FAILURE", "no-audio")
BUSY = (486, "Busy Here")
SET_EARLY = (SAID[0], f"detail={SAID[1]};source=script")


def test_set_first(case, proxies):
    """What the script says before t_relay() wins over the trunk's 486."""
    play(case, proxies, "SET_FIRST", reply(486),
         said(BUSY, *SAID, avps=(SAID[0],) * 2, on_100=SET_EARLY),
         headers=[SET])


@pytest.mark.parametrize("do,on_100", [
    ("SET_FIRST", SET_EARLY), ("SET_ON_RINGING", (None, None)),
])
def test_set_and_answered(case, proxies, do, on_100):
    """An answer carries no header, whatever the script said; the next local
    reply does, even when that is tm's 100."""
    play(case, proxies, do, accept(),
         outcome(200, "OK", None, avps=(SAID[0],), unarmed=(SAID[0],),
                 on_100=on_100), headers=[SET])


@pytest.mark.parametrize("trunk,end", [
    (silent(), (408, "Request Timeout")),
    (reply(503), (500, "Service Unavailable")),
    (reply(603), (603, "Decline")),
], ids=["silence", "503", "603"])
def test_set_first_and_other_failure(case, proxies, trunk, end):
    play(case, proxies, "SET_FIRST", trunk,
         said(end, *SAID, avps=(SAID[0],) * 2, on_100=SET_EARLY),
         headers=[SET])


def test_set_first_and_cancel(case, proxies):
    play(case, proxies, "SET_FIRST", cancelled(),
         said((487, "Request Terminated"), *SAID, avps=(SAID[0],) * 2,
              on_100=SET_EARLY, attempts=("CLIENT_INITIATED",)),
         headers=[SET], caller=cancels(487))


@pytest.mark.parametrize("do", ["SET_ON_FAILURE", "SET_ON_RINGING"])
def test_set_in_onreply_route(case, proxies, do):
    play(case, proxies, do, reply(486, after=(180,)),
         said(BUSY, *SAID, avps=(SAID[0],) * 2), headers=[SET])


def test_set_in_onreply_route_of_503(case, proxies):
    play(case, proxies, "SET_ON_FAILURE", reply(503),
         said((500, "Service Unavailable"), *SAID, avps=(SAID[0],) * 2),
         headers=[SET])


def test_set_in_onreply_route_of_fork(case, proxies):
    """Said of the 486 that is not picked: it still wins."""
    reasons = (SAID[0],) * 2
    play(case, proxies, "SET_ON_FAILURE", reply(486),
         outcome(404, "Not Found", SAID[0], avps=(*reasons, SAID[0]),
                 unarmed=reasons, detail="detail=no-audio;source=script"),
         fork=[reply(404, wait=150)], headers=[SET])


@pytest.mark.parametrize("trunk,end,first", [
    (reply(486), BUSY, "USER_REJECTED"),
    (reply(503), (500, "Service Unavailable"), FAILURE),
    (silent(), (408, "Request Timeout"), "CONNECTION_TIMEOUT"),
], ids=["486", "503", "silence"])
def test_set_in_failure_route(case, proxies, trunk, end, first):
    play(case, proxies, "SILENT", trunk,
         said(end, *SAID, avps=(first, SAID[0])), arms=(1,),
         headers=[SET, "X-Test-Then: SET"])


@pytest.mark.parametrize("trunk,first", [
    (reply(486), "USER_REJECTED"), (silent(), "CONNECTION_TIMEOUT"),
], ids=["486", "silence"])
def test_set_and_answer_in_failure_route(case, proxies, trunk, first):
    play(case, proxies, "SILENT", trunk,
         said((480, "Try Later"), *SAID, avps=(first, SAID[0])), arms=(1,),
         headers=[SET, "X-Test-Then: ANSWER"])


def test_wrong_argument_in_failure_route(case, proxies):
    """A wrong set() changes nothing: the trunk's own outcome stays."""
    proxies.allow(r'disconnect_reason_set: "NONSENSE" is not a reason')
    play(case, proxies, "SILENT", reply(486),
         outcome(*BUSY, "USER_REJECTED", avps=("USER_REJECTED",) * 2,
                 detail="code=486;detail=busy;source=remote"), arms=(1,),
         headers=["X-Test-Set: NONSENSE", "X-Test-Then: SET"])
