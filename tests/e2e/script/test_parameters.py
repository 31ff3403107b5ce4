# Parameters: what stops Kamailio at start, and what each one changes.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
from dataclasses import replace

import pytest

from lib import process
from lib.caller import cancels
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.scenario import answer, pause, receive, receive_invite, scenario
from lib.trunk import cancelled, reply, silent

DR = "disconnect_reason"
BUSY = outcome(486, "Busy Here", "USER_REJECTED")


def param(name, value):
    return (DR, name, value)


def started(proxy):
    """Starts a Kamailio that must refuse to; gives its log."""
    proxy.spawn()
    try:
        process.wait_for(lambda: proxy.child.poll() is not None, 20,
                         f"Kamailio in {proxy.folder} to refuse its start")
    finally:
        process.end(proxy.child)
    assert proxy.child.returncode != 0
    return proxy.lines()


@pytest.fixture
def refuse(tmp_path):
    """Starts Kamailio, which must end with one clear error line of ours."""
    def play(*expected, script=CFG / "relay.cfg", modules=(*BEFORE, DR),
             params=()):
        lines = started(Kamailio(tmp_path / "refused", script, modules, params))
        log = "\n".join(lines)
        assert log.count("ERROR: disconnect_reason [") == 1, log
        # after it only the core's lines; a parameter's text may hold line ends
        ours = log[log.index("ERROR: disconnect_reason ["):]
        assert all(part in ours for part in expected), log
        return log
    return play


NO_TOKEN = "expected a header name, a token of 1 to 64 bytes"
OF_SIP = "expected a name of your own: this header has a meaning in SIP"
NO_AVP = "expected an AVP with a fixed name, such as $avp(disconnect_reason)"

WRONG_NAMES = [
    ("X Reason", NO_TOKEN), ("X-Reason:", NO_TOKEN), ("X-Re(ason)", NO_TOKEN),
    ("X-Reasön", NO_TOKEN), ("_-_", NO_TOKEN), ("X-A\\r\\nX-B", NO_TOKEN), ("X" * 65, NO_TOKEN),
    ("Via", OF_SIP), ("via", OF_SIP), ("v", OF_SIP), ("Contact", OF_SIP),
    ("WWW-Authenticate", OF_SIP), ("Content-Length", OF_SIP), ("To", OF_SIP),
]


@pytest.mark.parametrize("parameter", ["header", "detail_header"])
@pytest.mark.parametrize("name,expected", WRONG_NAMES,
                         ids=[str(i) for i in range(len(WRONG_NAMES))])
def test_wrong_header_name(refuse, parameter, name, expected):
    shown, _, _ = name.partition("\\r")
    refuse(f'parameter {parameter} is "{shown}', expected,
           params=[param(parameter, name)])


@pytest.mark.parametrize("name", ["X-Other!", "X%Other"])
def test_header_name_that_kamailio_cannot_parse(refuse, name):
    """A token all the same: the error must not call it a header of SIP."""
    log = refuse(f'parameter header is "{name}"',
                 params=[param("header", name)])
    assert OF_SIP not in log


@pytest.mark.parametrize("params,expected", [
    ([param("header", "")], f'parameter header is "": {NO_TOKEN}'),
    ([param("header", "X-One"), param("header", "x-ONE")],
     'parameter header is "x-ONE": given twice'),
    ([param("header", f"X-{i}") for i in range(9)],
     "parameter header: expected at most 8 names"),
    ([param("detail_header", REASON_HEADER.lower())],
     "expected a name that the parameter header does not have"),
    ([param("header", "X-One"), param("header", "X-Two"),
      param("detail_header", "X-TWO")],
     "expected a name that the parameter header does not have"),
    ([param("auto", 2)], "parameter auto is 2: expected 0 or 1"),
    ([param("auto", -1)], "parameter auto is -1: expected 0 or 1"),
    ([param("strip", 3)], "parameter strip is 3: expected 0 or 1"),
    ([param("q850", 7)], "parameter q850 is 7: expected 0 or 1"),
    ([param("avp", "")], f'parameter avp is "": {NO_AVP}'),
    ([param("avp", "disconnect_reason")], NO_AVP),
    ([param("avp", "$var(reason)")], f'"$var(reason)": {NO_AVP}'),
    ([param("avp", "$avp($ru)")], f'"$avp($ru)": {NO_AVP}'),
], ids=["empty", "twice", "nine", "same", "same-second", "auto-2", "auto-neg",
        "strip", "q850", "avp-empty", "avp-no-sign", "avp-var", "avp-dynamic"])
