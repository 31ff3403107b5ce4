# The calls, and what an agent must see of each one through the edge.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import dataclass

from trunk import (BLOCKED, BODY, CHALLENGES, PASSWORD, RINGS, SILENT, TRYING,
                   TWILIO, WRONG)

REJECTED, UNAVAILABLE, TRUNK_FAILURE, TIMEOUT = (
    "USER_REJECTED", "USER_UNAVAILABLE", "SIP_TRUNK_FAILURE",
    "CONNECTION_TIMEOUT")


@dataclass(frozen=True)
class Row:
    """One call.

    name      what the trunk does
    dialled   the number, see trunk.py
    reason    what the agent must read
    bare      LiveKit then gives the error no status, so only the attribute
              can have the reason
    password  what LiveKit answers a challenge with
    refuses   the trunk's TCP port is closed
    ringing   ringing_timeout of the direct call, s; None: LiveKit's own, as
              through the edge
    within    s within which the reason must arrive through the edge, with two
              trunks and with one: a little more than its default times
    """
    name: str
    dialled: str
    reason: str
    bare: bool = False
    password: str = ""
    refuses: bool = False
    ringing: int | None = 20
    within: tuple[int, int] | None = None


SEVEN = (  # 500 and 503 are one of them
    Row("486", "486", REJECTED),
    Row("480", "480", UNAVAILABLE),
    Row("603", "603", REJECTED),
    Row("408", "408", UNAVAILABLE),
    Row("404", "404", TRUNK_FAILURE),
    Row("500", "500", TRUNK_FAILURE),
    Row("503", "503", TRUNK_FAILURE),
    Row("silence", SILENT, TIMEOUT, ringing=None, within=(12, 6)),
)
ROWS = (
    *SEVEN,
    Row("100 and nothing more", TRYING, TIMEOUT, ringing=None,
        within=(18, 9)),
    Row("rings, no answer", RINGS, UNAVAILABLE, ringing=8, within=(27, 27)),
    Row("488", "488", TRUNK_FAILURE),
    Row("401, wrong password", CHALLENGES, TRUNK_FAILURE, bare=True,
        password=WRONG),
    Row("603+ (blocked)", BLOCKED, REJECTED),
    Row("486, X-Twilio-Error", TWILIO, REJECTED),
    Row("486 with a body", BODY, REJECTED),
    Row("refuses TCP", "486", TRUNK_FAILURE, refuses=True),
)
RIGHT_PASSWORD = PASSWORD
# Rows whose own reason in LiveKit the profile livekit-sip-1.2 corrects
TRANSLATED = ("486", "480", "603", "408")
