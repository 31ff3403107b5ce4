# The map: what each key of a rule does.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports, trunk_map
from lib.caller import cancels
from lib.case import outcome
from lib.proxies import DETAIL
from lib.trunk import cancelled, reply, silent
from lib.trunk_map import FAST, map_file, said, tell_names

trunks = trunk_map.trunks  # fixture

RULES = ["X-Test-Host: rules.example"]


def played(case, pair, trunk, code, phrase, reason, detail, q850=None,
           sent=None, name="rules", **options):
    """The trunk's reply is classified by a rule of its profile."""
    case(trunk, outcome(*(sent or (code, phrase)), reason,
                        detail=said(detail, code, name, q850=q850)),
         pair=pair, headers=[f"X-Test-Host: {name}.example"], **options)


@pytest.mark.parametrize("code,phrase,reason,detail", [
    (410, "Gone", "DUPLICATE_IDENTITY", "one"),
    (481, "Call/Transaction Does Not Exist", "SERVER_SHUTDOWN", "list"),
    (482, "Loop Detected", "SERVER_SHUTDOWN", "list"),
    (484, "Address Incomplete", "PARTICIPANT_REMOVED", "mixed"),
    (302, "Moved Temporarily", "PARTICIPANT_REMOVED", "mixed"),
    (399, "Odd", "PARTICIPANT_REMOVED", "mixed"),
    (500, "Server Internal Error", "STATE_MISMATCH", "class"),
    (599, "Odd", "STATE_MISMATCH", "class"),
    (486, "Busy Here", "USER_REJECTED", "busy"),
    (603, "Decline", "USER_REJECTED", "declined"),
    (488, "Not Acceptable Here", "UNKNOWN_REASON", None),
])
def test_code(case, trunks, code, phrase, reason, detail):
    played(case, trunks, reply(code, phrase), code, phrase, reason, detail)


def test_503(case, trunks):
    """The rule sees the trunk's 503; tm sends a 500 in its place."""
    played(case, trunks, reply(503), 503, "", "STATE_MISMATCH", "class",
           sent=(500, "Service Unavailable"))


@pytest.mark.parametrize("headers,reason,detail", [
    (["X-Trunk-Cause: full house"], "SIP_TRUNK_FAILURE", "header-prefix"),
    (["x-trunk-CAUSE :", "[fold]full"], "SIP_TRUNK_FAILURE", "header-prefix"),
    (["X-Trunk-Cause: empty", "X-Trunk-Cause: full"], "SIP_TRUNK_FAILURE",
     "header-prefix"),
    (["X-Trunk-Cause: Full"], "ROOM_CLOSED", "after-none"),
    (["X-Trunk-Cause: not full"], "ROOM_CLOSED", "after-none"),
    (["X-Trunk-Causes: full"], "ROOM_CLOSED", "after-none"),
    (["X-Trunk-Alone: anything"], "MEDIA_FAILURE", "header-alone"),
    (["X-Trunk-Alone:"], "MEDIA_FAILURE", "header-alone"),
    (["X-Trunk-Alone: 1", "X-Trunk-Cause: full"], "SIP_TRUNK_FAILURE",
     "header-prefix"),
], ids=["prefix", "folded", "second", "case", "inside", "longer", "alone",
        "empty", "both"])
def test_header(case, trunks, headers, reason, detail):
    played(case, trunks, reply(480, headers=headers), 480,
           "Temporarily Unavailable", reason, detail)


def test_header_in_the_body(case, trunks):
    """A body is no header."""
    played(case, trunks, reply(480, body="X-Trunk-Alone: 1\n"), 480,
           "Temporarily Unavailable", "ROOM_CLOSED", "after-none")


@pytest.mark.parametrize("after,reason", [
    ((), "ROOM_CLOSED"), ((100,), "MIGRATION"), ((180,), "SIGNAL_CLOSE"),
    ((100, 183), "SIGNAL_CLOSE")],
    ids=["none", "100", "180", "183"])
