# What the caller does; each function makes a whole scenario.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A caller is a function of the first trunk's URI and the INVITE's headers."""

from .scenario import (ack_failure, invite, label, linger, maybe, pause,
                       receive, request, scenario)

LINGER = 150  # ms that a caller listens on after the end of its call
# ms after tm's 100 in which the INVITE has gone to the trunk. A CANCEL that comes
# before ends the call without it, and the trunk waits in vain.
SENT_ON = 300
GAP = 50  # ms between ACK and BYE, or two workers may overtake each other
PROVISIONAL = maybe(100, 180, 183, 180, 183)


def fails(code, ack_after=0):
    """The call fails with `code`; the ACK comes after so many milliseconds."""
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL, receive(code),
        pause(ack_after) if ack_after else "", ack_failure(uri),
        linger(LINGER))


def asks_again(code):
    """Sends the INVITE once more after its final reply, and only then an ACK.

    SIPp takes the second reply while it pauses, see ANY_ORDER.
    """
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL, receive(code),
        invite(uri, headers, retrans=None), pause(LINGER), ack_failure(uri),
        linger(LINGER))


def answered(code=200, hangup=200):
    """The call is answered; the caller hangs up and gets `hangup` for it."""
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL, receive(code, rrs="true"),
        _hang_up(hangup), linger(LINGER))


def _hang_up(code=200):
    return [request("ACK", "[next_url]", branch="ACK", to="[last_To:]"),
            pause(GAP),
            request("BYE", "[next_url]", 2, to="[last_To:]", retrans=500),
            receive(code)]


def cancels(code, after=180, wait=0, ack_after=0):
    """Cancels once `after` has come; the call ends with `code`.

    With `wait` it waits so many ms more, or until a second 180 comes. The 200
    to the CANCEL and the final reply come in any order. A final reply that
    overtakes `after` ends the call without a CANCEL. The ACK comes after
    `ack_after` milliseconds.
    """
    late = pause(ack_after) if ack_after else ""
    return lambda uri, headers: scenario(
        invite(uri, headers), maybe(100, 183) if after > 100 else "",
        receive(code, optional="true", next=3), receive(after),
        [receive(180, timeout=wait, ontimeout=4), label(4)]
        if wait else "",
        request("CANCEL", uri, branch="INVITE1", retrans=500),
        maybe(180, 183), receive(200, optional="true", next=1),
        receive(code), late, ack_failure(uri), receive(200, next=2),
        label(1), maybe(180, 183), receive(code),
        label(3), late, ack_failure(uri),
        label(2), linger(LINGER))


def too_late():
    """Cancels a ringing call that is answered all the same, and hangs up."""
    return lambda uri, headers: scenario(
        invite(uri, headers), maybe(100), receive(180),
        request("CANCEL", uri, branch="INVITE1", retrans=500),
        receive(200), receive(200, rrs="true"), _hang_up(), linger(LINGER))


def asks(method, code):
    """Sends one request outside of any dialog, which fails with `code`."""
    return lambda uri, headers: scenario(
        request(method, uri, headers=headers, retrans=500), maybe(100),
        receive(code), linger(LINGER))
