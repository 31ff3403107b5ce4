# The map: which trunk a branch has, and what each key of a rule does.
# SPDX-License-Identifier: GPL-2.0-or-later

from pathlib import Path

import pytest

from lib import ports
from lib.caller import cancels, fails
from lib.case import outcome, play
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.message import distinct
from lib.proxies import DETAIL
from lib.sipp import Sipp
from lib.trunk import accept, cancelled, reply, silent

MAPS = Path(__file__).resolve().parent / "maps"
FAST = "X-Test-Timers: 1200,700"
BUSY = (486, "Busy Here")
NETWORK = "127.0.0.5"
# name: address, as Kamailio's own cache of names is told
NAMES = {
    "a.eu.trunk.example": "127.0.0.5", "b.eu.trunk.example": "127.0.0.5",
    "eu.trunk.example": "127.0.0.5", "trunk.example": "127.0.0.5",
    "nottrunk.example": "127.0.0.1", "other.example": "127.0.0.5",
    "x.y.eu.other.example": "127.0.0.1", "unknown.example": "127.0.0.1",
    "rules.example": "127.0.0.1", "child.example": "127.0.0.1",
    "with-q850.example": "127.0.0.1", "without-q850.example": "127.0.0.1",
    "plain.example": "127.0.0.5"}
HOURS = 36000


def map_file(name):
    return ("disconnect_reason", "map_file", str(MAPS / name))


def tell_names(pair):
    """Tells both Kamailio the names, so that no name server is asked."""
    for proxy in pair:
        for name, address in NAMES.items():
            proxy.rpc("dns.add_a", name, HOURS, address, 0)
    return pair


@pytest.fixture
def trunks(proxies):
    return tell_names(proxies.pair("map.cfg",
                                   params=(map_file("trunks.cfg"), DETAIL)))


def said(detail, code=None, trunk=None, source="remote", q850=None):
    """The detail header."""
    words = [code and f"code={code}", q850 and f"q850={q850}",
             detail and f"detail={detail}", f"source={source}",
             trunk and f"trunk={trunk}"]
    return ";".join(word for word in words if word)


def named(trunk):
    """What the caller gets when that trunk's profile judges a 486."""
    return outcome(*BUSY, "AGENT_ERROR", detail=said(trunk, 486, trunk))


NOBODYS = outcome(*BUSY, "USER_REJECTED", detail=said("busy", 486))


# Which trunk

@pytest.mark.parametrize("host,trunk", [
    ("a.eu.trunk.example", "whole"), ("A.EU.Trunk.Example", "whole"),
    ("b.eu.trunk.example", "long-wild"), ("eu.trunk.example", "wild"),
    ("x.y.eu.other.example", "long-wild"),
    # the pattern is for what stands below the name, not for the name itself
    ("trunk.example", "address"), ("other.example", "address"),
])
def test_host(case, trunks, host, trunk):
    """A whole name before a pattern, a long pattern before a short one, each
    before the address that the name stands for."""
    place = NAMES[host.lower()]
    case(reply(486), named(trunk), pair=trunks, hosts=[place],
         headers=[f"X-Test-Host: {host}"])


@pytest.mark.parametrize("host", ["nottrunk.example", "unknown.example"])
def test_unknown_host(case, trunks, host):
    case(reply(486), NOBODYS, pair=trunks, headers=[f"X-Test-Host: {host}"])


@pytest.mark.parametrize("address,trunk", [
    ("127.0.0.5", "address"), ("127.0.0.4", "small-net"),
    ("127.0.0.6", "large-net"), ("127.0.0.7", "large-net"),
])
def test_address(case, trunks, address, trunk):
    """A small network before a large one."""
    case(reply(486), named(trunk), pair=trunks, hosts=[address])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.3", "127.0.0.8"])
def test_unknown_address(case, trunks, address):
    """Without a trunk the built-in tables judge, and no trunk is named."""
    case(reply(486), NOBODYS, pair=trunks, hosts=[address])


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ipv6(case, trunks, transport):
    case(reply(486), named("six"), pair=trunks, hosts=["::1"],
         trunk_transport=transport)


def test_ipv6_to_ipv4(case, trunks):
    case(reply(486), named("address"), pair=trunks, caller_host="::1",
         hosts=["127.0.0.5"])


@pytest.mark.parametrize("hop,trunk", [
    ("127.0.0.5", "address"), ("b.eu.trunk.example", "long-wild")])
@pytest.mark.parametrize("uri", ["127.0.0.5", "a.eu.trunk.example",
                                 "elsewhere.invalid"])
def test_next_hop(case, trunks, hop, trunk, uri):
    """$du is where the branch goes; the request URI does not count."""
    case(reply(486), named(trunk), pair=trunks, hosts=["127.0.0.5"],
         headers=[f"X-Test-Hop: {hop}", f"X-Test-Host: {uri}"])