def test_after(case, trunks, after, reason):
    detail = {"ROOM_CLOSED": "after-none", "MIGRATION": "after-trying",
              "SIGNAL_CLOSE": "after-ringing"}[reason]
    played(case, trunks, reply(480, after=after), 480,
           "Temporarily Unavailable", reason, detail)


@pytest.mark.parametrize("phrase,reason,detail", [
    ("User Busy D5", "JOIN_FAILURE", "phrase"), ("d5", "JOIN_FAILURE", "phrase"),
    ("Busy D55", "STATE_MISMATCH", "class"), ("Busy", "STATE_MISMATCH", "class"),
])
def test_phrase(case, trunks, phrase, reason, detail):
    played(case, trunks, reply(500, phrase), 500, phrase, reason, detail)


@pytest.mark.parametrize("code,phrase,cause,reason,detail", [
    (500, "Server Internal Error", 17, "USER_REJECTED", "class-q850"),
    (500, "Server Internal Error", 21, "USER_REJECTED", "class-q850"),
    (500, "Server Internal Error", 34, "STATE_MISMATCH", "class"),
    (404, "Not Found", 99, "ROOM_DELETED", "q850-one"),
    # a rule's cause is no matter of soft codes
    (603, "Decline", 99, "ROOM_DELETED", "q850-one"),
    # what the rules leave alone, the built-in table of causes refines
    (404, "Not Found", 17, "USER_REJECTED", "busy"),
    (404, "Not Found", 16, "SIP_TRUNK_FAILURE", "not-found"),
])
def test_q850(case, trunks, code, phrase, cause, reason, detail):
    played(case, trunks, reply(code, headers=[f"Reason: Q.850;cause={cause}"]),
           code, phrase, reason, detail, q850=cause)


TIMEOUT = (408, "Request Timeout")


@pytest.mark.parametrize("trunk,reason,detail", [
    (silent(), "ROOM_CLOSED", "timeout-none"),
    (silent((100,)), "MIGRATION", "timeout-trying"),
    (silent((180,)), "SIGNAL_CLOSE", "timeout-ringing"),
], ids=["silence", "100", "180"])
def test_source_timeout(case, trunks, trunk, reason, detail):
    case(trunk, outcome(*TIMEOUT, reason, detail=said(
        detail, trunk="rules", source="timeout")),
        pair=trunks, headers=[FAST, *RULES])


def test_408_is_no_timeout(case, trunks):
    played(case, trunks, reply(408), 408, "Request Timeout",
           "USER_UNAVAILABLE", "request-timeout")


REFUSED = (r"tcpconn_1st_send\(\): .* Connection refused",
           r"msg_send_buffer\(\): tcp_send failed",
           r"t_forward_nonack\(\): failure to add branches",
           r"_w_t_relay_to\(\): t_forward_noack failed")


def test_source_transport(case, proxies, trunks):
    """Nobody listens there; it is known all the same who it was."""
    for pattern in REFUSED:
        proxies.allow(pattern)
    case(None, outcome(
        477, "Unfortunately error on sending to next hop occurred (477/TM)",
        "AGENT_ERROR", avps=(), attempts=("AGENT_ERROR",),
        detail=said("transport", trunk="rules", source="transport")),
        pair=trunks, headers=["X-Test-Hop: rules.example", "X-Test-Transport: tcp",
                              f"X-Test-Port: {ports.take()}"])


def test_unresolvable_name(case, proxies, trunks):
    """A name without an address: its trunk is known all the same."""
    for pattern in (r"nowhere\.trunk\.example", *REFUSED):
        proxies.allow(pattern)
    case(None, outcome(
        478, "Unresolvable destination (478/TM)", "SIP_TRUNK_FAILURE", avps=(),
        attempts=("SIP_TRUNK_FAILURE",),
        detail=said("dns", trunk="wild", source="transport")),
        pair=trunks, headers=["X-Test-Host: nowhere.trunk.example"])


def test_unresolvable_name_with_rule(case, proxies, trunks):
    for pattern in (r"nowhere\.rules\.example", *REFUSED):
        proxies.allow(pattern)
    case(None, outcome(
        478, "Unresolvable destination (478/TM)", "AGENT_ERROR", avps=(),
        attempts=("AGENT_ERROR",),
        detail=said("transport", trunk="rules", source="transport")),
        pair=trunks, headers=["X-Test-Host: nowhere.rules.example"])


