# The seven binding rows, over UDP and TCP, and the ways of silence.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.case import outcome
from lib.trunk import reply, silent

FAST = ["X-Test-Timers: 1200,700"]  # fr_inv_timer, fr_timer in ms

ROWS = [
    (reply(486), outcome(486, "Busy Here", "USER_REJECTED")),
    (reply(480), outcome(480, "Temporarily Unavailable", "USER_UNAVAILABLE")),
    (reply(603), outcome(603, "Decline", "USER_REJECTED")),
    (reply(408), outcome(408, "Request Timeout", "USER_UNAVAILABLE")),
    (reply(404), outcome(404, "Not Found", "SIP_TRUNK_FAILURE")),
    (reply(500), outcome(500, "Server Internal Error", "SIP_TRUNK_FAILURE")),
    (silent(), outcome(408, "Request Timeout", "CONNECTION_TIMEOUT")),
]
NAMES = ["486", "480", "603", "408", "404", "500", "silence"]
TRANSPORTS = [("udp", "udp"), ("udp", "tcp"), ("tcp", "udp"), ("tcp", "tcp")]


@pytest.mark.parametrize("caller,trunk_side", TRANSPORTS)
@pytest.mark.parametrize("trunk,expect", ROWS, ids=NAMES)
def test_row(case, trunk, expect, caller, trunk_side):
    case(trunk, expect, headers=FAST, caller_transport=caller,
         trunk_transport=trunk_side)


@pytest.mark.parametrize("code", [486, 480, 603, 408, 404, 500])
@pytest.mark.parametrize("after", [(100,), (180,), (100, 183)])
def test_row_after_provisional(case, code, after):
    expect = ROWS[NAMES.index(str(code))][1]
    case(reply(code, after=after), expect)


@pytest.mark.parametrize("after,reason", [
    ((100,), "CONNECTION_TIMEOUT"),
    ((180,), "USER_UNAVAILABLE"),
    ((100, 180), "USER_UNAVAILABLE"),
    ((183,), "USER_UNAVAILABLE"),
    ((100, 183), "USER_UNAVAILABLE"),
    ((180, 183), "USER_UNAVAILABLE"),
])
def test_silence_after_provisional(case, after, reason):
    case(silent(after), outcome(408, "Request Timeout", reason), headers=FAST)