def test_trunk_without_profile(case, trunks):
    """The built-in tables judge, and the trunk is named."""
    case(reply(486), outcome(*BUSY, "USER_REJECTED",
                             detail=said("busy", 486, "plain")),
         pair=trunks, hosts=["127.0.0.5"],
         headers=["X-Test-Host: plain.example"])


# Several branches

@pytest.mark.parametrize("first,second,trunk", [
    (reply(486), reply(500, wait=150), "address"),
    (reply(500), reply(486, wait=150), "long-wild"),
], ids=["first", "second"])
def test_fork(case, trunks, first, second, trunk):
    """The trunk of the branch that tm picks judges."""
    case(first, named(trunk), fork=[second], pair=trunks, hosts=["127.0.0.5"],
         headers=["X-Test-Fork-Host: x.y.eu.other.example"])


def test_fork_with_one_trunk(case, trunks):
    """The branch that is picked has no trunk, the other one has."""
    case(reply(486), NOBODYS, fork=[reply(500, wait=150)], pair=trunks,
         headers=["X-Test-Fork-Host: x.y.eu.other.example"])


def test_fork_of_three(case, trunks):
    """Each has a rule for 486; the branch with the lowest code is picked."""
    case(reply(486, wait=100), named("address"), pair=trunks,
         fork=[reply(500), reply(500, wait=150)],
         hosts=["127.0.0.5", "127.0.0.4", "127.0.0.6"])


@pytest.mark.parametrize("after,reason,detail", [
    ((), "ROOM_CLOSED", "timeout-none"), ((100,), "MIGRATION", "timeout-trying"),
    ((180,), "SIGNAL_CLOSE", "timeout-ringing")], ids=["silence", "100", "180"])
def test_fork_that_times_out(case, trunks, after, reason, detail):
    """tm cancels a branch because it timed out: the source is the timer."""
    case(silent(after), outcome(408, "Request Timeout", reason, detail=said(
        detail, trunk="rules", source="timeout")), fork=[silent(after)],
        pair=trunks, headers=[FAST, "X-Test-Host: rules.example",
                              "X-Test-Fork-Host: rules.example"])


@pytest.mark.parametrize("after,reason,detail", [
    ((), "CONNECTION_TIMEOUT", "no-reply"),
    ((100,), "CONNECTION_TIMEOUT", "no-progress"),
    ((180,), "USER_UNAVAILABLE", "no-answer")], ids=["silence", "100", "180"])
def test_fork_that_times_out_without_map(case, proxies, after, reason, detail):
    case(silent(after), outcome(408, "Request Timeout", reason, detail=said(
        detail, source="timeout")), fork=[silent(after)],
        pair=proxies.pair(params=[DETAIL]), headers=[FAST])


@pytest.mark.parametrize("do", ["NEXT", "NEXT_WITH_DROP"])
@pytest.mark.parametrize("first,before", [
    (reply(503), "SIP_TRUNK_FAILURE"), (silent(), "CONNECTION_TIMEOUT"),
    (reply(486), "AGENT_ERROR")], ids=["503", "silence", "486"])
def test_failover(case, trunks, first, before, do):
    """Each attempt is judged by its own trunk."""
    case(first, outcome(*BUSY, "AGENT_ERROR", avps=(before, "AGENT_ERROR"),
                        unarmed=(before,),
                        detail=said("long-wild", 486, "long-wild")),
         then=[reply(486)], pair=trunks, hosts=["127.0.0.5"],
         headers=[FAST, f"X-Test-Failed: {do}",
                  "X-Test-Next-Host: x.y.eu.other.example"])


def test_failover_to_no_trunk(case, trunks):
    """What the first trunk was does not stick."""
    case(reply(486), outcome(
        *BUSY, "USER_REJECTED", detail=said("busy", 486),
        avps=("AGENT_ERROR", "USER_REJECTED"), unarmed=("AGENT_ERROR",)),
        then=[reply(486)], pair=trunks, hosts=["127.0.0.5"],
        headers=["X-Test-Failed: NEXT_WITH_DROP"])


def test_failover_to_answer(case, trunks):
    case(reply(486), outcome(200, "OK", avps=("AGENT_ERROR",),
                             unarmed=("AGENT_ERROR",)),
         then=[accept()], pair=trunks, hosts=["127.0.0.5"],
         headers=["X-Test-Failed: NEXT"])



def targets(pair, name, sipps):
    """Tells both Kamailio that the name leads to these SIPps, in order."""
    for proxy in pair:
        for rank, sipp in enumerate(sipps):
            target = f"t{rank}.targets.example"
            proxy.rpc("dns.add_a", target, HOURS, sipp.host, 0)
            proxy.rpc("dns.add_srv", f"_sip._udp.{name}", HOURS, rank, 1,
                      sipp.port, target, 0)


