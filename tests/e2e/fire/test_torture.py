# Replies made of RFC 4475's and RFC 5118's messages, and other strange ones.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Behind each strange reply the trunk says 480, so that a call whose reply
Kamailio can't read ends, too; then a good call follows. What the caller gets is
the same as without the module, but for one header, which fits the code."""

import pytest

from lib.proxies import BEFORE
from lib.raw import Plan, code_of, template
from lib.strange import (DROPPED, PASSED, RELAYED, RFC_4475, RFC_5118, SHAPES,
                         SPOOF)
from lib.torture import (ANY_COMPLAINT, GOOD, SAID, UNBUILT, check_header,
                         final_of, headers_in, play_both)


# for calls whose connection is out of step: fr_inv_timer and fr_timer
TIMERS = ("X-Test-Timers: 700,400",)
STUCK = "stuck"  # Kamailio waits for the rest; the call ends by a timer
BROKEN = "broken"  # tm can't build what it would relay
# Over TCP Kamailio parses up to Content-Length, and ends a connection with a
# message that it can't read
OVER_TCP = {
    **dict.fromkeys(("clerr", "ncl", "quotbal", "lwsstart", "badvers",
                     "bigcode", "insuf", "length-too-long", "length-huge",
                     "length-word"), STUCK),
    **dict.fromkeys(("intmeth", "esc02", "scalarlg", "nul-in-name", "nul-line",
                     "utf-8", "no-colon", "no-name", "no-end",
                     "no-end-of-line"), BROKEN),
    # it goes on to the next CRLF, in the reply after
    **dict.fromkeys(("cr-only", "first-line"), RELAYED),
}

# Good replies that come in pieces, and ones that UDP can't carry
LONG = {
    "plain": template(486, ["Reason: Q.850;cause=17"]),
    "spoof": template(486, [SPOOF, "X-LK-Disconnect-Reason :\r\n ROOM_DELETED"],
                      "body"),
    "64-kb-body": template(486, ["Content-Type: text/plain", SPOOF], "x" * 65536),
    "64-kb-head": template(486, ["X-Long: " + "x" * 65536, SPOOF]),
    "64-kb-reason": template(486, ["Reason: " + "x;a=b," * 11000 + "Q.850"]),
    "9000-headers": template(486, [*["X-A: 1"] * 9000, SPOOF]),
}


@pytest.fixture
def pair(proxies):
    proxies.allow(ANY_COMPLAINT)
    return proxies.pair("torture.cfg", before=(*BEFORE, "kex"), workers=1)


def made_of(calls):
    """What Kamailio made of each strange reply; each call has one final reply
    of tm, with its header."""
    for call in calls:
        finals = call.finals()
        *passed, final = finals
        check_header(call, final)
        assert len(passed) <= 1, finals
        for other in passed:
            assert headers_in(other) == [], finals
        yield PASSED if passed else DROPPED if code_of(final) == 480 \
            else STUCK if code_of(final) == 408 \
            else BROKEN if UNBUILT in final else RELAYED


def played(pair, replies, transport="udp", **options):
    plans = [Plan((raw, GOOD), TIMERS, **options)
             for raw, _ in replies.values()]
    return dict(zip(replies, made_of(play_both(pair, plans, transport))))


TABLES = pytest.mark.parametrize("replies", [RFC_4475, RFC_5118, SHAPES],
                                 ids=["rfc4475", "rfc5118", "shapes"])


@TABLES
def test_udp(pair, replies):
    assert played(pair, replies) == {
        name: made for name, (_, made) in replies.items()}


@TABLES
def test_tcp(pair, replies):
    """The connection ends after each strange reply, read or not."""
    assert played(pair, replies, "tcp", reuse=False) == {
        name: OVER_TCP.get(name, made) for name, (_, made) in replies.items()}


def test_lines_before(pair):
    """Kamailio skips them; the Reason header after them counts as ever."""
    reply = template(404, ["Reason: Q.850;cause=17"])
    plans = [Plan((before * 200 + reply,))
             for before in (b"", b"\r\n", b" \t\0\r\n")]
    for call in play_both(pair, plans):
        check_header(call, final_of(call), SAID[486])


def test_no_class_of_sip(pair):
    """tm relays a code from 700 on like any other; SIPp knows none."""
    codes = (700, 850, 999)
    plans = [Plan((template(code, ["Reason: Q.850;cause=34", SPOOF],
                            phrase="Odd"),)) for code in codes]
    calls = play_both(pair, plans)
    assert [code_of(final_of(call)) for call in calls] == list(codes)
    for call in calls:
        check_header(call, final_of(call), b"USER_REJECTED")


def test_cut(pair):
    """Wherever a segment ends: in a name of ours, in a CRLF, in the CSeq."""
    plans = [Plan((LONG[name],), cut=cut) for name in ("plain", "spoof")
             for cut in (1, 2, 7, 200)]
    assert set(made_of(play_both(pair, plans, "tcp"))) == {RELAYED}


def test_long(pair):
    plans = [Plan((raw,), cut=cut) for raw in LONG.values()
             for cut in (0, 3000)]
    assert set(made_of(play_both(pair, plans, "tcp"))) == {RELAYED}
