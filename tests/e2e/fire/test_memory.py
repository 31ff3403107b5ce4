# Memory: many failing calls at the same time, and no byte lost.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports, process
from lib.caller import answered, cancels, fails
from lib.memory import check_flat, memory
from lib.proxies import BEFORE, DETAIL
from lib.scenario import (ack_failure, answer, invite, label, linger, pause,
                          receive, receive_invite, scenario)
from lib.sipp import Sipp
from lib.trunk import accept, cancelled, reply, silent

CONCURRENT = 200
THOUSAND = 1000
# ms that tm keeps a transaction that ended: longer than a trunk waits before it
# repeats a reply whose ACK got lost
QUICK = ("tm", "wt_timer", 1500)

# code, phrase, one more header of the trunk's reply; what the caller gets
MIX = [
    (486, "Busy Here", "X-Any: 1", 486, "USER_REJECTED"),
    (480, "Temporarily Unavailable", "X-Any: 1", 480, "USER_UNAVAILABLE"),
    (484, "Address Incomplete", "Reason: Q.850;cause=17", 484,
     "USER_REJECTED"),
    (603, "Decline", "X-LK-Disconnect-Reason: SPOOFED", 603, "USER_REJECTED"),
    (404, "Not Found", "X-Any: 1", 404, "SIP_TRUNK_FAILURE"),
    (401, "Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"', 401,
     "SIP_TRUNK_FAILURE"),
    (408, "Request Timeout", "Reason: SIP ,Q.850", 408, "USER_UNAVAILABLE"),
    (503, "Service Unavailable", "X-Any: 1", 500, "SIP_TRUNK_FAILURE"),
]


END = len(MIX)  # label


def trunk():
    """Rings, then fails as the line of MIX whose number X-Mix tells."""
    found = "".join(
        f'<ereg regexp="{number}" search_in="hdr" header="X-Mix:"'
        f' assign_to="line{number}"/>' for number in range(1, END))
    jumps = [f'<nop next="{number}" test="line{number}"/>'
             for number in range(1, END)]
    return scenario(
        receive_invite(found), answer(180, tag="trunk"), pause(300), jumps,
        [fail(number) for number in range(END)], label(END), receive("ACK"))


def fail(number):
    code, phrase, header, _, _ = MIX[number]
    return [label(number) if number else "",
            answer(code, phrase, [header], tag="trunk", retrans=500, next=END)]


def caller(uri):
    """Takes any failure of MIX and checks its header."""
    checks = [receive_checked(code, reason, last=number == len(MIX))
              for number, (*_, code, reason) in enumerate(MIX, 1)]
    return scenario(
        invite(uri, ["X-Mix: [field1]"]), receive(100, optional="true"),
        receive(180, optional="true"), checks, label(1), ack_failure(uri),
        linger(100))


def receive_checked(code, reason, last):
    """Waits for a failure; its header must have that value and no other."""
    header = "X-LK-Disconnect-Reason"
    jump = "" if last else ' optional="true" next="1"'
    return (f'<recv response="{code}"{jump}><action>'
            f'<ereg regexp="^ {reason}$" search_in="hdr" header="{header}:"'
            f' check_it="true" assign_to="r{code}"/>'
            f'</action></recv><Reference variables="r{code}"/>')


def storm(folder, proxy, calls):
    """Plays that many calls; at times 200 of them are at the proxy."""
    folder.mkdir()
    rows = [f"{arm};{number}" for arm in (0, 1) for number in range(END)]
    sink = Sipp(trunk(), folder, "trunk", calls=calls, trace=False, timeout=60)
    source = Sipp(caller(sink.uri), folder, "caller", calls=calls, rows=rows,
                  remote=proxy.address, rate=1000, limit=CONCURRENT + 50,
                  trace=False, timeout=60)

    def crowded():
        stats = proxy.rpc("tm.stats")
        return stats["current"] - stats["waiting"] >= CONCURRENT

    try:
        sink.start()
        sink.wait_ready()
        source.start()
        process.wait_for(crowded, 20, f"{CONCURRENT} calls at the same time")
        source.finish()
        sink.finish()
    finally:
        source.end()
        sink.end()


def fragments(proxy):
    return proxy.rpc("core.shmmem")["fragments"]


