# Replies that tm does not know any more, and those that other modules rewrite.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The core forwards a reply without transaction as it came, to whoever the Via
names. No header of ours is added there, but our names in it are unreadable, of
whatever call they are, and each counts once."""

from collections import Counter

import pytest

from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.counted import EVENTS, Counted
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import template
from lib.steps import Steps
from lib.torture import headers_in

MAP = """version = 1;
bridges: (
  { name = "here"; address = "127.0.0.1"; headers = [ "X-Here-Reason" ];
    detail_header = "X-Here-Detail"; },
  { name = "elsewhere"; address = "192.0.2.1"; headers = [ "X-Elsewhere" ]; },
  { name = "default"; address = "192.0.2.2"; }
);
"""
PLAIN = (REASON_HEADER, DETAIL_HEADER)
MAPPED = (REASON_HEADER, "X-Here-Reason", "X-Here-Detail", "X-Elsewhere")
BODY = "".join(f"{name}: in-the-body\r\n" for name in (*PLAIN, *MAPPED))
SPOOF = "MIGRATION"
FAST = "X-Test-Timers: 500,300"
BUSY = {"attempts USER_REJECTED": 1, "outcomes USER_REJECTED": 1}
# tm keeps a call so many ms, see wait_idle(); one worker takes one after the other
OPTIONS = {"workers": 1}
FORGETS = ("tm", "wt_timer", 1000)


def start(folder, modules, params=(), more=EVENTS):
    return Kamailio(folder / "kamailio", CFG / "relay.cfg", modules,
                    (FORGETS, *params), more=more, **OPTIONS).start()


@pytest.fixture(scope="module", params=["plain", "mapped"])
def running(request, tmp_path_factory):
    """With its names: those of the parameters, or those of a map."""
    folder = tmp_path_factory.mktemp("late")
    (folder / "map.cfg").write_text(MAP)
    params, names = {
        "plain": ((DETAIL,), PLAIN),
        "mapped": ((("disconnect_reason", "map_file", str(folder / "map.cfg")),),
                   MAPPED)}[request.param]
    one = start(folder, (*BEFORE, "cfg_rpc", "disconnect_reason"), params)
    one.names = names
    yield one
    one.stop()


def forged(code, names, **options):
    """A reply with each of the names, and with all of them in its body."""
    return template(code, [f"{name}: {SPOOF}" for name in names], body=BODY,
                    **options)


def check_unreadable(raw, names):
    """No name is left in the head, in any case; the body is what it was."""
    head, _, body = raw.partition(b"\r\n\r\n")
    for name in names:
        assert name.lower().encode() not in head.lower(), raw
    assert head.count(SPOOF.encode()) == len(names), raw
    assert body == BODY.encode(), raw


def end_and_forget(raw, proxy, call):
    """The trunk is busy, and tm forgets the call."""
    raw.asked(call)
    raw.say(call, template(486))
    raw.wait(call, 486)
    proxy.wait_idle()


# Nobody knows the call

@pytest.mark.parametrize("code", [180, 200, 486, 487, 603])
def test_late(proxy, code):
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        end_and_forget(raw, proxy, call)
        raw.say(call, forged(code, proxy.names))
        late = raw.wait(call, code, times=2 if code == 486 else 1)
        check_unreadable(late, proxy.names)
    counted.check(Counter({**BUSY, "spoofed_removed": len(proxy.names)}),
                  {call.call_id: ("USER_REJECTED", "busy")})


def test_late_again_and_again(proxy):
    """Each counts, for each is another one."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        end_and_forget(raw, proxy, call)
        for times in (2, 3, 4):
            raw.say(call, forged(486, proxy.names))
            check_unreadable(raw.wait(call, 486, times), proxy.names)
    counted.check(Counter({**BUSY, "spoofed_removed": 3 * len(proxy.names)}),
                  {call.call_id: ("USER_REJECTED", "busy")})


