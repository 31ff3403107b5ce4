# What must be true of calls whose trunk writes what it likes.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays the same plans with and without the module and compares."""

import re
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from .check import DETAIL_HEADER, REASON_HEADER, normal
from .raw import Plan, RawCalls, code_of, template

NAMES = (REASON_HEADER, DETAIL_HEADER)
SAID = {480: b"USER_UNAVAILABLE", 486: b"USER_REJECTED",
        487: b"USER_UNAVAILABLE", 603: b"USER_REJECTED",
        408: b"CONNECTION_TIMEOUT", 404: b"SIP_TRUNK_FAILURE", 500: b"SIP_TRUNK_FAILURE"}
# tm can't build what it would relay; the header tells of the trunk's 486
UNBUILT = b"SIP/2.0 500 Reply processing error\r\n"
# The trunk says this after each strange reply, so that each call ends
GOOD = template(480)
# What Kamailio may log about replies that it can't read; the module says nothing
ANY_COMPLAINT = r" ERROR: (?!disconnect_reason)"

# Just what normal() asks for
Seen = namedtuple("Seen", "call_id proxy caller")


def head_of(raw):
    """First line and header section, as Kamailio takes them: the first line ends
    at a LF with the CR after it, the section at a line that begins with CR or
    LF."""
    first = re.match(rb"[\r\n\t \0]*[^\n]*\n?\r?", raw).end()
    end = re.compile(rb"(?<=\n)[\r\n]").search(raw, first)
    return raw[:end.start()] if end else raw


def headers_in(raw, name=REASON_HEADER):
    """Values of all headers of that name, wherever some parser would see a
    new line."""
    return re.findall(rb"[\r\n]%s[ \t]*:[ \t]*([^\r\n]*)" % name.encode(),
                      head_of(raw), re.IGNORECASE)


def without_ours(raw, loaded):
    """The message as it is but for our headers: where the module ran its own lines
    are taken out, elsewhere the trunk's are made unreadable as it does. White
    space is all the same: a CR or LF alone becomes a space."""
    raw = raw.lstrip(b"\r\n\t \0")
    strict = raw.find(b"\r\n\r\n")
    end = strict + 4 if strict >= 0 else len(raw)
    head, body = raw[:end], raw[end:]
    for name in NAMES:
        name = name.encode()
        if loaded:
            head = re.sub(rb"\r\n%s: [^\r]*(?=\r\n)" % name, b"", head)
        else:
            head = re.sub(rb"(?<![\w.!%%*+`'~-])%s(?=[\0-\x20\x7f-\xff]*:)" % name,
                          b"-" * len(name), head, flags=re.IGNORECASE)
    head = re.sub(rb"^([^\n]*\n)[\0-\x20\x7f-\xff]+(?!\r\n)", rb"\1", head)
    return re.sub(rb"[\r\n\t ]+", b" ", head) + body


def check_header(call, raw, reason=None):
    """One header, with the reason that the code has, or with `reason`."""
    code = 486 if raw.startswith(UNBUILT) else code_of(raw)
    wanted = reason or SAID[code]
    assert headers_in(raw) == [wanted], (
        f"call {call.number}, {call.plan.replies}:\n{raw}")


def final_of(call):
    """The one final reply."""
    finals = call.finals()
    assert len(finals) == 1, (
        f"call {call.number}, {call.plan.replies}:\n{finals}")
    return finals[0]


def check_good(call):
    """A call like any other ended as it must."""
    final = final_of(call)
    assert final.startswith(b"SIP/2.0 480 "), final
    check_header(call, final)


def as_seen(call, played, loaded):
    """All that the caller got, normalised, our headers taken out."""
    seen = Seen(call.call_id, played.proxy, played)
    return [without_ours(normal(raw, seen).encode("utf-8", "surrogateescape"),
                         loaded)
            for raw in dict.fromkeys(call.received)]


def play_both(pair, plans, transport="udp", window=1):
    """Plays the plans through both of a pair, the good call after each one.

    Good calls are checked, and that nothing but our header differs. Returns
    the loaded one's calls that were planned.
    """
    mixed = [plan for one in plans for plan in (one, Plan((GOOD,)))]

    def run(raw):
        with raw:
            calls = raw.play(mixed, window)
            raw.listen(0.1)
            return calls, [as_seen(call, raw, raw.proxy is pair.loaded)
                           for call in calls], raw.strays

    sides = [RawCalls(proxy, transport) for proxy in pair]
    with ThreadPoolExecutor() as threads:
        (_, *plain), (calls, *loaded) = threads.map(run, sides)
    for call, one, other in zip(calls, plain[0], loaded[0]):
        assert other == one, f"call {call.number}: {call.plan.replies}"
    assert len(loaded[1]) == len(plain[1])
    for call in calls[1::2]:
        check_good(call)
    return calls[::2]