@pytest.mark.parametrize("detail", [False, True], ids=["reason", "detail"])
@pytest.mark.parametrize("manager", ["qm", "fm"])
def test_no_growth(proxies, tmp_path, manager, detail):
    """The same bytes after the first and after the last of 5,000 calls."""
    proxy = proxies.pair("relay.cfg", params=[QUICK, *[DETAIL] * detail],
                         before=(*BEFORE, "kex"),
                         options=["-x", manager, "-X", manager]).loaded
    storm(tmp_path / "first", proxy, THOUSAND)
    first = memory(proxy)
    storm(tmp_path / "middle", proxy, 3 * THOUSAND)
    assert memory(proxy) == first
    pieces = fragments(proxy)  # there were as many calls at once as ever will be
    storm(tmp_path / "last", proxy, THOUSAND)
    assert memory(proxy) == first
    assert fragments(proxy) < pieces + THOUSAND


# the rare paths, each with every kind of lump in it

FAILED_LINES = (r"tcpconn_1st_send\(\): .* Connection refused",
                r"msg_send_buffer\(\): tcp_send failed",
                r"_w_t_relay_to\(\): t_forward_noack failed",
                r"error running run_top_route for failure handler")
MODULES = {"drop.cfg": {"before": (*BEFORE, "kex", "cfgutils"),
                        "after": ("uac",), "workers": 12},
           "suspend.cfg": {"before": (*BEFORE, "kex", "htable"),
                           "after": ("async",)}}
TWO = {"before": (*BEFORE, "kex")}
FAST = "X-Test-Timers: 700,400"


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


def nobody():
    return f"X-Test-Next: sip:callee@127.0.0.1:{ports.take()};transport=tcp"


PATHS = {
    "cancel": ("relay.cfg", cancelled(), cancels(487), []),
    "silence": ("relay.cfg", silent(), fails(408), [FAST]),
    "set": ("cannot_send.cfg", None, fails(403),
            how(Do="REFUSE_AFTER_ANOTHER", Set="AGENT_ERROR,any")),
    "set-stateless": ("cannot_send.cfg", None, fails(403),
                      how(Do="REFUSE_STATELESS", Set="AGENT_ERROR,any")),
    "set-on-reply": ("cannot_send.cfg", reply(503), fails(500),
                     how(Do="SET_ON_FAILURE", Then="SET")),
    "set-first": ("cannot_send.cfg", accept(), answered(),
                  how(Do="SET_FIRST")),
    "drop": ("drop.cfg", reply(486), fails(500),
             how(Do="RELAY", Failed="NOTHING", Drop="all")),
    "unsent-failover": ("drop.cfg", reply(486), fails(477),
                        how(Do="RELAY", Failed="NEXT")),
    "unsent-failover-mode-1": ("drop.cfg", reply(486), fails(477),
                               how(Do="RELAY", Failed="NEXT")),
    "script-cancels": ("drop.cfg", cancelled(after=(183,)), fails(487),
                       how(Do="CANCEL_ALL")),
    "replicate": ("drop.cfg", reply(486), fails(480),
                  how(Do="REPLICATE_LAST")),
    "early-cancel": ("drop.cfg", None, cancels(487, after=100),
                     how(Do="THINK")),
    "early-cancel-set": ("drop.cfg", None, cancels(487, after=100),
                         how(Do="THINK_AND_SET")),
    "early-cancel-suspend": ("drop.cfg", None, cancels(487, after=100),
                             how(Do="THINK_AND_SUSPEND")),
    "resumed-answer": ("suspend.cfg", reply(486), fails(480),
                       how(Do="RELAY", Failed="SHORT",
                           Resumed="SET_AND_ANSWER")),
    "resumed-nothing": ("suspend.cfg", reply(486), fails(500),
                        how(Do="RELAY", Failed="SHORT", Resumed="NOTHING")),
    "forgotten": ("suspend.cfg", reply(486), fails(408),
                  [FAST, *how(Do="RELAY", Failed="FOREVER_AGAIN")]),
    "suspended-cancel": ("suspend.cfg", reply(486, after=(180,)),
                         cancels(487, wait=200),
                         how(Do="RELAY", Failed="FOREVER_AGAIN")),
    "suspended-reply": ("suspend.cfg", reply(486), fails(486),
                        how(Do="REPLY")),
}


@pytest.mark.parametrize("path", PATHS)
def test_no_growth_on_rare_path(case, proxies, path):
    script, behaviour, source, headers = PATHS[path]
    params = [QUICK, DETAIL]
    if path.startswith("unsent-failover"):
        headers = [*headers, nobody()]
        for pattern in FAILED_LINES:
            proxies.allow(pattern)
    if path.endswith("-mode-1"):
        params.append(("tm", "failure_reply_mode", 1))
    proxy = proxies.pair(script, params=params,
                         **MODULES.get(script, TWO)).loaded
    case.storm(proxy, behaviour, source, calls=40, rate=40, headers=headers)
    first = memory(proxy)
    case.storm(proxy, behaviour, source, calls=160, rate=40, headers=headers)
    check_flat(first, memory(proxy))
