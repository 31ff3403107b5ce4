# failure_reply_mode, t_drop_replies(), and a failover that can't be sent.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports
from lib.case import outcome
from lib.proxies import BEFORE, DETAIL
from lib.trunk import accept, reply, silent

FAST = "X-Test-Timers: 1200,700"
LATER = 150  # ms
REJECTED = "USER_REJECTED"
FAILURE = "SIP_TRUNK_FAILURE"

OF_486 = (REJECTED, "code=486;detail=busy;source=remote")
OF_404 = (FAILURE, "code=404;detail=not-found;source=remote")
OF_SILENCE = ("CONNECTION_TIMEOUT", "detail=no-reply;source=timeout")
UNSENT = (FAILURE, "detail=transport;source=transport")
UNRESOLVED = (FAILURE, "detail=dns;source=transport")

BUSY = (486, "Busy Here")
NOT_FOUND = (404, "Not Found")
TIMEOUT = (408, "Request Timeout")
TRY_LATER = (480, "Try Later")
SERVER_ERROR = (500, "I'm terribly sorry, server error occurred (1/TM)")
AT_477 = (477, "Unfortunately error on sending to next hop occurred (477/TM)")
AT_478 = (478, "Unresolvable destination (478/TM)")

REFUSED_LINES = (r"tcpconn_1st_send\(\): .* Connection refused",
                 r"msg_send_buffer\(\): tcp_send failed")
UNRESOLVED_LINES = (r'could not resolve hostname: "nowhere\.invalid"',
                    r'failed to resolve "nowhere\.invalid"',
                    r"t_forward_nonack\(\): failure to add branches")
# tm says so when t_relay() fails in failure_route
FAILED_LINES = (r"_w_t_relay_to\(\): t_forward_noack failed",
                r"error running run_top_route for failure handler")


@pytest.fixture
def play(case, proxies):
    """Plays a case by drop.cfg.

    own  a word for a Kamailio of its own: tm keeps the error of a t_relay()
         that failed, and may answer a later call with it
    """
    def run(trunk, expect, mode=3, own="", headers=(), **options):
        pair = proxies.pair(
            "drop.cfg", params=[("tm", "failure_reply_mode", mode), DETAIL],
            defines=[own] if own else [], before=(*BEFORE, "cfgutils"),
            after=("uac",), workers=4)
        return case(trunk, expect, pair=pair, headers=headers, **options)
    return run


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


def ended(end, said, seen=(), armed=None, attempts=None):
    """`seen`: AVP values that FAILED logs; `armed`: what ARMED logs besides."""
    reason, detail = said
    armed = (reason,) if armed is None else armed
    return outcome(*end, reason, detail=detail, unarmed=tuple(seen),
                   avps=(*seen, *armed), attempts=attempts)


# failure_reply_mode

MODES = [0, 1, 2, 3]
DROPPING = [1, 2]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trunk,end,said", [
    (reply(486), BUSY, OF_486),
    (reply(503), (500, "Service Unavailable"),
     (FAILURE, "code=503;detail=service-unavailable;source=remote")),
    (silent(), TIMEOUT, OF_SILENCE),
], ids=["486", "503", "silence"])
def test_mode_without_failure_route(play, mode, trunk, end, said):
    """Nobody handles the failure: the reply is relayed in every mode."""
    play(trunk, ended(end, said), mode, arms=(0,),
         headers=[FAST, *how(Do="RELAY")])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trunk,end,said", [
    (reply(486), BUSY, OF_486), (silent(), TIMEOUT, OF_SILENCE),
], ids=["486", "silence"])
def test_mode_with_failure_route(play, mode, trunk, end, said):
    """In modes 1 and 2 tm drops the reply, since somebody handles it."""
    end = SERVER_ERROR if mode in DROPPING else end
    play(trunk, ended(end, said), mode, arms=(1,),
         headers=[FAST, *how(Do="RELAY")])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("arm", [0, 1])
