# A branch has the trunk that it goes to, whatever the request says.
# SPDX-License-Identifier: GPL-2.0-or-later
"""t_relay() with a target goes elsewhere than the request URI says, and tm's own
failover by DNS goes on with the name that was looked up."""

from collections import Counter, namedtuple

import pytest

from lib import ports
from lib.check import DETAIL_HEADER
from lib.counted import EVENTS, Counted
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import template
from lib.steps import Steps
from lib.torture import headers_in
from lib.trunk_map import HOURS, said

MAP = """version = 1;
profiles: { b: { rules: ( { code = 486; reason = "AGENT_ERROR"; detail = "of-b"; } ); }; };
trunks: (
  { name = "a"; host = "a.example"; },
  { name = "b"; address = "127.0.0.5"; profile = "b"; },
  { name = "hop"; host = "*.hop.example"; }
);
"""
ELSEWHERE = "127.0.0.5"
REJECTED, FAILURE, BY_RULE = "USER_REJECTED", "SIP_TRUNK_FAILURE", "AGENT_ERROR"
OF_B = said("of-b", 486, "b")
REFUSED = (r"Connection refused", r"tcp_send failed",
           r"t_send_branch\(\): sending request .* failed",
           r"t_forward_nonack\(\)")
Running = namedtuple("Running", "proxy port")


