# Parameters: what stops Kamailio at start, and what each one changes.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
from types import SimpleNamespace

import pytest

from lib import process
from lib.case import outcome
from lib.check import REASON_HEADER
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.trunk import reply

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
    def play(expected, script=CFG / "relay.cfg", modules=(*BEFORE, DR),
             params=(), prefix="ERROR: disconnect_reason "):
        lines = started(Kamailio(tmp_path / "refused", script, modules, params))
        ours = [line for line in lines if prefix in line]
        assert len(ours) == 1 and expected in ours[0], "\n".join(lines)
    return play


NO_TOKEN = "expected a header name, a token of 1 to 64 bytes"
OF_SIP = "expected a name of your own, this header has a meaning in SIP"
NO_AVP = "expected an AVP with a fixed name, such as $avp(disconnect_reason)"

WRONG_NAMES = [
    ("X Reason", NO_TOKEN), ("X-Reason:", NO_TOKEN), ("X-Re(ason)", NO_TOKEN),
    ("X-Reasön", NO_TOKEN), ("X-A\\r\\nX-B", NO_TOKEN), ("X" * 65, NO_TOKEN),
    ("Via", OF_SIP), ("via", OF_SIP), ("v", OF_SIP), ("Contact", OF_SIP),
    ("WWW-Authenticate", OF_SIP), ("Content-Length", OF_SIP), ("To", OF_SIP),
]


@pytest.mark.parametrize("parameter", ["header", "detail_header"])
@pytest.mark.parametrize("name,expected", WRONG_NAMES,
                         ids=[str(i) for i in range(len(WRONG_NAMES))])
def test_wrong_header_name(refuse, parameter, name, expected):
    shown = "X-A\r" if name.startswith("X-A") else name
    refuse(f'parameter {parameter} is "{shown}', params=[param(parameter, name)])


@pytest.mark.parametrize("params,expected", [
    ([param("header", "")], f'parameter header is "": {NO_TOKEN}'),
    ([param("header", "X-One"), param("header", "x-ONE")],
     'parameter header is "x-ONE": given twice'),
    ([param("header", f"X-{i}") for i in range(9)],
     "parameter header: expected at most 8 names"),
    ([param("detail_header", REASON_HEADER.lower())],
     "expected another name than the parameter header has"),
    ([param("header", "X-One"), param("header", "X-Two"),
      param("detail_header", "X-TWO")],
     "expected another name than the parameter header has"),
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
    ("auto", "yes", "auto"), ("header", 5, "header"), ("haeder", "X-A", "haeder"),
])
def test_wrong_type_or_name(tmp_path, name, value, expected):
    """Kamailio itself refuses these."""
    lines = started(Kamailio(tmp_path / "refused", CFG / "relay.cfg",
                             (*BEFORE, DR), [param(name, value)]))
    assert any(re.search(rf"(ERROR|CRITICAL).*\b{expected}\b", line)
               for line in lines), "\n".join(lines)


@pytest.mark.parametrize("call,expected", [
    ('disconnect_reason_set("BUSY")', '"BUSY" is no reason'),
    ('disconnect_reason_set("user_rejected")', '"user_rejected" is no reason'),
    ('disconnect_reason_set("")', '"" is no reason'),
    ('disconnect_reason_set("USER_REJECTED", "Busy")', '"Busy" is no detail'),
    ('disconnect_reason_set("USER_REJECTED", "a;b=c")', '"a;b=c" is no detail'),
    ('disconnect_reason_set("USER_REJECTED", "")', '"" is no detail'),
], ids=["unknown", "lower-case", "empty", "upper-case-detail", "two-details",
        "empty-detail"])
def test_wrong_argument(refuse, tmp_path, call, expected):
    """A constant argument that can't be right is an error at start."""
    script = tmp_path / "wrong.cfg"
    script.write_text(f"request_route {{\n\t{call};\n\texit;\n}}\n")
    refuse(expected, script)


def test_loaded_before_tm(refuse, tmp_path):
    script = tmp_path / "empty.cfg"
    script.write_text("request_route {\n\texit;\n}\n")
    refuse("the module tm is not loaded: expected it before this one",
           script, ("sl", DR))
