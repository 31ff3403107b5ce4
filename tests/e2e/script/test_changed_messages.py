# Scripts that make another message of a request or a reply: all that the module
# keeps in the message is lost then.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter
from itertools import count

import pytest

from lib import ports, translation
from lib.caller import SENT_ON, cancels
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.counted import Counted
from lib.message import Message
from lib.proxies import BEFORE, DETAIL
from lib.raw import Plan, RawCalls, template
from lib.translation import MAP, PHRASES, phrase_of
from lib.trunk import accept, cancelled, reply, silent

translated = translation.translated  # fixture

FAST = "X-Test-Timers: 1200,700"
REJECTED, FAILURE = "USER_REJECTED", "SIP_TRUNK_FAILURE"
BUSY = (486, "Busy Here")
NOT_FOUND = (404, "Not Found")
NUMBERS = count()  # of raw calls, so that no two have the same Call-ID
# a trunk's 503, as tm hands it on
REMAPPED = (500, "Service Unavailable")
SPOOFED = [f"{REASON_HEADER}: ROOM_DELETED",
           f"{DETAIL_HEADER.lower()} : detail=spoofed"]
LATER = 150  # ms
MODULES = (*BEFORE, "textops", "textopsx", "htable", "cfgutils")


def pair_for(proxies, *params):
    return proxies.pair("changed_messages.cfg", before=MODULES, params=params)


@pytest.fixture
def pair(proxies):
    return pair_for(proxies, DETAIL)


@pytest.fixture
def phrases(proxies):
    """With bridges; that at PHRASES reads the phrase."""
    return pair_for(proxies, MAP)


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


def remote(code, detail):
    return f"code={code};detail={detail};source=remote"


OF_486, OF_404 = remote(486, "busy"), remote(404, "not-found")
OF_503 = remote(503, "service-unavailable")


# replies: msg_apply_changes()

APPLY = how(Do="RELAY", Onreply="APPLY")


def spoofs(code, wait=0, phrase=None):
    """Rings and fails, with our headers in all that it says."""
    return reply(code, phrase, after=(180, 183), headers=SPOOFED,
                 early_headers=SPOOFED, wait=wait)


SPOOFS = 3 * len(SPOOFED)  # in what one such trunk says

FAILURES = pytest.mark.parametrize("code,end,reason,detail", [
    (486, BUSY, REJECTED, OF_486), (503, REMAPPED, FAILURE, OF_503),
], ids=["486", "503"])


@FAILURES
def test_reply_is_applied(case, pair, code, end, reason, detail):
    case(spoofs(code), outcome(*end, reason, detail=detail, spoofed=SPOOFS),
         pair=pair, headers=APPLY)


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
@FAILURES
def test_reply_of_fork_is_applied(case, pair, code, end, reason, detail, first,
                                  second):
    """The one that is picked comes last, or was stored before."""
    case(spoofs(code, first), outcome(*end, reason, detail=detail,
                                      spoofed=2 * SPOOFS),
         fork=[spoofs(504, second, "Server Time-out")], pair=pair, headers=APPLY)


def test_answer_is_applied(case, pair):
    case(accept(headers=SPOOFED), outcome(200, "OK", spoofed=2 * len(SPOOFED)),
         pair=pair, headers=APPLY)


@pytest.mark.parametrize("code,was,becomes,reason", [
    (486, BUSY, (486, REJECTED), REJECTED),
    (404, NOT_FOUND, (404, phrase_of(FAILURE)), FAILURE),
    # tm builds it
    (503, REMAPPED, REMAPPED, FAILURE),
], ids=["486", "404", "503"])
def test_phrase_of_applied_reply(case, phrases, translated, code, was, becomes,
                                 reason):
    calls = translated(PHRASES, reply(code), was, becomes, reason, headers=APPLY,
                       pair=phrases)
    case.moved(calls, outcome(*becomes, reason), (reason,))


def test_phrase_of_applied_fork(case, phrases, translated):
    calls = translated(PHRASES, reply(404), NOT_FOUND,
                       (404, phrase_of(FAILURE)), FAILURE, headers=APPLY,
                       fork=[reply(486, wait=LATER)], pair=phrases)
    case.moved(calls, outcome(404, phrase_of(FAILURE), FAILURE),
               (FAILURE, REJECTED))


# replies: msg_set_buffer()

FORGED = ["X-Plain-Name: ROOM_DELETED"]  # the script makes our name of it
SET_BUFFER = how(Do="RELAY", Onreply="SET_BUFFER")


@FAILURES
def test_reply_has_new_buffer(case, pair, code, end, reason, detail):
    """Whoever writes our name into a failure: it is ours alone."""
    case(reply(code, headers=FORGED),
         outcome(*end, reason, detail=detail, spoofed=1), pair=pair,
         headers=SET_BUFFER)


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_reply_of_fork_has_new_buffer(case, pair, first, second):
    case(reply(404, headers=FORGED, wait=first),
         outcome(*NOT_FOUND, FAILURE, detail=OF_404, spoofed=2),
         fork=[reply(486, headers=FORGED, wait=second)], pair=pair,
         headers=SET_BUFFER)


# replies: change_reply_status()

STATUS = how(Do="RELAY", Onreply="STATUS")
TRY_LATER = (480, "Try Later")


def trunks_codes(calls):
    """$dr(code) in the failure_route."""
    return [words["trunks"] for words in calls["loaded", 1].logged]