def test_wrong_value(refuse, params, expected):
    refuse(expected, params=params)


def test_avp_that_does_not_parse(refuse):
    """The core's parser tells of the error first, then the module does."""
    refuse(NO_AVP, params=[param("avp", "$avp(reason")])


@pytest.mark.parametrize("name,value,expected", [
    ("auto", "yes", "auto"), ("header", 5, "header"),
    ("haeder", "X-A", "haeder"),
])
def test_wrong_type_or_name(tmp_path, name, value, expected):
    """Kamailio itself refuses these."""
    lines = started(Kamailio(tmp_path / "refused", CFG / "relay.cfg",
                             (*BEFORE, DR), [param(name, value)]))
    assert any(re.search(rf"(ERROR|CRITICAL).*\b{expected}\b", line)
               for line in lines), "\n".join(lines)


@pytest.mark.parametrize("call,expected", [
    ('disconnect_reason_set("BUSY")', '"BUSY" is not a reason'),
    ('disconnect_reason_set("user_rejected")',
     '"user_rejected" is not a reason'),
    ('disconnect_reason_set("")', '"" is not a reason'),
    ('disconnect_reason_set("USER_REJECTED", "Busy")',
     '"Busy" is not a detail'),
    ('disconnect_reason_set("USER_REJECTED", "a;b=c")',
     '"a;b=c" is not a detail'),
    ('disconnect_reason_set("USER_REJECTED", "")', '"" is not a detail'),
], ids=["unknown", "lower-case", "empty", "upper-case-detail", "two-details",
        "empty-detail"])
def test_wrong_argument(refuse, tmp_path, call, expected):
    """A constant argument that can't be right is an error at start."""
    script = tmp_path / "wrong.cfg"
    script.write_text(f"request_route {{\n\t{call};\n\texit;\n}}\n")
    refuse(expected, script=script)


EMPTY = "request_route {\n\texit;\n}\n"


@pytest.mark.parametrize("modules", [("pv", "sl", DR), ("pv", "sl", DR, "tm")],
                         ids=["never", "later"])
def test_loaded_before_tm(refuse, tmp_path, modules):
    script = tmp_path / "empty.cfg"
    script.write_text(EMPTY)
    refuse("the module tm is not loaded: expected it before this one",
           script=script, modules=modules)


def test_loaded_without_pv(case, proxies):
    """The module pv brings $avp() to the script; this module needs it not."""
    pair = proxies.pair("without_pv.cfg", before=("tm", "sl"))
    case(reply(486), outcome(486, "Busy Here", "USER_REJECTED", avps=()),
         pair=pair)


@pytest.mark.parametrize("module", ["acc", "dialog"])
@pytest.mark.parametrize("late", [True, False], ids=["wrong", "right"])
def test_order_of_loading(case, proxies, module, late):
    """Loaded after acc or dialog the module warns, once; else it does not."""
    before, after = (*BEFORE, "rr"), ()
    if late:
        before += (module,)
    else:
        after += (module,)
    pair = proxies.pair(before=before, after=after)
    case(reply(486), BUSY, pair=pair)
    found = [line for line in pair.loaded.lines()
             if f"the module {module} is loaded before this one" in line]
    assert len(found) == late
    assert all("WARNING: disconnect_reason " in line for line in found)


TWO = ("X-LK-Disconnect-Reason", "X-Lk-Test-Id")
EIGHT = tuple(f"X-Reason-{i}" for i in range(8))


@pytest.mark.parametrize("names", [TWO, EIGHT, ("X-Other_Name.2",)],
                         ids=["two", "eight", "other"])
@pytest.mark.parametrize("trunk,expect", [
    (reply(486), (486, "Busy Here", "USER_REJECTED")),
    (reply(503), (500, "Service Unavailable", "SIP_TRUNK_FAILURE")),
], ids=["486", "503"])
def test_several_headers(case, proxies, names, trunk, expect):
    """Each header carries the same value; the default name is gone."""
    pair = proxies.pair(params=[param("header", name) for name in names])
    calls = case(trunk, outcome(*expect, names=names), pair=pair)
    if REASON_HEADER not in names:
        for call in calls.values():
            assert not call.finals()[0].values(REASON_HEADER)


FAST = ["X-Test-Timers: 1200,700"]

