# What a trunk can do with a call: each function makes one trunk's behaviour.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A behaviour is a function of the trunk's To tag that gives a scenario.

The harness calls it with the tag, so that a test can see in the caller's final
reply whose reply it is: tag `trunk-A` is the first trunk's. Its `fails` is the
reason that the built-in tables have for it; None: that is no failure.
"""

from .scenario import (answer, answer_last, linger, pause, receive,
                       receive_invite, scenario)

# ms between the last provisional reply and the final one; less, and two workers
# of the proxy may overtake each other
GAP = 50


REJECTED = (433, 470, 486, 600, 603, 607, 608)
UNAVAILABLE = (408, 480, 487)
CHALLENGES = (401, 407)


def failing(build, reason):
    """A behaviour that makes the call fail for that reason."""
    build.fails = reason
    return build


def _reason(code, headers):
    if code in CHALLENGES:
        return None
    if any("Q.850;cause=17" in header for header in headers):
        return "USER_REJECTED"
    return "USER_REJECTED" if code in REJECTED else \
        "USER_UNAVAILABLE" if code in UNAVAILABLE else "SIP_TRUNK_FAILURE"


def _provisional(codes, tag, headers=()):
    return [answer(code, tag="" if code == 100 else tag, headers=headers)
            for code in codes]


def _wait(milliseconds, after):
    milliseconds = max(milliseconds, GAP if after else 0)
    return pause(milliseconds) if milliseconds else ""


def reply(code, phrase=None, headers=(), body="", kind=None, after=(), wait=0,
          early_headers=()):
    """A final failure, after provisional replies and `wait` milliseconds."""
    return failing(lambda tag: scenario(
        receive_invite(), _provisional(after, tag, early_headers),
        _wait(wait, after),
        answer(code, phrase, headers, body, tag, kind, retrans=500),
        receive("ACK")), _reason(code, headers))


def silent(after=(), milliseconds=1500, headers=()):
    """No final reply. With `after` it gets, and obeys, tm's CANCEL."""
    rang = any(code > 100 for code in after)
    return failing(lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _obey_cancel(tag) if after else linger(milliseconds)),
        "USER_UNAVAILABLE" if rang else "CONNECTION_TIMEOUT")


def _obey_cancel(tag, code=487, wait=0, headers=()):
    return [receive("CANCEL"), answer_last(200, headers=headers, tag=tag),
            pause(wait) if wait else "",
            answer(code, headers=headers, tag=tag, retrans=500),
            receive("ACK")]


def cancelled(code=487, after=(180,), wait=0, headers=()):
    """Waits for a CANCEL, then ends the INVITE with `code`."""
    return failing(lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _obey_cancel(tag, code, wait, headers)), _reason(code, ()))


def accept(after=(180,), headers=(), body="", wait=0, hangup=200):
    """Answers with 200, each reply with `headers`; the caller hangs up."""
    return failing(lambda tag: scenario(
        receive_invite(), _provisional(after, tag, headers),
        _wait(wait, after),
        answer(200, headers=headers, body=body, tag=tag, retrans=500),
        receive("ACK"), receive("BYE"), answer_last(hangup)), None)
