# No memory of a call is touched by two processes at the same time.
# SPDX-License-Identifier: GPL-2.0-or-later
"""While a request_route runs, its worker uses the AVPs and XAVPs of the call
without any lock, and another process may end the call: a trunk's failure after
t_relay(), the timer, the caller's CANCEL. What that one decides is written, and
the event comes, when the script is over."""

from collections import Counter, namedtuple

import pytest

from lib import process
from lib.check import DETAIL_HEADER
from lib.counted import EVENT_ROUTE, Counted
from lib.kamailio import Kamailio
from lib.memory import check_flat, memory
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import Plan, RawCalls, code_of, template
from lib.steps import Steps, fresh_number
from lib.torture import final_of, headers_in

EVENT = EVENT_ROUTE + """ {
	xlog("L_NOTICE", "DREVENT $ci $rm $dr(reason) $dr(detail)\\n");
	$var(where) = "event";
	route(LOG);
}
"""
# Kamailio says so when the script answers a call that has its end, and when there
# is no socket to send from
COMPLAINTS = (r"ERROR: tm ", r"sip_hostport2su\(\): could not resolve hostname: ")
WINDOW = 3
REJECTED, CANCELLED = "USER_REJECTED", "CLIENT_INITIATED"
SET = {b"USER_REJECTED": b"detail=a;source=script",
       b"SIP_TRUNK_FAILURE":
       b"detail=abcdefghijklmnopqrstuvwxyz012345;source=script"}
BY_CALLER = b"detail=cancelled;source=cancel"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Kamailio(
        tmp_path_factory.mktemp("two") / "kamailio", CFG / "two_processes.cfg",
        (*BEFORE, "kex", "cfgutils", "htable", "disconnect_reason"), workers=6,
        params=(DETAIL, ("disconnect_reason", "xavp", "dr"),
                ("tm", "wt_timer", 300)), more=EVENT).start()
    yield one
    one.stop(COMPLAINTS)


@pytest.fixture
def proxy(running):
    """No bad line may come in a test."""
    yield running
    running.check_log(COMPLAINTS)


def logged(proxy, call):
    """What the script logged of the call, by where."""
    return {words["where"]: words
            for words in proxy.traces().get(call.call_id, [])}


# One call, whose script waits meanwhile

def open_gate(proxy, call):
    proxy.rpc("htable.sets", "gate", call.call_id, "open")


def is_busy(raw, call):
    raw.asked(call)
    raw.say(call, template(486))
    return raw.wait(call, 486)


def is_silent(raw, call):
    raw.asked(call)
    return raw.wait(call, 408)


def is_cancelled(raw, call):
    raw.asked(call)
    raw.say(call, template(180))
    raw.wait(call, 180)
    raw.cancel(call)
    raw.until(lambda: call.number in raw.cancels, "the trunk's CANCEL")
    raw.obey(call)
    return raw.wait(call, 487)


def is_cancelled_unsent(raw, call, after=180):
    raw.wait(call, after)
    raw.cancel(call)
    return raw.wait(call, 487)


def is_cancelled_behind_relay(raw, call):
    """t_relay() has failed, and tm is to answer when the script is over."""
    return is_cancelled_unsent(raw, call, 100)


# attempts are the counters that move
End = namedtuple("End", "do play reason detail attempts")
ENDS = {
    "busy": End("RELAY_GATE", is_busy, REJECTED, "busy",
                [f"attempts {REJECTED}"]),
    "silence": End("RELAY_GATE", is_silent, "CONNECTION_TIMEOUT", "no-reply",
                   ["attempts CONNECTION_TIMEOUT"]),
    "cancel": End("RELAY_GATE", is_cancelled, CANCELLED, "cancelled",
                  [f"attempts {CANCELLED}"]),
    "cancel-before-relay": End("ANSWER_GATE", is_cancelled_unsent, CANCELLED,
                               "cancelled", []),
    "cancel-behind-relay": End("UNSENT_GATE", is_cancelled_behind_relay,
                               CANCELLED, "cancelled", []),
}


