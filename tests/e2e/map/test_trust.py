# A trunk that runs the module, too, is believed when the map says so.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two Kamailios in a row: the inner one knows what became of the call, and the
outer one sees only the code that this became."""

from collections import Counter

import pytest

from lib.caller import answered, cancels, fails
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.kamailio import Kamailio
from lib.message import distinct
from lib.proxies import BEFORE, CFG, DETAIL
from lib.trunk import accept, cancelled, reply, silent
from lib.trunk_map import said

TRUST = " trust = true;"
MAP = """version = 1;
profiles: {{ p: {{ rules: ( {{ code = 408; reason = "MEDIA_FAILURE"; }} ); }}; }};
trunks: ( {{ name = "inner"; address = "127.0.0.1"; {more} }},
          {{ name = "other"; address = "127.0.0.5"; }} );
"""
LOST, REJECTED, FAILURE = ("CONNECTION_TIMEOUT", "USER_REJECTED",
                           "SIP_TRUNK_FAILURE")
TIMEOUT, BUSY = (408, "Request Timeout"), (486, "Busy Here")
SILENT = silent(milliseconds=700)
REPORTED = said("reported", 408, "inner")


@pytest.fixture(scope="module")
def inner(tmp_path_factory):
    """Gives up a silent trunk before the outer one does."""
    one = Kamailio(
        tmp_path_factory.mktemp("inner") / "kamailio", CFG / "relay.cfg",
        (*BEFORE, "disconnect_reason"),
        (DETAIL, ("tm", "fr_timer", 400), ("tm", "fr_inv_timer", 600))).start()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """The maps, by what they say more of the inner one."""
    folder = tmp_path_factory.mktemp("maps")

    def path(more):
        one = folder / f"{len(more)}.cfg"
        one.write_text(MAP.format(more=more))
        return ("disconnect_reason", "map_file", str(one))
    return path


@pytest.fixture
def outer(proxies, inner, maps):
    """The outer pair; `more` is what its map says of the inner one."""
    def pair(more=TRUST):
        return proxies.pair("hop.cfg", before=(*BEFORE, "textops"), workers=4,
                            params=(DETAIL, maps(more)),
                            defines=(f"PLACE={inner.address}",))
    return pair


@pytest.fixture
def trusted(proxies, maps):
    """A pair whose trunks at 127.0.0.1 are trusted, and may say anything."""
    def pair(*params):
        return proxies.pair(params=(DETAIL, maps(TRUST), *params), workers=4)
    return pair


def named(reason, *more):
    return [f"{REASON_HEADER}: {reason}", *more]


def check_trunk(case, moved):
    """What moved of single trunks."""
    assert {name: times for name, times in case.counted.all_moved().items()
            if name.count(" ") == 2} == moved


# Two Kamailios

@pytest.mark.parametrize("more,expect", [
    (TRUST, outcome(*TIMEOUT, LOST, detail=REPORTED)),
    ("", outcome(*TIMEOUT, "USER_UNAVAILABLE", spoofed=2,
                 detail=said("request-timeout", 408, "inner"))),
    (TRUST + ' profile = "p";', outcome(*TIMEOUT, LOST, detail=REPORTED)),
], ids=["trust", "no-trust", "trust-before-rules"])
def test_silence_behind_inner(case, outer, more, expect):
    """$dr(detail) and the event say `reported`, too."""
    case(SILENT, expect, pair=outer(more))
    check_trunk(case, Counter({f"inner attempts {expect.reason}": 2,
                               f"inner outcomes {expect.reason}": 2}))


def test_ringing_behind_inner(case, outer):
    """It rang, and nobody answered: the inner one says that, and nothing more."""
    case(silent((180,)), outcome(*TIMEOUT, "USER_UNAVAILABLE", detail=REPORTED),
         pair=outer())


@pytest.mark.parametrize("trunk,end,reason", [
    (reply(486), BUSY, REJECTED),
    (reply(404), (404, "Not Found"), FAILURE),
    (reply(503), (500, "Service Unavailable"), FAILURE),
], ids=["486", "404", "503"])
def test_failure_behind_inner(case, outer, trunk, end, reason):
    case(trunk, outcome(*end, reason, detail=said("reported", end[0], "inner")),
         pair=outer())


def test_answer_behind_inner(case, outer):
    case(accept(), outcome(200, "OK"), pair=outer(), caller=answered())


def test_cancel_behind_inner(case, outer):
    """Both are cancelled: what the inner one says of it does not matter."""
    case(cancelled(), outcome(487, "Request Terminated", "CLIENT_INITIATED",
                              detail="detail=cancelled;source=cancel"),
         pair=outer(), caller=cancels(487))


@pytest.mark.parametrize("wait", [0, 900], ids=["last", "stored"])
def test_fork(case, outer, wait):
    """What the inner one said is kept until another process picks its reply."""
    case(SILENT, outcome(*TIMEOUT, LOST, detail=REPORTED,
                         attempts=(LOST, REJECTED)),
         fork=[reply(486, wait=wait)], pair=outer(),
         hosts=["127.0.0.1", "127.0.0.5"])


def test_fork_whose_other_branch_is_picked(case, outer):
    """What a branch reports is of that branch."""
    case(reply(486), outcome(404, "Not Found", FAILURE,
                             detail=said("not-found", 404, "other"),
                             attempts=(REJECTED, FAILURE)),
         fork=[reply(404, wait=300)], pair=outer(),
         hosts=["127.0.0.1", "127.0.0.5"])


# What a trusted trunk may say

@pytest.mark.parametrize("reason", ["CONNECTION_TIMEOUT", "MEDIA_FAILURE",
                                    "UNKNOWN_REASON", "ROOM_DELETED"])
@pytest.mark.parametrize("code,end", [
    (486, BUSY), (503, (500, "Service Unavailable")),
    (404, (404, "Not Found"))])
def test_reason(case, trusted, code, end, reason):
    """Its header is written anew: once, right after the status line, or into
    the 500 that tm sends in place of a 503."""
    calls = case(reply(code, headers=named(reason, f"{DETAIL_HEADER}: detail=x")),
                 outcome(*end, reason, detail=said("reported", code, "inner")),
                 pair=trusted())
    for arm in (0, 1) if code != 503 else ():
        final, = distinct(calls["loaded", arm].finals())
        assert final.headers[0] == (REASON_HEADER, reason)


@pytest.mark.parametrize("headers,spoofed", [
    ([], 0), (named("NONSENSE"), 1), (named(""), 1), (named("user_rejected"), 1),
    (named("USER_REJECTED;x=y"), 1),
    (named("NONSENSE", f"{REASON_HEADER}: USER_REJECTED"), 2),
    (named("CLIENT_INITIATED"), 0),
], ids=["none", "unknown", "empty", "lower-case", "parameter", "second", "cancel"])
def test_no_reason(case, trusted, headers, spoofed):
    """Then its code classifies, as ever."""
    case(reply(404, headers=headers), outcome(
        404, "Not Found", FAILURE, spoofed=spoofed,
        detail=said("not-found", 404, "inner")), pair=trusted())


def test_reason_before_failure(case, trusted):
    """A 180 names no reason, whoever sends it."""
    case(reply(486, after=(180,), early_headers=named("ROOM_DELETED")),
         outcome(*BUSY, REJECTED, spoofed=1, detail=said("busy", 486, "inner")),
         pair=trusted())


def test_trusted_and_not(case, trusted):
    """Of a fork only the trusted one is believed."""
    headers = named("ROOM_DELETED")
    case(reply(486, headers=headers), outcome(
        404, "Not Found", FAILURE, spoofed=1,
        detail=said("not-found", 404, "other"),
        attempts=("ROOM_DELETED", FAILURE)),
         fork=[reply(404, headers=headers, wait=200)], pair=trusted(),
         hosts=["127.0.0.1", "127.0.0.5"])


# strip 0

KEEP = ("disconnect_reason", "strip", 0)
SPOOF = [*named("ROOM_DELETED"), f"{DETAIL_HEADER}: detail=forged"]


def test_strip_off_on_failure(case, proxies):
    """Never two that contradict each other: ours alone."""
    case(reply(486, headers=SPOOF), outcome(
        *BUSY, REJECTED, detail="code=486;detail=busy;source=remote", spoofed=2),
         pair=proxies.pair(params=(DETAIL, KEEP)))


def test_strip_off_in_fork(case, proxies):
    case(reply(486, headers=SPOOF), outcome(
        *BUSY, REJECTED, detail="code=486;detail=busy;source=remote", spoofed=4),
         fork=[reply(500, headers=SPOOF, wait=150)],
         pair=proxies.pair(params=(DETAIL, KEEP)))


@pytest.mark.parametrize("code", [401, 503])
def test_strip_off_where_tm_builds(case, proxies, code):
    end = {401: (401, "Unauthorized"), 503: (500, "Service Unavailable")}[code]
    detail = {401: "authentication", 503: "service-unavailable"}[code]
    case(reply(code, headers=SPOOF), outcome(
        *end, FAILURE, detail=said(detail, code), spoofed=2),
         pair=proxies.pair(params=(DETAIL, KEEP)))


def test_strip_off_otherwise(case, proxies):
    """1xx and 2xx pass as the trunk wrote them."""
    calls = case.run(accept(after=(180, 183), headers=SPOOF), answered(),
                     pair=proxies.pair(params=(DETAIL, KEEP)))
    for call in calls.values():
        heard = [m for m in distinct(call.received)
                 if m.code > 100 and m.method == "INVITE"]
        assert [m.code for m in heard] == [180, 183, 200]
        for message in heard:
            assert message.values(REASON_HEADER) == ["ROOM_DELETED"]
            assert message.values(DETAIL_HEADER) == ["detail=forged"]
    case.moved(calls)


def test_strip_off_before_failure(case, proxies):
    calls = case.run(reply(486, headers=SPOOF, after=(180,), early_headers=SPOOF),
                     fails(486), pair=proxies.pair(params=(DETAIL, KEEP)))
    for arm in (0, 1):
        ringing, final = distinct(
            [m for m in calls["loaded", arm].received if m.code > 100])
        assert ringing.values(REASON_HEADER) == ["ROOM_DELETED"]
        assert final.values(REASON_HEADER) == [REJECTED]
        assert final.values(DETAIL_HEADER) == [said("busy", 486)]
