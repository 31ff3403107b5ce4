# The agent: it joins a room, dials, and sees how the callee leaves.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Uses LiveKit's own Python SDK throughout, as an agent would."""

import asyncio
import contextlib
import time
import uuid
from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration
from livekit import api, rtc

from bridge import KEY, SECRET

CALLEE = "callee"
DEADLINE = 60  # s for one call to end
AT_ONCE = 10  # most calls at the same time
REASONS = rtc.DisconnectReason


@dataclass
class Seen:
    """How one call ended.

    reason      participant.disconnect_reason; "" when it never left
    attributes  participant.attributes at that moment
    error       metadata of the error of CreateSIPParticipant; None: no error
    message     that error's text
    webhook     the participant of the webhook, and its event
    seconds     from the dial until the callee left
    told        from the dial until its error, s
    """
    reason: str = ""
    attributes: dict = field(default_factory=dict)
    error: dict | None = None
    message: str = ""
    webhook: dict = field(default_factory=dict)
    seconds: float = 0
    told: float = 0

    @property
    def attribute(self):
        return self.attributes.get("lktest.id", "")

    @property
    def status(self):
        """The phrase; a space follows SIP_TRUNK_FAILURE, see doc/map.md."""
        return (self.error or {}).get("sip_status", "").strip()

    @property
    def status_code(self):
        return (self.error or {}).get("sip_status_code", "")

    @property
    def webhook_reason(self):
        return self.webhook.get("disconnectReason", "")

    @property
    def webhook_attribute(self):
        return self.webhook.get("attributes", {}).get("lktest.id", "")


class Agent:
    """Dials through one bridge; trunks are made at their first use."""

    def __init__(self, bridge):
        self.bridge, self.trunks = bridge, {}
        self.free = asyncio.Semaphore(AT_ONCE)
        self.api = api.LiveKitAPI(bridge.url.replace("ws", "http", 1), KEY,
                                  SECRET)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.api.aclose()

    async def trunk(self, address, password="", transport="udp"):
        """The id of LiveKit's outbound trunk with that address."""
        key = address, password, transport
        if key not in self.trunks:
            self.trunks[key] = asyncio.ensure_future(self._make(*key))
        return await self.trunks[key]

    async def _make(self, address, password, transport):
        made = await self.api.sip.create_outbound_trunk(
            api.CreateSIPOutboundTrunkRequest(trunk=api.SIPOutboundTrunkInfo(
                name=uuid.uuid4().hex, address=address,
                numbers=["+15105550100"],
                transport=f"SIP_TRANSPORT_{transport.upper()}",
                auth_username="agent" if password else "",
                auth_password=password)))
        return made.sip_trunk_id

    @contextlib.asynccontextmanager
    async def room(self):
        """A room of its own, joined; gives it and its name."""
        name = uuid.uuid4().hex
        token = api.AccessToken(KEY, SECRET).with_identity("agent") \
            .with_grants(api.VideoGrants(room_join=True, room=name)).to_jwt()
        room = rtc.Room()
        await room.connect(self.bridge.url, token)
        try:
            yield room, name
        finally:
            await room.disconnect()

    async def call(self, trunk, number, wait=True, ringing=20, answered=None):
        """Dials and returns what was Seen.

        trunk     the LiveKit trunk's id
        wait      wait_until_answered
        ringing   ringing_timeout, s; None: LiveKit's own
        answered  what to do with the Room of an answered call
        """
        async with self.free, self.room() as (room, name):
            left = asyncio.get_running_loop().create_future()
            room.on("participant_disconnected",
                    lambda who: left.done() or left.set_result(
                        (REASONS.Name(who.disconnect_reason),
                         dict(who.attributes))))
            seen, start = Seen(), time.monotonic()
            await self._dial(seen, trunk, number, name, wait, ringing)
            if answered:
                assert seen.error is None, seen
                await answered(room, name)
            with contextlib.suppress(asyncio.TimeoutError):
                seen.reason, seen.attributes = await asyncio.wait_for(
                    left, DEADLINE)
            seen.seconds = time.monotonic() - start
            seen.webhook = await self._webhook(name)
            return seen

    async def _dial(self, seen, trunk, number, name, wait, ringing):
        asked = api.CreateSIPParticipantRequest(
            sip_trunk_id=trunk, sip_call_to=number, room_name=name,
            participant_identity=CALLEE, wait_until_answered=wait)
        start = time.monotonic()
        if ringing is not None:
            asked.ringing_timeout.CopyFrom(Duration(seconds=ringing))
        try:
            await self.api.sip.create_sip_participant(asked, timeout=DEADLINE)
        except api.TwirpError as error:
            seen.error, seen.message = dict(error.metadata), error.message
            seen.told = time.monotonic() - start

    async def _webhook(self, name):
        """The participant_left event, which comes a little later."""
        for _ in range(100):
            if (name, CALLEE) in self.bridge.webhooks.left:
                return self.bridge.webhooks.left.pop((name, CALLEE))
            await asyncio.sleep(0.1)
        return {}