def test_status_is_changed(case, pair):
    """The caller gets the script's status; what the trunk said is classified."""
    calls = case(reply(503), outcome(*TRY_LATER, FAILURE, detail=OF_503),
                 pair=pair, headers=STATUS)
    assert trunks_codes(calls) == ["503"]


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_status_in_fork_is_changed(case, pair, first, second):
    calls = case(reply(503, wait=first),
                 outcome(*TRY_LATER, FAILURE, detail=OF_503),
                 fork=[reply(486, wait=second)], pair=pair, headers=STATUS)
    assert trunks_codes(calls) == ["503"]


def test_phrase_of_changed_status(case, phrases, translated):
    """One phrase, not the script's and ours."""
    becomes = (480, phrase_of(FAILURE))
    calls = translated(PHRASES, reply(503), TRY_LATER, becomes, FAILURE,
                       headers=STATUS, pair=phrases)
    case.moved(calls, outcome(*becomes, FAILURE), (FAILURE,))


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_phrase_of_changed_status_in_fork(case, phrases, translated, first,
                                          second):
    becomes = (480, phrase_of(FAILURE))
    calls = translated(PHRASES, reply(503, wait=first), TRY_LATER, becomes,
                       FAILURE, headers=STATUS, fork=[reply(486, wait=second)],
                       pair=phrases)
    case.moved(calls, outcome(*becomes, FAILURE), (FAILURE, REJECTED))


# requests

SAID, OF_SCRIPT = "MEDIA_FAILURE", "detail=no-audio;source=script"
# trunk, what the caller gets, what he does
ENDS = {
    "silence": (silent(milliseconds=900), (408, "Request Timeout"),
                "CONNECTION_TIMEOUT", "detail=no-reply;source=timeout", None),
    "486": (reply(486), BUSY, REJECTED, OF_486, None),
    "503": (reply(503), REMAPPED, FAILURE, OF_503, None),
    "cancel": (cancelled(), (487, "Request Terminated"), "CLIENT_INITIATED",
               "detail=cancelled;source=cancel", cancels(487)),
    # tm builds that 487, from the request that it stores
    "cancel-silence": (silent(milliseconds=900), (487, "Request Terminated"),
                       "CLIENT_INITIATED", "detail=cancelled;source=cancel",
                       cancels(487, after=100, wait=SENT_ON)),
}
ENDINGS = pytest.mark.parametrize("trunk,end,reason,detail,caller",
                                  ENDS.values(), ids=ENDS)


@ENDINGS
def test_request_is_applied(case, pair, trunk, end, reason, detail, caller):
    case(trunk, outcome(*end, reason, detail=detail), caller=caller,
         pair=pair, headers=[FAST, *how(Do="NEWTRAN_APPLY")])


# what tm's own 100 has: it is built from the message of the script
ON_100 = {"SET": (SAID, OF_SCRIPT), "SET_APPLY": (SAID, OF_SCRIPT),
          "SET_NEWTRAN_APPLY": (None, None), "NEWTRAN_SET_APPLY": (None, None)}


@ENDINGS
@pytest.mark.parametrize("do", ON_100)
def test_said_and_applied(case, pair, do, trunk, end, reason, detail, caller):
    """What the script said stays."""
    case(trunk, outcome(*end, SAID, detail=OF_SCRIPT, on_100=ON_100[do],
                        attempts=(reason,)),
         caller=caller, pair=pair, headers=[FAST, *how(Do=do)])


@pytest.mark.parametrize("do,reason,detail", [
    ("RELAY", FAILURE, OF_503), ("NEWTRAN_APPLY", FAILURE, OF_503),
    *((do, SAID, OF_SCRIPT) for do in ON_100)],
    ids=["RELAY", "NEWTRAN_APPLY", *ON_100])
def test_applied_and_answered_at_once(pair, do, reason, detail):
    """tm hands the trunk's 503 on while the request's script goes on; the outcome is
    told when that is over."""
    counted = Counted(pair.loaded)
    with RawCalls(pair.loaded) as raw:
        raw.count = next(NUMBERS)
        call, = raw.play([Plan((template(503),),
                               tuple(how(Do=do, Think=1)))])
    pair.loaded.rpc("htable.sets", "go", call.call_id, "1")
    counted.check(Counter([f"attempts {FAILURE}", f"outcomes {reason}"]),
                  {call.call_id: (reason, ...)})
    final, = [Message(text, True) for text in call.finals()]
    assert final.start == "SIP/2.0 500 Service Unavailable"
    assert final.values(REASON_HEADER) == [reason], str(final)
    assert final.values(DETAIL_HEADER) == [detail]


@pytest.fixture
def refused(proxies):
    """Where TCP refuses the connection."""
    proxies.allow(r"tcpconn_1st_send\(\): .* Connection refused")
    proxies.allow(r"msg_send_buffer\(\): tcp_send failed")
    return f"sip:callee@127.0.0.1:{ports.take()};transport=tcp"


AT_477 = (477, "Unfortunately error on sending to next hop occurred (477/TM)")


def test_applied_and_not_sent(case, pair, refused):
    case(None, outcome(
        *AT_477, FAILURE, detail="detail=transport;source=transport", avps=(),
        attempts=(FAILURE,)), pair=pair,
        headers=how(Do="NEWTRAN_APPLY", To=refused))


@pytest.mark.parametrize("do", ON_100)
def test_said_applied_and_not_sent(case, pair, refused, do):
    case(None, outcome(
        *AT_477, SAID, detail=OF_SCRIPT, avps=(), on_100=ON_100[do],
        attempts=(FAILURE,)), pair=pair, headers=how(Do=do, To=refused))


def test_said_applied_and_refused(case, pair):
    """Without a transaction."""
    case(None, outcome(403, "Not Here", SAID, detail=OF_SCRIPT, avps=()),
         pair=pair, headers=how(Do="SET_APPLY_REFUSE"))
