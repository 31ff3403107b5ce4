# Many calls, ten at once: how often does each channel have the reason?
# SPDX-License-Identifier: GPL-2.0-or-later
"""In direct calls the trunk itself sends X-Lk-Test-Id: what is lost then is
lost within LiveKit."""

import asyncio

from agent import AT_ONCE
from edge import DIRECT, PROFILES
from report import table
from rows import REJECTED
from trunk import TAGGED

ATTRIBUTE_SHARE = 0.99  # expected; it races with the leave in LiveKit
TITLES = ["way", "wait_until_answered", "calls", "error's status",
          "lktest.id", "disconnect_reason", "participant_left",
          "its lktest.id", "s"]


async def play_storms(agent, ways, calls):
    """Prints the table; returns what was wrong.

    All calls go through the edge with wait_until_answered, where the error must
    have the reason each time; a fifth of them go each other way.
    """
    rows, wrong = [], []
    for way in (DIRECT, PROFILES[0]):
        for wait in (True, False):
            some = calls if way != DIRECT and wait else max(calls // 5, 100)
            row = await _storm(agent, ways, way, wait, some)
            rows.append(row)
            wrong += _wrong(way, wait, some, row)
    print(f"\n{AT_ONCE} calls failing at once\n")
    print(table(TITLES, rows), flush=True)
    return wrong


async def _storm(agent, ways, way, wait, calls):
    trunk = await agent.trunk(ways.addresses[way, "obeys"])
    number = TAGGED if way == DIRECT else "486"
    left, seen = iter(range(calls)), []

    async def dial():
        for _ in left:
            seen.append(await agent.call(trunk, number, wait))

    start = asyncio.get_running_loop().time()
    await asyncio.gather(*(dial() for _ in range(AT_ONCE)))
    seconds = asyncio.get_running_loop().time() - start
    assert len(seen) == calls
    return [way, wait, calls,
            sum(one.status == REJECTED for one in seen) if wait else "-",
            sum(one.attribute == REJECTED for one in seen),
            sum(one.reason == REJECTED for one in seen),
            sum(one.webhook.get("event") == "participant_left"
                for one in seen),
            sum(one.webhook_attribute == REJECTED for one in seen),
            round(seconds)]


def _wrong(way, wait, calls, row):
    if way == DIRECT:
        return
    status, attribute = row[3:5]
    if wait and status != calls:
        yield f"error's status in {status} of {calls} calls"
    if attribute < ATTRIBUTE_SHARE * calls:
        yield f"lktest.id in {attribute} of {calls} calls, wait {wait}"