@pytest.fixture(scope="module", params=[1, 0], ids=["from-buffer", "anew"])
def running(request, tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("elsewhere"), ports.take()
    (folder / "map.cfg").write_text(MAP)
    one = Kamailio(
        folder / "kamailio", CFG / "elsewhere.cfg",
        (*BEFORE, "kex", "disconnect_reason"),
        (DETAIL, ("tm", "reparse_on_dns_failover", request.param),
         ("tm", "wt_timer", 500),
         ("disconnect_reason", "map_file", str(folder / "map.cfg"))),
        (f"ELSEWHERE={ELSEWHERE}", f"ELSE_PORT={port}"), more=EVENTS).start()
    one.rpc("dns.add_a", "a.example", HOURS, ELSEWHERE, 0)
    yield Running(one, port)
    one.stop(REFUSED)


@pytest.fixture
def proxy(running):
    yield running.proxy
    running.proxy.check_log(REFUSED)


@pytest.fixture
def raw(running):
    """Its trunk listens at each address of this machine."""
    with Steps(running.proxy, trunk=("0.0.0.0", running.port)) as one:
        yield one


def check(counted, call, final, attempts, outcome, detail):
    """The final reply and its counters: `attempts` are (trunk, reason), in order,
    `outcome` is of the last one."""
    reason = outcome[1]
    assert headers_in(final) == [reason.encode()], final
    assert headers_in(final, DETAIL_HEADER) == [detail.encode()], final
    counted.check(Counter([f"attempts {why}" for _, why in attempts]
                          + [f"outcomes {reason}"]),
                  {call.call_id: (reason, ...)})
    of_trunks = {name: times for name, times in counted.all_moved().items()
                 if name.count(" ") == 2}
    assert of_trunks == Counter(
        [f"{trunk} attempts {why}" for trunk, why in attempts]
        + [f"{outcome[0]} outcomes {reason}"])
    seen = counted.proxy.traces()[call.call_id]
    assert [words["avp"] for words in seen] == [why for _, why in attempts][-len(seen):]
    assert all(words["older"] == "<null>" for words in seen)
    assert seen[-1]["trunk"] == outcome[0]
    named = [entry.rpartition("trunk=")[2]
             for entry in seen[-1]["history"].split(",")]
    assert named == [trunk for trunk, _ in attempts]


# t_relay() with a target

@pytest.mark.parametrize("do", ["RELAY_TO", "RELAY_TO_UDP"])
def test_target(proxy, raw, do):
    """The request URI is of trunk a, and the call goes to b."""
    counted = Counted(proxy)
    call = raw.begin(f"X-Test-Do: {do}", "X-Test-Host: a.example")
    raw.asked(call)
    raw.say(call, template(486))
    check(counted, call, raw.wait(call, 486), [("b", BY_RULE)], ("b", BY_RULE), OF_B)


@pytest.mark.parametrize("do", ["RELAY_TO", "RELAY_TO_UDP"])
def test_target_and_next_hop(proxy, raw, do):
    """Nor does $du count."""
    counted = Counted(proxy)
    call = raw.begin(f"X-Test-Do: {do}", "X-Test-Hop: sip:a.example")
    raw.asked(call)
    raw.say(call, template(486))
    check(counted, call, raw.wait(call, 486), [("b", BY_RULE)], ("b", BY_RULE), OF_B)


def test_name_of_that_address(proxy, raw):
    """Without a target the name counts, though its address is b's."""
    counted = Counted(proxy)
    call = raw.begin("X-Test-Do: RELAY", "X-Test-Host: a.example")
    raw.asked(call)
    raw.say(call, template(486))
    check(counted, call, raw.wait(call, 486), [("a", REJECTED)], ("a", REJECTED),
          said("busy", 486, "a"))


@pytest.mark.parametrize("do", ["RELAY_TO", "RELAY_TO_UDP"])
def test_target_in_failure_route(proxy, raw, do):
    """The same request URI once more, and now to b."""
    counted = Counted(proxy)
    call = raw.begin("X-Test-Do: RELAY", f"X-Test-Failed: {do}",
                     "X-Test-Host: a.example")
    raw.asked(call)
    raw.say(call, template(503))
    raw.asked(call, branches=2)
    raw.say(call, template(486), branch=1)
    check(counted, call, raw.wait(call, 486), [("a", FAILURE), ("b", BY_RULE)],
          ("b", BY_RULE), OF_B)


def test_target_and_then_name(proxy, raw):
    counted = Counted(proxy)
    call = raw.begin("X-Test-Do: RELAY_TO_UDP", "X-Test-Failed: RELAY",
                     "X-Test-Host: a.example")
    raw.asked(call)
    raw.say(call, template(503))
    raw.asked(call, branches=2)
    raw.say(call, template(486), branch=1)
    check(counted, call, raw.wait(call, 486), [("b", FAILURE), ("a", REJECTED)],
          ("a", REJECTED), said("busy", 486, "a"))


# Failover by DNS

def name_with_two(proxy, name, transport, places):
    """Tells Kamailio that the name leads to these (host, port), in order."""
    for rank, (host, port) in enumerate(places):
        target = f"t{rank}.{name}"
        proxy.rpc("dns.add_a", target, HOURS, host, 0)
        proxy.rpc("dns.add_srv", f"_sip._{transport}.{name}", HOURS, rank, 1,
                  port, target, 0)


HOP = ("hop", REJECTED), said("busy", 486, "hop")


@pytest.mark.parametrize("host", ["a.example", "unknown.example"])
def test_failover_by_dns(running, proxy, raw, host):
    """$du names the trunk, the request URI another one or none. The first address
    is busy, and even trunk b's."""
    counted, name = Counted(proxy), f"{host[0]}.hop.example"
    name_with_two(proxy, name, "udp", [(ELSEWHERE, running.port),
                                       ("127.0.0.1", running.port)])
    call = raw.begin("X-Test-Do: RELAY", f"X-Test-Host: {host}",
                     f"X-Test-Hop: sip:{name}")
    raw.asked(call)
    raw.say(call, template(503))
    raw.asked(call, branches=2)
    raw.say(call, template(486), branch=1)
    check(counted, call, raw.wait(call, 486),
          [("hop", FAILURE), ("hop", REJECTED)], *HOP)


def test_failover_by_dns_after_refusal(proxy):
    """Nobody listens at the first address."""
    counted, name = Counted(proxy), "refused.hop.example"
    with Steps(proxy, "tcp") as raw:
        name_with_two(proxy, name, "tcp", [
            (ELSEWHERE, ports.take()),
            ("127.0.0.1", raw.trunk.getsockname()[1])])
        call = raw.begin("X-Test-Do: RELAY", "X-Test-Host: a.example",
                         f"X-Test-Hop: sip:{name};transport=tcp")
        raw.asked(call)
        raw.say(call, template(486))
        check(counted, call, raw.wait(call, 486),
              [("hop", FAILURE), ("hop", REJECTED)], *HOP)


# disconnect_reason_trunk()

def held(proxy):
    """What the module and tm hold of shared memory."""
    return [proxy.rpc("mod.mem_stats", name, "shm")
            for name in ("disconnect_reason", "tm")]


def held_in_flight(proxy, raw, steps, times):
    """The same while a call rings whose script named a trunk so often."""
    counted = Counted(proxy)
    proxy.wait_idle()
    call = raw.begin(*steps, f"X-Test-Times: {times:05}",
                     "X-Test-Host: a.example")
    raw.asked(call)
    again = any("Failed" in step for step in steps)
    if again:
        raw.say(call, template(503))
        raw.asked(call, branches=2)
    raw.say(call, template(180), branch=int(again))
    raw.wait(call, 180)
    found = held(proxy)
    raw.say(call, template(486), branch=int(again))
    check(counted, call, raw.wait(call, 486),
          [*[("a", FAILURE)] * again, ("b", BY_RULE)], ("b", BY_RULE), OF_B)
    return found


@pytest.mark.parametrize("steps", [
    ("X-Test-Do: NAME_AND_RELAY",), ("X-Test-Do: NAME_IN_BRANCH",),
    ("X-Test-Do: RELAY", "X-Test-Failed: NAME_AND_RELAY"),
    ("X-Test-Do: RELAY", "X-Test-Failed: NAME_IN_BRANCH"),
], ids=["request", "branch", "failure", "branch-of-failure"])
def test_named_again_and_again(proxy, raw, steps):
    """The last name counts, and takes no more room than one."""
    held_in_flight(proxy, raw, steps, 1)  # what is made at the first call of all
    once = held_in_flight(proxy, raw, steps, 1)
    assert held_in_flight(proxy, raw, steps, 5000) == once