@pytest.mark.parametrize("reparse", [1, 0], ids=["from-buffer", "anew"])
def test_failover_by_dns(proxies, tmp_path, reparse):
    """A name with two targets, the first of which sends 503: tm itself goes to
    the second, which belongs to the trunk of the name, too."""
    pair = proxies.pair(
        "map.cfg", params=(map_file("trunks.cfg"), DETAIL,
                           ("tm", "reparse_on_dns_failover", reparse)),
        defines=("WITH_DNS_FAILOVER",))
    name = f"srv{reparse}.eu.trunk.example"
    sinks = [Sipp(reply(code)(f"trunk-{code}"), tmp_path, f"trunk-{code}",
                  host=host) for code, host in ((503, "127.0.0.5"),
                                                (486, "127.0.0.1"))]
    targets(pair, name, sinks)
    source = Sipp(fails(486)(f"sip:callee@{name}", []), tmp_path, "caller",
                  remote=pair.loaded.address, rows=[0])
    play([source], sinks)
    final, = distinct(m for m in source.messages()
                      if m.received and m.code >= 200)
    assert final.values(REASON_HEADER) == ["AGENT_ERROR"], str(final)
    assert final.values(DETAIL_HEADER) == [said("long-wild", 486, "long-wild")]


# The keys of a rule

RULES = ["X-Test-Host: rules.example"]


def judged(case, pair, trunk, code, phrase, reason, detail, q850=None,
           sent=None, name="rules", **options):
    """The trunk's reply is judged by a rule of its profile."""
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
    judged(case, trunks, reply(code, phrase), code, phrase, reason, detail)


def test_503(case, trunks):
    """The rule sees the trunk's 503; tm sends a 500 in its place."""
    judged(case, trunks, reply(503), 503, "", "STATE_MISMATCH", "class",
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
    judged(case, trunks, reply(480, headers=headers), 480,
           "Temporarily Unavailable", reason, detail)


def test_header_in_the_body(case, trunks):
    """A body is no header."""
    judged(case, trunks, reply(480, body="X-Trunk-Alone: 1\n"), 480,
           "Temporarily Unavailable", "ROOM_CLOSED", "after-none")


@pytest.mark.parametrize("after,reason", [
    ((), "ROOM_CLOSED"), ((100,), "MIGRATION"), ((180,), "SIGNAL_CLOSE"),
    ((100, 183), "SIGNAL_CLOSE")],
    ids=["none", "100", "180", "183"])
def test_after(case, trunks, after, reason):
    detail = {"ROOM_CLOSED": "after-none", "MIGRATION": "after-trying",
              "SIGNAL_CLOSE": "after-ringing"}[reason]
    judged(case, trunks, reply(480, after=after), 480,
           "Temporarily Unavailable", reason, detail)


@pytest.mark.parametrize("phrase,reason,detail", [
    ("User Busy D5", "JOIN_FAILURE", "phrase"), ("d5", "JOIN_FAILURE", "phrase"),
    ("Busy D55", "STATE_MISMATCH", "class"), ("Busy", "STATE_MISMATCH", "class"),
])
def test_phrase(case, trunks, phrase, reason, detail):
    judged(case, trunks, reply(500, phrase), 500, phrase, reason, detail)


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
    judged(case, trunks, reply(code, headers=[f"Reason: Q.850;cause={cause}"]),
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
    judged(case, trunks, reply(408), 408, "Request Timeout",
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
        "AGENT_ERROR", avps=(),
        detail=said("transport", trunk="rules", source="transport")),
        pair=trunks, headers=["X-Test-Hop: rules.example", "X-Test-Transport: tcp",
                              f"X-Test-Port: {ports.take()}"])


def test_unresolvable_name(case, proxies, trunks):
    """A name without an address: its trunk is known all the same."""
    for pattern in (r"nowhere\.trunk\.example", *REFUSED):
        proxies.allow(pattern)
    case(None, outcome(
        478, "Unresolvable destination (478/TM)", "SIP_TRUNK_FAILURE", avps=(),
        detail=said("dns", trunk="wild", source="transport")),
        pair=trunks, headers=["X-Test-Host: nowhere.trunk.example"])


def test_unresolvable_name_with_rule(case, proxies, trunks):
    for pattern in (r"nowhere\.rules\.example", *REFUSED):
        proxies.allow(pattern)
    case(None, outcome(
        478, "Unresolvable destination (478/TM)", "AGENT_ERROR", avps=(),
        detail=said("transport", trunk="rules", source="transport")),
        pair=trunks, headers=["X-Test-Host: nowhere.rules.example"])


def test_source_script(case, trunks):
    """The proxy's own script cancels the branch."""
    case(cancelled(after=(183,)), outcome(
        487, "Request Terminated", "JOIN_FAILURE",
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
    judged(case, trunks, reply(code, phrase), code, phrase, reason, detail,
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
    judged(case, pair, reply(code, headers=["Reason: Q.850;cause=21"]), code,
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
