# The map: which trunk a branch has.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from lib import trunk_map
from lib.caller import fails
from lib.case import outcome, play
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.message import distinct
from lib.proxies import DETAIL
from lib.sipp import Sipp
from lib.trunk import accept, reply, silent
from lib.trunk_map import BUSY, FAST, HOURS, NAMES, map_file, named, said

trunks = trunk_map.trunks  # fixture

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
    """Without a trunk the built-in tables classify, and no trunk is named."""
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
    """The built-in tables classify, and the trunk is named."""
    case(reply(486), outcome(*BUSY, "USER_REJECTED",
                             detail=said("busy", 486, "plain")),
         pair=trunks, hosts=["127.0.0.5"],
         headers=["X-Test-Host: plain.example"])


# Several branches

JUDGED = ("AGENT_ERROR", "SIP_TRUNK_FAILURE")  # by a rule, by the tables


@pytest.mark.parametrize("first,second,trunk", [
    (reply(486), reply(500, wait=150), "address"),
    (reply(500), reply(486, wait=150), "long-wild"),
], ids=["first", "second"])
def test_fork(case, trunks, first, second, trunk):
    """The trunk of the branch that tm picks classifies."""
    case(first, replace(named(trunk), attempts=JUDGED),
         fork=[second], pair=trunks, hosts=["127.0.0.5"],
         headers=["X-Test-Fork-Host: x.y.eu.other.example"])


def test_fork_with_one_trunk(case, trunks):
    """The branch that is picked has no trunk, the other one has."""
    case(reply(486), NOBODYS, fork=[reply(500, wait=150)], pair=trunks,
         headers=["X-Test-Fork-Host: x.y.eu.other.example"])


def test_fork_of_three(case, trunks):
    """Each has a rule for 486; the branch with the lowest code is picked."""
    case(reply(486, wait=100),
         replace(named("address"), attempts=(*JUDGED, "SIP_TRUNK_FAILURE")),
         pair=trunks, fork=[reply(500), reply(500, wait=150)],
         hosts=["127.0.0.5", "127.0.0.4", "127.0.0.6"])


@pytest.mark.parametrize("after,reason,detail", [
    ((), "ROOM_CLOSED", "timeout-none"), ((100,), "MIGRATION", "timeout-trying"),
    ((180,), "SIGNAL_CLOSE", "timeout-ringing")], ids=["silence", "100", "180"])
def test_fork_that_times_out(case, trunks, after, reason, detail):
    """tm cancels a branch because it timed out: the source is the timer."""
    case(silent(after), outcome(
        408, "Request Timeout", reason, attempts=(reason, reason),
        detail=said(detail, trunk="rules", source="timeout")),
        fork=[silent(after)], pair=trunks, headers=[FAST, "X-Test-Host: rules.example",
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
    """Each attempt is classified by its own trunk."""
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
