# Dials each row directly and through the edge, all at once.
# SPDX-License-Identifier: GPL-2.0-or-later

import asyncio

from edge import DIRECT, PROFILES
from report import side_by_side
from rows import ROWS, TRANSLATED

WAYS = (DIRECT, *PROFILES)
DETAIL = "sip.telnyx.callSessionID"  # attribute that X-call_session_id makes
LOST = "CONNECTION_TIMEOUT"  # LiveKit's own reason when it lost the leave
TRIES = 3
ALONE = [row for row in ROWS if row.within]  # dialled with one trunk, too


async def play_rows(agent, ways):
    """Prints the tables; returns what was wrong."""
    dialled = [(row, way, wait) for row in ROWS for way in WAYS
               for wait in (True, False)]
    seen = await asyncio.gather(*(_dial(agent, ways, *one)
                                  for one in dialled))
    calls = dict(zip(dialled, seen))
    wrong = []
    for wait in (True, False):
        print(f"\nwait_until_answered = {wait}\n")
        some = {(row, way): calls[row, way, wait]
                for row in ROWS for way in WAYS}
        print(side_by_side(ROWS, WAYS, some), flush=True)
        wrong += [f"{row.name} ({way}, wait {wait}): {what}"
                  for row in ROWS for way in PROFILES
                  for what in _wrong(row, way, some[row, way], wait)]
    return wrong + await _one_trunk(agent, ways)


async def _dial(agent, ways, row, way, wait):
    kind = "refuses" if row.refuses else "obeys"
    trunk = await agent.trunk(ways.addresses[way, kind], row.password,
                              "tcp" if row.refuses and way == DIRECT
                              else "udp")
    for _ in range(TRIES):
        seen = await agent.call(trunk, row.dialled, wait,
                                row.ringing if way == DIRECT else None)
        if seen.reason != LOST or (way != DIRECT
                                   and seen.attribute != row.reason):
            break
        print(f"LiveKit lost the leave of {row.name} ({way}): dialled again",
              flush=True)
    return seen


def _wrong(row, way, seen, wait, trunks=2):
    if seen.attribute != row.reason:
        yield f"attribute {seen.attribute!r}, not {row.reason}"
    if "detail=" not in seen.attributes.get(DETAIL, ""):
        yield f"no detail in {seen.attributes}"
    if wait and not row.bare and seen.status != row.reason:
        yield f"error {seen.error}, not {row.reason}"
    if way == PROFILES[1] and row.name in TRANSLATED \
            and seen.reason != row.reason:
        yield f"disconnect_reason {seen.reason}, not {row.reason}"
    if wait and row.within and seen.told > row.within[2 - trunks]:
        yield f"told after {seen.told:.1f} s"


async def _one_trunk(agent, ways):
    """One trunk that leaves LiveKit waiting: the reason comes in time."""
    dialled = [(row, way) for row in ALONE for way in PROFILES]
    seen = await asyncio.gather(*(_alone(agent, ways, *one)
                                  for one in dialled))
    calls = dict(zip(dialled, seen))
    print("\nOne trunk\n")
    print(side_by_side(ALONE, PROFILES, calls), flush=True)
    return [f"{row.name}, one trunk ({way}): {what}"
            for (row, way), one in calls.items()
            for what in _wrong(row, way, one, True, trunks=1)]


async def _alone(agent, ways, row, way):
    trunk = await agent.trunk(ways.addresses[way, "alone"])
    return await agent.call(trunk, row.dialled, ringing=None)
