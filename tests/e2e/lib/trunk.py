# What a trunk can do with a call: each function makes one trunk's behaviour.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A behaviour is a function of the trunk's To tag that gives a scenario.

The harness calls it with the tag, so that a test can see in the caller's final
reply whose reply it is: tag `trunk-A` is the first trunk's.
"""

from .scenario import (answer, answer_last, linger, pause, receive,
                       receive_invite, scenario)

# ms between the last provisional reply and the final one; less, and two workers
# of the proxy may overtake each other
GAP = 50


def _provisional(codes, tag, headers=()):
    return [answer(code, tag="" if code == 100 else tag, headers=headers)
            for code in codes]


def _wait(milliseconds, after):
    milliseconds = max(milliseconds, GAP if after else 0)
    return pause(milliseconds) if milliseconds else ""


def reply(code, phrase=None, headers=(), body="", kind=None, after=(), wait=0,
          early_headers=()):
    """A final failure, after provisional replies and `wait` milliseconds."""
    return lambda tag: scenario(
        receive_invite(), _provisional(after, tag, early_headers),
        _wait(wait, after),
        answer(code, phrase, headers, body, tag, kind, retrans=500),
        receive("ACK"))


def silent(after=(), milliseconds=1500, headers=()):
    """No final reply. With `after` it gets, and obeys, tm's CANCEL."""
    return lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _obey_cancel(tag) if after else linger(milliseconds))


def _obey_cancel(tag, code=487, wait=0, headers=()):
    return [receive("CANCEL"), answer_last(200, headers=headers, tag=tag),
            pause(wait) if wait else "",
            answer(code, headers=headers, tag=tag, retrans=500),
            receive("ACK")]


def cancelled(code=487, after=(180,), wait=0, headers=()):
    """Waits for a CANCEL, then ends the INVITE with `code`."""
    return lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _obey_cancel(tag, code, wait, headers))


def accept(after=(180,), headers=(), body="", wait=0, hangup=200):
    """Answers with 200, each reply with `headers`; the caller hangs up."""
    return lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _wait(wait, after),
        answer(200, headers=headers, body=body, tag=tag, retrans=500),
        receive("ACK"), receive("BYE"), answer_last(hangup))
