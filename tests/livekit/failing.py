# Dials each row direct and through the edge, all at once.
# SPDX-License-Identifier: GPL-2.0-or-later

import asyncio

from edge import DIRECT, PROFILES
from report import side_by_side, table, shown
from rows import ROWS, SEVEN, TRANSLATED

WAYS = (DIRECT, *PROFILES)
DETAIL = "sip.telnyx.callSessionID"  # attribute that X-call_session_id makes
LOST = "CONNECTION_TIMEOUT"  # LiveKit's own reason when it lost the leave
TRIES = 3
SOON = 6  # s after which the caller of a silent trunk must know


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
    return wrong + await _silent_alone(agent, ways)


async def _dial(agent, ways, row, way, wait):
    kind = "refuses" if row.refuses else "obeys"
    trunk = await agent.trunk(ways.addresses[way, kind], row.password,
                              "tcp" if row.refuses and way == DIRECT
                              else "udp")
    for _ in range(TRIES):
        seen = await agent.call(trunk, row.dialled, wait,
                                row.ringing if way == DIRECT else 20)
        if seen.reason != LOST or (way != DIRECT
                                   and seen.attribute != row.reason):
            break
        print(f"LiveKit lost the leave of {row.name} ({way}): dialled again",
              flush=True)
    return seen


def _wrong(row, way, seen, wait):
    if seen.attribute != row.reason:
        yield f"attribute {seen.attribute!r}, not {row.reason}"
    if "detail=" not in seen.attributes.get(DETAIL, ""):
        yield f"no detail in {seen.attributes}"
    if wait and not row.bare and seen.status != row.reason:
        yield f"error {seen.error}, not {row.reason}"
    if way == PROFILES[1] and row.name in TRANSLATED \
            and seen.reason != row.reason:
        yield f"disconnect_reason {seen.reason}, not {row.reason}"


async def _silent_alone(agent, ways):
    """One silent trunk and no other: the caller is told soon."""
    row, wrong = SEVEN[-1], []
    seen = await asyncio.gather(*(_alone(agent, ways, way)
                                  for way in PROFILES))
    print("\nOne trunk, which is silent\n")
    print(table(["way", "disconnect_reason", "lktest.id", "error's status",
                 "webhook", "s"],
                [[way, *shown(one)] for way, one in zip(PROFILES, seen)]))
    for way, one in zip(PROFILES, seen):
        wrong += [f"silence, one trunk ({way}): {what}"
                  for what in _wrong(row, way, one, True)]
        if one.seconds > SOON:
            wrong.append(f"silence, one trunk ({way}): {one.seconds:.1f} s")
    return wrong


async def _alone(agent, ways, way):
    trunk = await agent.trunk(ways.addresses[way, "alone"])
    return await agent.call(trunk, SEVEN[-1].dialled)