def test_mode_and_fork(play, mode, arm):
    end = SERVER_ERROR if mode in DROPPING and arm else NOT_FOUND
    play(reply(486), ended(end, OF_404), mode, arms=(arm,),
         fork=[reply(404, wait=LATER)], headers=how(Do="RELAY"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("arm", [0, 1])
def test_mode_and_failover(play, mode, arm):
    """486, then 404 on a branch with or without failure_route."""
    end = SERVER_ERROR if mode in DROPPING and arm else NOT_FOUND
    play(reply(486), ended(end, OF_404, [REJECTED]), mode, arms=(arm,),
         then=[reply(404)], headers=how(Do="RELAY", Failed="NEXT"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("arm", [0, 1])
def test_mode_and_failover_to_a_lower_reply(play, mode, arm):
    """404, then 486: mode 0 picks the old 404, which is handled again."""
    if mode == 0:
        expect = ended(NOT_FOUND, OF_404, [FAILURE, FAILURE], (),
                       (FAILURE, REJECTED))
    else:
        end = SERVER_ERROR if mode in DROPPING and arm else BUSY
        expect = ended(end, OF_486, [FAILURE])
    play(reply(404), expect, mode, arms=(arm,), then=[reply(486)],
         headers=how(Do="RELAY", Failed="NEXT"))


@pytest.mark.parametrize("mode", MODES)
def test_mode_and_failover_to_an_answer(play, mode):
    play(reply(486), ended((200, "OK"), (None, None), [REJECTED], ()), mode,
         then=[accept()], headers=how(Do="RELAY", Failed="NEXT"))


# t_drop_replies()

@pytest.mark.parametrize("drop", ["all", "last"])
@pytest.mark.parametrize("trunk,said", [
    (reply(486), OF_486), (silent(), OF_SILENCE),
], ids=["486", "silence"])
def test_drop_and_nothing(play, drop, trunk, said):
    """tm has nothing left to relay and answers 500."""
    play(trunk, ended(SERVER_ERROR, said, [said[0]], ()),
         headers=[FAST, *how(Do="RELAY", Failed="NOTHING", Drop=drop)])


def test_drop_none_and_nothing(play):
    play(reply(486), ended(BUSY, OF_486, [REJECTED], ()),
         headers=how(Do="RELAY", Failed="NOTHING", Drop="none"))


def test_drop_and_nothing_in_fork(play):
    play(reply(486), ended(SERVER_ERROR, OF_404, [FAILURE], ()),
         fork=[reply(404, wait=LATER)],
         headers=how(Do="RELAY", Failed="NOTHING", Drop="all"))


@pytest.mark.parametrize("drop", ["all", "last", "none"])
def test_drop_and_answer(play, drop):
    play(reply(486), ended(TRY_LATER, OF_486, [REJECTED], ()),
         headers=how(Do="RELAY", Failed="ANSWER", Drop=drop))


@pytest.mark.parametrize("drop", ["all", "last", "none"])
def test_drop_and_next(play, drop):
    play(reply(486), ended(NOT_FOUND, OF_404, [REJECTED]),
         then=[reply(404)], headers=how(Do="RELAY", Failed="NEXT", Drop=drop))


@pytest.mark.parametrize("drop", ["all", "last"])
def test_drop_and_lower_next(play, drop):
    play(reply(404), ended(BUSY, OF_486, [FAILURE]),
         then=[reply(486)], headers=how(Do="RELAY", Failed="NEXT", Drop=drop))


# a failover that can't be sent

@pytest.fixture(params=["refused", "unresolvable"])
def nowhere(request, proxies):
    """(how tm ends the call, what is said, X-Test-Next) of such a failover."""
    if request.param == "refused":
        lines, end, said = REFUSED_LINES, AT_477, UNSENT
        uri = f"sip:callee@127.0.0.1:{ports.take()};transport=tcp"
    else:
        lines, end, said = UNRESOLVED_LINES, AT_478, UNRESOLVED
        uri = "sip:callee@nowhere.invalid"
    for pattern in (*lines, *FAILED_LINES):
        proxies.allow(pattern)
    return end, said, f"X-Test-Next: {uri}"


FIRSTS = pytest.mark.parametrize("trunk,first", [
    (reply(486), OF_486), (reply(404), OF_404), (silent(), OF_SILENCE),
], ids=["486", "404", "silence"])


@FIRSTS
@pytest.mark.parametrize("mode", DROPPING)
def test_unsent_failover(play, nowhere, mode, trunk, first):
    """tm has dropped the first reply and answers 477 or 478."""
    end, said, uri = nowhere
    play(trunk, ended(end, said, [first[0]], (), (first[0], FAILURE)), mode,
         "CANNOT_SEND", headers=[FAST, uri, *how(Do="RELAY", Failed="NEXT")])


@FIRSTS
def test_unsent_failover_after_drop(play, nowhere, trunk, first):
    """In mode 3 a name that can't be resolved adds no branch, and tm tells
    nobody that the script dropped the replies: the first attempt is told."""
    end, said, uri = nowhere
    attempts = (first[0], FAILURE)
    if end == AT_478:
        said, attempts = first, (first[0],)
    play(trunk, ended(end, said, [first[0]], (), attempts), 3, "CANNOT_SEND",
         headers=[FAST, uri, *how(Do="RELAY", Failed="NEXT", Drop="all")])


@pytest.mark.parametrize("mode", [0, 3])
def test_unsent_failover_keeps_reply(play, proxies, mode):
    """Without a new branch the reply stays: in mode 0 with it, too."""
    for pattern in (*UNRESOLVED_LINES, *FAILED_LINES):
        proxies.allow(pattern)
    play(reply(486), ended(BUSY, OF_486, [REJECTED], ()), mode, "CANNOT_SEND",
         headers=["X-Test-Next: sip:callee@nowhere.invalid",
                  *how(Do="RELAY", Failed="NEXT")])


@pytest.mark.parametrize("mode,end", [(0, BUSY), (3, AT_477)])
def test_refused_failover(play, proxies, mode, end):
    """The last attempt could not be sent: so says the header, even where tm
    relays the reply of the first."""
    for pattern in (*REFUSED_LINES, *FAILED_LINES):
        proxies.allow(pattern)
    play(reply(486), ended(end, UNSENT, [REJECTED], (), (REJECTED, FAILURE)),
         mode, "CANNOT_SEND",
         headers=[f"X-Test-Next: sip:callee@127.0.0.1:{ports.take()}"
                  ";transport=tcp", *how(Do="RELAY", Failed="NEXT")])