DETAILS = [
    ("busy", reply(486), (486, "Busy Here", "USER_REJECTED"),
     "code=486;detail=busy;source=remote"),
    ("q850", reply(480, headers=["Reason: Q.850;cause=17"]),
     (480, "Temporarily Unavailable", "USER_REJECTED"),
     "code=480;q850=17;detail=busy;source=remote"),
    ("weak-q850", reply(404, headers=["Reason: Q.850;cause=16"]),
     (404, "Not Found", "SIP_TRUNK_FAILURE"),
     "code=404;q850=16;detail=not-found;source=remote"),
    ("unknown", reply(499, "What"), (499, "What", "SIP_TRUNK_FAILURE"),
     "code=499;detail=protocol;source=remote"),
    ("silence", silent(), (408, "Request Timeout", "CONNECTION_TIMEOUT"),
     "detail=no-reply;source=timeout"),
    ("100", silent((100,)), (408, "Request Timeout", "CONNECTION_TIMEOUT"),
     "detail=no-progress;source=timeout"),
    ("180", silent((180,)), (408, "Request Timeout", "USER_UNAVAILABLE"),
     "detail=no-answer;source=timeout"),
]


@pytest.mark.parametrize("trunk,expect,detail", [row[1:] for row in DETAILS],
                         ids=[row[0] for row in DETAILS])
def test_detail_header(case, proxies, trunk, expect, detail):
    case(trunk, outcome(*expect, detail=detail,
                        unclassified="code=499" in detail), headers=FAST,
         pair=proxies.pair(params=[DETAIL]))


def test_detail_header_of_cancel(case, proxies):
    case(cancelled(), outcome(487, "Request Terminated", "CLIENT_INITIATED",
                              avps=(), detail="detail=cancelled;source=cancel"),
         caller=cancels(487), arms=(0,), pair=proxies.pair(params=[DETAIL]))


SPOOFED = [f"{REASON_HEADER}: SPOOFED", f"{DETAIL_HEADER}: detail=spoofed"]


def test_detail_header_is_stripped(case, proxies):
    case(reply(486, headers=SPOOFED),
         outcome(486, "Busy Here", "USER_REJECTED", spoofed=2,
                 detail="code=486;detail=busy;source=remote"),
         pair=proxies.pair(params=[DETAIL]))


def spoofs(tag):
    """Writes the header on its 180 and, folded, on its 486."""
    return scenario(
        receive_invite(), answer(180, headers=SPOOFED[:1], tag=tag), pause(50),
        answer(486, headers=[f"{REASON_HEADER.lower()} :", "[fold]SPOOFED"],
               tag=tag, retrans=500), receive("ACK"))


def test_strip_off(case, proxies):
    """What the trunk wrote stays, but where it would contradict the module's own
    header."""
    calls = case(spoofs, outcome(486, "Busy Here", None, names=(),
                                 avps=("USER_REJECTED",),
                                 told="USER_REJECTED", spoofed=1),
                 pair=proxies.pair(params=[param("strip", 0)]), compare=False)
    for (name, _), call in calls.items():
        ringing, = [m for m in call.received if m.code == 180]
        assert ringing.values(REASON_HEADER) == ["SPOOFED"]
        final, = call.finals()
        assert final.values(REASON_HEADER) == [
            "USER_REJECTED" if name == "loaded" else "SPOOFED"]


def test_strip_on(case):
    case(spoofs, replace(BUSY, spoofed=2), compare=False)


@pytest.mark.parametrize("value,reason,detail", [
    (0, "USER_UNAVAILABLE", "code=480;detail=unavailable;source=remote"),
    (1, "USER_REJECTED", "code=480;q850=21;detail=declined;source=remote"),
])
def test_q850(case, proxies, value, reason, detail):
    case(reply(480, headers=["Reason: Q.850;cause=21"]),
         outcome(480, "Temporarily Unavailable", reason, detail=detail),
         pair=proxies.pair(params=[param("q850", value), DETAIL]))


@pytest.mark.parametrize("avp", ["$avp(s:other)", "$avp(other)", "$avp(i:42)"])
def test_avp(case, proxies, tmp_path, avp):
    """The AVP may have any name or number; the default one is not written."""
    script = tmp_path / "other_avp.cfg"
    text = (CFG / "other_avp.cfg").read_text(encoding="utf-8")
    script.write_text(text.replace("OTHER_AVP", avp), encoding="utf-8")
    calls = case(reply(486), BUSY,
                 pair=proxies.pair(script, params=[param("avp", avp)]))
    for call in calls.values():
        assert all(words["default"] == "<null>" for words in call.logged)