@pytest.mark.parametrize("armed", [0, 1])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_event_waits_for_the_script(proxy, end, armed):
    """The caller has the failure at once; the event comes after the script, in
    which AVP and XAVP are there then, and the script's own as well."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin(f"X-Test-Do: {end.do}", f"X-Test-Arm: {armed}")
        try:
            final = end.play(raw, call)
            process.wait_for(lambda: process.asleep(proxy.child), 5,
                             "the process that ended the call")
            early = logged(proxy, call).keys()
            events = counted.events()
        finally:
            open_gate(proxy, call)
        assert headers_in(final) == [end.reason.encode()]
        assert not events and not early & {"end", "event"}
        process.wait_for(lambda: logged(proxy, call).keys() >= {"end", "event"},
                         5, lambda: f"the event: {proxy.traces()}")
    where = [words["where"] for words in proxy.traces()[call.call_id]]
    assert where[-2:] == ["end", "event"]
    event = logged(proxy, call)["event"]
    assert (event["avp"], event["older"], event["xavp"], event["reason"],
            event["detail"]) == (end.reason, "<null>", end.reason, end.reason,
                                 end.detail)
    counted.check(Counter([*end.attempts, f"outcomes {end.reason}"]),
                  {call.call_id: (end.reason, end.detail)})


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_lists_of_the_script(proxy, end):
    """Nothing that another process decided comes into the script's own AVPs and
    XAVPs while it runs, and nothing of them is lost."""
    with Steps(proxy) as raw:
        call = raw.begin(f"X-Test-Do: {end.do}")
        try:
            end.play(raw, call)
        finally:
            open_gate(proxy, call)
        process.wait_for(lambda: "end" in logged(proxy, call), 5, "the end")
    at_end = logged(proxy, call)["end"]
    assert (at_end["avp"], at_end["xavp"], at_end["mine"]) == (
        "<null>", "<null>", "kept")


# Many calls, whose scripts do much

class Hasty(RawCalls):
    """Its caller cancels at the first reply, a 100."""

    def _caller_got(self, raw):
        call = self._call_of(raw)
        if call and call.plan.cancel and not call.cancelled:
            self.cancel(call)
        super()._caller_got(raw)


def play(proxy, plan, calls):
    """Plays the calls; returns them with their final replies."""
    with Hasty(proxy) as raw:
        raw.count = fresh_number()
        made = raw.play([plan] * calls, WINDOW)
        raw.listen(0.05)
    return [(call, final_of(call)) for call in made]


def check_events(proxy, told):
    """Each came when the script was over, and saw what was told."""
    traces = proxy.traces()
    for call_id, (reason, _) in told.items():
        # the script's own t_reply() is told at once
        where = [words["where"] for words in traces[call_id]]
        assert where == ["end", "event"] or (
            where == ["event", "end"] and traces[call_id][1]["code"] == "480"), \
            traces[call_id]
        event = traces[call_id][where.index("event")]
        assert (event["avp"], event["older"], event["xavp"], event["mine"]) == (
            reason, "<null>", reason, "kept")


def check_flat_storm(proxy, plan, check, calls):
    """Each call is checked, and shared memory is then what it was before."""
    play(proxy, plan, 50)
    before = memory(proxy)
    counted = Counted(proxy)
    moved, told, unsaid = Counter(), {}, {}
    for call, final in play(proxy, plan, calls):
        if not headers_in(final) and check is not check_busy:
            unsaid[call.call_id] = code_of(final)
            continue
        *attempts, reason, detail = check(final)
        moved.update([*attempts, f"outcomes {reason}"])
        told[call.call_id] = reason, detail
    after = memory(proxy)
    add_crossed(counted, moved, told, unsaid, calls)
    counted.check(moved, told)
    check_events(proxy, told)
    check_flat(before, after)


def add_crossed(counted, moved, told, unsaid, calls):
    """A reply without the header is the script's own, which says no reason and is
    no outcome. A CANCEL may cross it, or what the script says: few of these replies
    are without the header, and then they count all the same."""
    events = {event[0]: event[2] for event in counted.events()}
    crossed = [call_id for call_id, code in unsaid.items()
               if code != 480 or call_id in events]
    assert len(crossed) <= max(2, calls // 300), unsaid
    for call_id in crossed:
        moved[f"outcomes {events[call_id]}"] += 1
        told[call_id] = events[call_id], ...


def check_answered(final):
    """The CANCEL came in time."""
    assert code_of(final) == 487, final
    assert headers_in(final) == [b"CLIENT_INITIATED"], final
    assert headers_in(final, DETAIL_HEADER) == [BY_CALLER], final
    return CANCELLED, "cancelled"


def check_busy(final):
    assert code_of(final) == 486, final
    assert headers_in(final) == [b"USER_REJECTED"], final
    return f"attempts {REJECTED}", REJECTED, "busy"


def check_said(final):
    """By the script, or by the caller, whatever the code; the detail belongs to
    the reason."""
    (reason,), (detail,) = headers_in(final), headers_in(final, DETAIL_HEADER)
    if reason == CANCELLED.encode():
        assert detail == BY_CALLER, final
    else:
        assert SET[reason] == detail, final
    return reason.decode(), ...


STORMS = {
    "cancel": (Plan((template(486),), ("X-Test-Do: ANSWER",), cancel=True),
               check_answered),
    "busy": (Plan((template(486),), ("X-Test-Do: RELAY",)), check_busy),
    "set": (Plan((template(486),), ("X-Test-Do: SET_BEHIND_NEWTRAN",),
                 cancel=True), check_said),
    "set-unsent": (Plan((template(486),), ("X-Test-Do: SET_BEHIND_RELAY",),
                        cancel=True), check_said),
}
storms = pytest.mark.parametrize("plan,check", STORMS.values(), ids=STORMS)


@storms
def test_storm(proxy, plan, check):
    check_flat_storm(proxy, plan, check, 300)


@pytest.mark.long
@storms
def test_long_storm(proxy, plan, check):
    check_flat_storm(proxy, plan, check, 3000)