def test_source_script(case, trunks):
    """The proxy's own script cancels the branch."""
    case(cancelled(after=(183,)), outcome(
        487, "Request Terminated", "JOIN_FAILURE", attempts=("JOIN_FAILURE",),
        detail=said("script", 487, "rules", source="script")),
        pair=trunks, headers=[*RULES, "X-Test-Do: CANCEL_ALL"])


def test_caller_cancels(case, trunks):
    """A call that its caller cancelled is no matter of rules."""
    case(cancelled(), outcome(
        487, "Request Terminated", "CLIENT_INITIATED",
        detail="detail=cancelled;source=cancel"),
        caller=cancels(487), pair=trunks, headers=RULES)


@pytest.mark.parametrize("code,phrase,reason,detail", [
    (410, "Gone", "AGENT_ERROR", "child"),
    (481, "Call/Transaction Does Not Exist", "AGENT_ERROR", "parent"),
    (482, "Loop Detected", "SERVER_SHUTDOWN", "list"),
    (486, "Busy Here", "USER_REJECTED", "busy"),
])
def test_extends(case, trunks, code, phrase, reason, detail):
    """Own rules, the parent's, its parent's, the built-in tables."""
    played(case, trunks, reply(code, phrase), code, phrase, reason, detail,
           name="child")


@pytest.mark.parametrize("name,reason,detail,q850", [
    ("with-q850", "USER_REJECTED", "declined", 21),
    ("without-q850", "USER_UNAVAILABLE", "unavailable", None),
    ("child", "SIP_TRUNK_FAILURE", "not-found", None),
])
@pytest.mark.parametrize("parameter", [0, 1])
def test_q850_of_profile(case, proxies, name, reason, detail, q850, parameter):
    """A profile's own q850, or that of its parent, beats the parameter."""
    pair = tell_names(proxies.pair("map.cfg", params=(
        map_file("trunks.cfg"), DETAIL, ("disconnect_reason", "q850",
                                         parameter))))
    code, phrase = (404, "Not Found") if name == "child" else \
        (480, "Temporarily Unavailable")
    played(case, pair, reply(code, headers=["Reason: Q.850;cause=21"]), code,
           phrase, reason, detail, q850=q850, name=name)


@pytest.mark.parametrize("parameter,reason,detail,q850", [
    (0, "USER_UNAVAILABLE", "unavailable", None),
    (1, "USER_REJECTED", "declined", 21)])
def test_q850_of_no_profile(case, proxies, parameter, reason, detail, q850):
    """A profile that says nothing leaves it to the parameter."""
    pair = tell_names(proxies.pair("map.cfg", params=(
        map_file("trunks.cfg"), DETAIL, ("disconnect_reason", "q850",
                                         parameter))))
    case(reply(480, headers=["Reason: Q.850;cause=21"]),
         outcome(480, "Temporarily Unavailable", reason,
                 detail=said(detail, 480, q850=q850)), pair=pair)


@pytest.mark.parametrize("host,trunk,code,phrase,detail", [
    ("127.0.0.1", None, 486, "Busy Here", "own-default"),
    ("127.0.0.5", "other", 486, "Busy Here", "own-default"),
    ("127.0.0.5", "other", 404, "Not Found", "other"),
])
def test_own_default(case, proxies, host, trunk, code, phrase, detail):
    """Rules of the profile "default" are for all trunks and for none."""
    case(reply(code), outcome(code, phrase, "AGENT_ERROR",
                              detail=said(detail, code, trunk)),
         hosts=[host], pair=proxies.pair("map.cfg", params=(
             map_file("default.cfg"), DETAIL)))


def test_own_default_of_silence(case, proxies):
    case(silent(), outcome(*TIMEOUT, "AGENT_ERROR",
                           detail=said("own-timeout", source="timeout")),
         headers=[FAST], pair=proxies.pair("map.cfg", params=(
             map_file("default.cfg"), DETAIL)))
