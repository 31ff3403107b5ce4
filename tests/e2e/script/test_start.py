# Scripts and parameters of them that Kamailio must refuse at start.
# SPDX-License-Identifier: GPL-2.0-or-later

import re

import pytest

from lib import process
from lib.engines import DR, MAP
from lib.kamailio import Kamailio
from lib.proxies import BEFORE

WITH_MAP = (DR, "map_file", str(MAP))


ROUTES = {
    "request": "request_route {{ {} ; }}",
    "failure": "request_route {{ t_relay(); }} failure_route[X] {{ {} ; }}",
    "branch": "request_route {{ t_relay(); }} branch_route[X] {{ {} ; }}",
    "onreply": "request_route {{ t_relay(); }} onreply_route[X] {{ {} ; }}",
    "any reply": "request_route {{ t_relay(); }} onreply_route {{ {} ; }}",
}


@pytest.fixture
def refused(tmp_path):
    """Starts Kamailio, which must refuse to; gives its lines of the error.

    call    statement of the script, in that route
    params  parameters
    """
    def play(call, params=(), route="request"):
        script = tmp_path / "wrong.cfg"
        script.write_text(ROUTES[route].format(call) + "\n")
        proxy = Kamailio(tmp_path / "kamailio", script, (*BEFORE, DR), params)
        proxy.spawn()
        try:
            assert proxy.child.wait(20) != 0
        finally:
            process.end(proxy.child)
        return [line for line in proxy.lines()
                if re.search("ERROR|CRITICAL", line)]
    return play


def ours(lines):
    return [line for line in lines if f"ERROR: {DR} [" in line]


WATCH, SET, TRUNK = (f"disconnect_reason_{name}"
                     for name in ("watch", "set", "trunk"))


@pytest.mark.parametrize("call,said", [
    (f'{WATCH}("three")', f'{WATCH}: "three" is not a profile: expected one '
     'in the map, or "default"'),
    (f'{SET}("BUSY")', f'{SET}: "BUSY" is not a reason: expected a name of '
     "LiveKit's DisconnectReason, such as SIP_TRUNK_FAILURE"),
    (f'{SET}("")', f'{SET}: "" is not a reason'),
    (f'{SET}("USER_REJECTED", "Busy")', f'{SET}: "Busy" is not a detail: '
     "expected 1 to 32 bytes of a-z, 0-9 and -"),
    (f'{SET}("USER_REJECTED", "{"x" * 33}")', "is not a detail"),
    (f'{TRUNK}("")', f'{TRUNK}: "" is not a name: expected a token of 1 to 64'
     " bytes"),
    (f'{TRUNK}("a b")', f'{TRUNK}: "a b" is not a name'),
    (f'{TRUNK}("{"x" * 65}")', "is not a name"),
    (f'{TRUNK}("three")', f'{TRUNK}: "three" is not a trunk in the map'),
], ids=str)
def test_wrong_constant(refused, call, said):
    """One line of ours says which function, what it got and what is right."""
    line, = ours(refused(call, [WITH_MAP]))
    assert said in line


def test_profile_without_map(refused):
    line, = ours(refused(f'{WATCH}("one")'))
    assert '"one" is not a profile' in line


IGNORE = "disconnect_reason_ignore()"
REPLIES = ["onreply", "any reply"]


@pytest.mark.parametrize("call,route", [
    *((call, route) for call in (f"{WATCH}()", IGNORE)
      for route in ("failure", "branch", *REPLIES)),
    *((f'{SET}("USER_REJECTED")', route) for route in ("branch", "any reply")),
    *((f'{TRUNK}("one")', route) for route in REPLIES),
])
def test_wrong_route(refused, call, route):
    """Kamailio itself says that the function has no place there."""
    name, _, _ = call.partition("(")
    assert f"misused command {name}" in refused(call, [WITH_MAP], route)[0]


@pytest.mark.parametrize("name", ["resaon", "reasons", "5"])
def test_wrong_field(refused, name):
    lines = ours(refused(f"$var(x) = $dr({name})"))
    assert f"$dr({name}): expected reason, number, detail, source, code, " \
        "q850, trunk, bridge, profile, rule, ringing or history" in lines[0]


def test_field_is_not_written(refused):
    assert any("read only" in line.lower()
               for line in refused('$dr(reason) = "USER_REJECTED"'))


@pytest.mark.parametrize("name", ["$xavp(dr)", "d r", "dr=>reason"])
def test_wrong_xavp(refused, name):
    line, = ours(refused("exit", [(DR, "xavp", name)]))
    assert f'parameter xavp is "{name}": expected the name alone' in line


def test_event_callback_without_kemi(refused):
    line, = ours(refused("exit", [(DR, "event_callback", "OUTCOME")]))
    assert 'parameter event_callback is "OUTCOME": expected a script in a ' \
        "KEMI language" in line
