# Plays a case for a bridge and checks how its final reply was translated.
# SPDX-License-Identifier: GPL-2.0-or-later

from pathlib import Path

import pytest

from .caller import LINGER, PROVISIONAL
from .check import REASON_HEADER, check_header, what_caller_got, what_trunk_got
from .message import distinct
from .scenario import (ack_failure, invite, label, linger, pause, receive,
                       scenario)
from .trunk import reply, silent

MAP = ("disconnect_reason", "map_file",
       str(Path(__file__).resolve().parents[1] / "maps/translated.cfg"))
FAST = "X-Test-Timers: 1200,700"
CODES, PHRASES, BOTH, GREEDY, NOTHING, KEYS = (
    f"127.0.0.{n}" for n in range(1, 7))
REJECTED, UNAVAILABLE = "USER_REJECTED", "USER_UNAVAILABLE"
FAILURE, TIMEOUT = "SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT"
NAMES = (REASON_HEADER, "X-LK-Disconnect-Detail")
DECLINE = (603, "Decline")
TIMED_OUT = (408, "Request Timeout")
END = 9  # label


def phrase_of(reason):
    """The phrase that names a reason; LiveKit SIP needs the space."""
    return f"{reason} " if reason == FAILURE else reason


def takes(*codes, ack_after=0):
    """The call fails with one of these codes."""
    *first, last = sorted(set(codes))
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL,
        [receive(code, optional="true", next=END) for code in first],
        receive(last), label(END), pause(ack_after) if ack_after else "",
        ack_failure(uri), linger(LINGER))


def one_final(call):
    final, = distinct(call.finals())
    return final


def other_status(call, status):
    """All that the caller got, its final reply with that status line."""
    line = one_final(call).start + "\r\n"
    return [text.replace(line, f"SIP/2.0 {status}\r\n", 1)
            if text.startswith(line) else text
            for text in what_caller_got(call, NAMES)]


def check_pair(plain, loaded, was, becomes, reason):
    """The status line is another one; every other byte is the same, for the
    caller, for the trunks, and what the script saw."""
    first, last = one_final(plain), one_final(loaded)
    assert (first.code, first.phrase) == was, str(first)
    assert (last.code, last.phrase) == becomes, str(last)
    check_header(loaded, last, REASON_HEADER, reason)
    assert other_status(loaded, f"{was[0]} {was[1]}") == \
        what_caller_got(plain, NAMES)
    for letter in plain.trunks | loaded.trunks:
        assert what_trunk_got(loaded, letter) == what_trunk_got(plain, letter)
    assert [(words["code"], words.get("status")) for words in loaded.logged] \
        == [(words["code"], words.get("status")) for words in plain.logged]


@pytest.fixture
def translated(case, proxies):
    """Plays a case for a bridge; returns the calls.

    was      code and phrase without the module
    becomes  with it
    """
    def play(host, trunk, was, becomes, reason, caller=None, headers=(),
             pair=None, arms=(0, 1), **options):
        pair = pair or proxies.pair("map.cfg", params=(MAP,))
        calls = case.run(trunk, caller or takes(was[0], becomes[0]), pair=pair,
                         headers=[*headers, FAST], caller_host=host, arms=arms,
                         **options)
        for arm in arms:
            check_pair(calls["plain", arm], calls["loaded", arm], was, becomes,
                       reason)
        return calls
    return play


def wordless(code):
    """A final reply without a phrase; SIPp itself would cut the last space."""
    return lambda tag: reply(code, "")(tag).replace(
        f"SIP/2.0 {code} \n", f"SIP/2.0 {code}[fold]\n")


BUSY_CODE = (486, "Decline")  # the trunk's phrase stays
AWAY = (480, "Request Timeout")
# tm's own 480 has tm's own words
TM_AWAY = (480, "Temporarily Unavailable")

ROWS = [
    ("603", reply(603), DECLINE, BUSY_CODE, REJECTED),
    ("408", reply(408), TIMED_OUT, AWAY, UNAVAILABLE),
    ("180", silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    ("183", silent((100, 183)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    # what no entry is for
    ("silence", silent(), TIMED_OUT, TIMED_OUT, TIMEOUT),
    ("100", silent((100,)), TIMED_OUT, TIMED_OUT, TIMEOUT),
    ("486", reply(486), (486, "Busy Here"), (486, "Busy Here"), REJECTED),
    ("404", reply(404), (404, "Not Found"), (404, "Not Found"), FAILURE),
    ("603-own-words", reply(603, "Not now, thanks"), (603, "Not now, thanks"),
     (486, "Not now, thanks"), REJECTED),
    ("603-no-words", wordless(603), (603, ""), (486, ""), REJECTED),
    ("603-body", reply(603, body="SIP/2.0 603 Decline\n", kind="text/plain"),
     DECLINE, BUSY_CODE, REJECTED),
]
IDS = [row[0] for row in ROWS]
PAIR_486 = (486, "Busy Here")
NOT_FOUND = (404, "Not Found")
