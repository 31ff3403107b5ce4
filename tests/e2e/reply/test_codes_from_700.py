# Codes that SIP does not have: tm relays them, and so a trunk can make them come.
# SPDX-License-Identifier: GPL-2.0-or-later
"""SIPp knows none, so bare sockets send them. doc/classification.md says what
they are: USER_REJECTED like each unknown code from 600 on, and only a rule that
asks for no code fits."""

from collections import Counter

import pytest

from lib.check import DETAIL_HEADER
from lib.counted import EVENTS, Counted
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import code_of, template
from lib.steps import Steps
from lib.torture import headers_in

MAP = """version = 1;
profiles: { default: { rules: (
  { code = ( "6xx", "5xx", "4xx", "3xx" ); reason = "AGENT_ERROR"; },
  { phrase = "by phrase"; reason = "ROOM_DELETED"; detail = "phrase"; },
  { header = "X-Cause"; reason = "MEDIA_FAILURE"; detail = "header"; },
  { q850 = 34; reason = "MIGRATION"; detail = "cause"; }
); }; };
trunks: ( { name = "t"; address = "127.0.0.1"; } );
bridges: ( { name = "here"; address = "127.0.0.1"; detail_header = "DETAIL_HEADER";
  reply: ( { reason = "USER_REJECTED"; send = 480; } ); } );
""".replace("DETAIL_HEADER", DETAIL_HEADER)
REJECTED = "USER_REJECTED"
CODES = (700, 799, 999)


@pytest.fixture(scope="module", params=["tables", "map"])
def running(request, tmp_path_factory):
    """By the tables alone, or with a map that has rules and a translation."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "map.cfg").write_text(MAP)
    params = {"tables": (DETAIL,), "map": (
        ("disconnect_reason", "map_file", str(folder / "map.cfg")),)}
    one = Kamailio(folder / "kamailio", CFG / "relay.cfg",
                   (*BEFORE, "disconnect_reason"),
                   (*params[request.param], ("tm", "wt_timer", 500)),
                   more=EVENTS).start()
    one.trunk = ";trunk=t" if request.param == "map" else ""
    yield one
    one.stop()


def play(proxy, code, headers=(), phrase="Odd", cancel=False):
    """The trunk says that; returns call and final reply, with its code."""
    with Steps(proxy) as raw:
        call = raw.begin("X-Test-Arm: 1")
        raw.asked(call)
        if cancel:
            raw.say(call, template(180))
            raw.wait(call, 180)
            raw.cancel(call)
            raw.until(lambda: call.number in raw.confirmed, "the 200")
        raw.say(call, template(code, headers, phrase=phrase))
        final = raw.wait(call, code)
        assert [code_of(one) for one in call.finals()] == [code]
    return call, final


def check(proxy, counted, call, final, reason, detail, **more):
    assert headers_in(final) == [reason.encode()], final
    assert headers_in(final, DETAIL_HEADER) == [detail.encode()], final
    counted.check(Counter({f"attempts {reason}": 1, f"outcomes {reason}": 1,
                           **more}), {call.call_id: (reason, ...)})
    seen, = proxy.traces()[call.call_id]
    assert (seen["code"], seen["avp"], seen["older"]) == (
        str(code_of(final)), reason, "<null>")


@pytest.mark.parametrize("code", CODES)
def test_code(proxy, code):
    """It is not translated either."""
    counted = Counted(proxy)
    call, final = play(proxy, code)
    check(proxy, counted, call, final, REJECTED,
          f"code={code};detail=declined;source=remote{proxy.trunk}",
          unclassified=1)


@pytest.mark.parametrize("code", CODES)
def test_cause(proxy, code):
    """No cause refines it, but a rule of the map may ask for one."""
    counted = Counted(proxy)
    call, final = play(proxy, code, ["Reason: Q.850;cause=34"])
    if proxy.trunk:
        check(proxy, counted, call, final, "MIGRATION",
              f"code={code};q850=34;detail=cause;source=remote;trunk=t")
    else:
        check(proxy, counted, call, final, REJECTED,
              f"code={code};detail=declined;source=remote",
              unclassified=1)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("headers,phrase,reason,detail", [
    ((), "Odd by phrase", "ROOM_DELETED", "phrase"),
    (("X-Cause: 1",), "Odd", "MEDIA_FAILURE", "header")], ids=["phrase", "header"])
def test_rule(proxy, code, headers, phrase, reason, detail):
    """Where there are none, phrase and header say nothing."""
    counted = Counted(proxy)
    call, final = play(proxy, code, headers, phrase)
    if proxy.trunk:
        check(proxy, counted, call, final, reason,
              f"code={code};detail={detail};source=remote;trunk=t")
    else:
        check(proxy, counted, call, final, REJECTED,
              f"code={code};detail=declined;source=remote", unclassified=1)


@pytest.mark.parametrize("code", CODES)
def test_cancelled(proxy, code):
    """The caller gave up before, whatever the code."""
    counted = Counted(proxy)
    call, final = play(proxy, code, cancel=True)
    check(proxy, counted, call, final, "CLIENT_INITIATED",
          "detail=cancelled;source=cancel")
