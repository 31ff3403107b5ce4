# What the caller does; each function makes a whole scenario.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A caller is a function of the first trunk's URI and the INVITE's headers."""

from .scenario import (ack_failure, invite, linger, maybe, pause, receive,
                       request, scenario)

LINGER = 150  # ms that a caller listens on after the end of its call
PROVISIONAL = maybe(100, 180, 183, 180, 183)


def fails(code, ack_after=0):
    """The call fails with `code`; the ACK comes after so many milliseconds."""
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL, receive(code),
        pause(ack_after) if ack_after else "", ack_failure(uri),
        linger(LINGER))


def answered():
    """The call is answered; the caller hangs up."""
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL, receive(200),
        request("ACK", uri, branch="ACK", to="[last_To:]"),
        request("BYE", uri, 2, to="[last_To:]", retrans=500), receive(200),
        linger(LINGER))
