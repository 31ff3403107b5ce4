# What an expected outcome means for the counters and the events.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests write these down only where the defaults here do not fit."""

import re
from collections import Counter

CHALLENGES = (401, 407)
CANCELLED = "CLIENT_INITIATED"


def told(expect):
    """Reason of the outcome that counts; None: it counts as none."""
    if isinstance(expect.told, str):
        return expect.told
    counts = expect.code not in CHALLENGES if expect.told is None \
        else expect.told
    return expect.reason if counts else None


def event(expect):
    """Reason and detail that the event shows; Ellipsis where nobody says."""
    if expect.detail is None:
        return told(expect), ...
    found = re.search(r"(?:^|;)detail=([^;]+)", expect.detail)
    return told(expect), found[1] if found else "<null>"


def attempts(expect, trunk, fork, then):
    """Reasons of the attempts that count.

    A call that its caller cancels ends each of its branches so. Otherwise a
    failover shows in what failure_route saw, each branch of a fork counts by
    itself, and a single trunk is why the call failed.
    """
    if expect.attempts is not None:
        return expect.attempts
    if trunk is None:
        return ()
    reasons = [told(expect)] if told(expect) else []
    if then:
        return (*expect.unarmed, *reasons)
    branches = [trunk, *fork]
    if expect.reason == CANCELLED:
        return [CANCELLED] * len(branches)
    if fork or "source=script" in (expect.detail or ""):
        return [branch.fails for branch in branches if branch.fails]
    return reasons


def moved(expect, reasons):
    """Counter of what one call moves."""
    found = Counter(f"attempts {reason}" for reason in reasons)
    if told(expect):
        found[f"outcomes {told(expect)}"] += 1
    found["spoofed_removed"] = expect.spoofed
    found["unclassified"] = expect.unclassified
    return found