def test_late_after_timeout(proxy):
    """tm has told the caller 408; the trunk wakes up then."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin(FAST)
        raw.asked(call)
        raw.wait(call, 408)
        proxy.wait_idle()
        raw.say(call, forged(487, proxy.names))
        check_unreadable(raw.wait(call, 487), proxy.names)
    counted.check(Counter({"attempts CONNECTION_TIMEOUT": 1,
                           "outcomes CONNECTION_TIMEOUT": 1,
                           "spoofed_removed": len(proxy.names)}),
                  {call.call_id: ("CONNECTION_TIMEOUT", "no-reply")})


def test_late_without_our_names(proxy):
    """Byte for byte what the trunk wrote, below tm's own Via."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        end_and_forget(raw, proxy, call)
        reply = template(404, ["X-Any: x"], body=BODY)
        raw.say(call, reply)
        late = raw.wait(call, 404)
        assert late.partition(b"\r\nContact")[2] == reply.partition(
            b"\r\nContact")[2]
    counted.check(Counter(BUSY), {call.call_id: ("USER_REJECTED", "busy")})


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE", "BYE"])
def test_other_methods(proxy, method):
    """Without a call, nobody's reason can be in it."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        end_and_forget(raw, proxy, call)
        reply = forged(486, proxy.names).replace(
            b"CSeq: <<cseq>>", f"CSeq: 1 {method}".encode())
        raw.say(call, reply)
        late = raw.wait(call, 486, times=2)
        for name in proxy.names:
            assert headers_in(late, name) == [SPOOF.encode()]
    counted.check(Counter(BUSY), {call.call_id: ("USER_REJECTED", "busy")})


# tm knows the call

def of_the_call(proxy):
    """The names that a call from here has."""
    return [name for name in proxy.names
            if len(proxy.names) == len(PLAIN) or "Here" in name]


def check_known(raw, proxy, names):
    """The others' names are no business of this call."""
    for name in proxy.names:
        found = headers_in(raw, name)
        assert found == ([] if name in names else [SPOOF.encode()]), raw


def test_known(proxy):
    """A reply counts once; one that tm takes for a repeated one does not, and
    goes nowhere."""
    counted, names = Counted(proxy), of_the_call(proxy)
    with Steps(proxy) as raw:
        call, other = raw.begin(), raw.begin()
        for one in (call, other):
            raw.asked(one)
        raw.say(call, forged(183, proxy.names))
        check_known(raw.wait(call, 183), proxy, names)
        raw.say(call, forged(486, proxy.names))
        first = raw.wait(call, 486)
        assert headers_in(first, names[0]) == [b"USER_REJECTED"]
        raw.say(call, forged(486, proxy.names))
        raw.say(other, template(486))
        raw.wait(other, 486)  # the one worker has seen the one before
        assert raw.got(call, 486) == [first]
    counted.check(Counter({name: 2 * times for name, times in BUSY.items()}
                          | {"spoofed_removed": 2 * len(names)}),
                  {one.call_id: ("USER_REJECTED", "busy")
                   for one in (call, other)})


@pytest.fixture
def relaying_100(proxy):
    proxy.rpc("cfg.set_now_int", "tm", "relay_100", 1)
    yield proxy
    proxy.rpc("cfg.set_now_int", "tm", "relay_100", 0)


def test_100_that_is_relayed(relaying_100):
    """The operator has tm relay them from now on: each is made unreadable."""
    proxy = relaying_100
    counted, names = Counted(proxy), of_the_call(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        raw.asked(call)
        before = len(raw.got(call, 100))
        for times in (1, 2):
            raw.say(call, forged(100, proxy.names, tag=""))
            check_known(raw.wait(call, 100, before + times), proxy, names)
        raw.say(call, template(486))
        raw.wait(call, 486)
    counted.check(Counter({**BUSY, "spoofed_removed": 2 * len(names)}),
                  {call.call_id: ("USER_REJECTED", "busy")})


# pv_headers writes the fields of each message anew

@pytest.mark.parametrize("late", [False, True], ids=["known", "forgotten"])
@pytest.mark.parametrize("order", [("pv_headers", "disconnect_reason"),
                                   ("disconnect_reason", "pv_headers")],
                         ids=["before", "after"])
def test_pv_headers(tmp_path, order, late):
    proxy = start(tmp_path, (*BEFORE, *order), (DETAIL,))
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        if late:
            end_and_forget(raw, proxy, call)
        raw.asked(call)
        codes = (180, 200, 486) if late else (180, 486)
        for code in codes:
            raw.say(call, forged(code, PLAIN))
            got = raw.wait(call, code, times=2 if late and code == 486 else 1)
            reason = [] if late or code == 180 else [b"USER_REJECTED"]
            assert headers_in(got) == reason, got
            assert len(headers_in(got, DETAIL_HEADER)) == len(reason), got
    counted.check(Counter({**BUSY, "spoofed_removed": len(PLAIN) * len(codes)}),
                  {call.call_id: ("USER_REJECTED", "busy")})
    proxy.stop()


@pytest.mark.parametrize("order", [("pv_headers", "disconnect_reason"),
                                   ("disconnect_reason", "pv_headers")],
                         ids=["before", "after"])
def test_pv_headers_and_an_answer(tmp_path, order):
    proxy = start(tmp_path, (*BEFORE, *order), (DETAIL,))
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        raw.asked(call)
        raw.say(call, forged(200, PLAIN))
        got = raw.wait(call, 200)
        assert not headers_in(got) and not headers_in(got, DETAIL_HEADER), got
    counted.check(Counter({"spoofed_removed": len(PLAIN)}), {})
    proxy.stop()
