# What must not break: calls that are answered, keys, hang-ups, passwords.
# SPDX-License-Identifier: GPL-2.0-or-later

import asyncio

from livekit import api

from agent import CALLEE
from edge import DIRECT, PROFILES
from report import TITLES, shown, table
from rows import RIGHT_PASSWORD
from trunk import ANSWERS, CHALLENGES, HANGS_UP

KEY_PRESSED, KEY_HEARD = 5, 7  # by the agent, by the callee


async def play_answered(agent, ways):
    """Prints the table; returns what was wrong."""
    rows, wrong = [], []
    for way in (DIRECT, *PROFILES):
        for name, play in PLAYS.items():
            trunk = await agent.trunk(
                ways.addresses[way, "obeys"],
                RIGHT_PASSWORD if play is _challenged else "")
            seen, found = await play(agent, ways, trunk)
            rows.append([name, way, *shown(seen)])
            wrong += [f"{name} ({way}): {what}" for what in found]
    print("\nAnswered calls\n")
    print(table(["call", "way", *TITLES], rows), flush=True)
    return wrong


async def _keys(agent, ways, trunk):
    """Keys in both directions, then the agent hangs up."""
    phone, heard = ways.phone, asyncio.Queue()
    phone.heard.clear()

    async def talk(room, name):
        room.on("sip_dtmf_received", lambda dtmf: heard.put_nowait(dtmf.code))
        await room.local_participant.publish_dtmf(code=KEY_PRESSED,
                                                  digit=str(KEY_PRESSED))
        await _until(lambda: phone.heard)
        phone.press(KEY_HEARD)
        await asyncio.wait_for(heard.get(), 10)
        await _remove(agent, name)

    seen = await agent.call(trunk, ANSWERS, answered=talk)
    found = [] if phone.heard == [KEY_PRESSED] else [f"keys {phone.heard}"]
    return seen, found + _stale(seen)


async def _hung_up(agent, _ways, trunk):
    """The callee hangs up."""
    async def wait(*_):
        pass

    seen = await agent.call(trunk, HANGS_UP, answered=wait)
    return seen, _stale(seen)


async def _challenged(agent, _ways, trunk):
    """The trunk wants a password, and gets the right one."""
    async def hang_up(_room, name):
        await _remove(agent, name)

    seen = await agent.call(trunk, CHALLENGES, answered=hang_up)
    return seen, _stale(seen)


async def _remove(agent, name):
    await agent.api.room.remove_participant(
        api.RoomParticipantIdentity(room=name, identity=CALLEE))


async def _until(condition, seconds=10):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def _stale(seen):
    """Of an answered call no reason of a failure must be left."""
    return [f"lktest.id is {seen.attribute}"] if seen.attribute else []


PLAYS = {
    "keys both ways, agent hangs up": _keys,
    "callee hangs up": _hung_up,
    "401, right password": _challenged,
}
