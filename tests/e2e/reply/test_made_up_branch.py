# A bridge that reads the phrase: tm's own 408 becomes a stored reply on a branch that
# was never sent. A trunk can forge replies for it.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
from collections import Counter

import pytest

from lib import process
from lib.check import REASON_HEADER
from lib.counted import Counted
from lib.message import Message
from lib.raw import Plan, RawCalls, fill, template
from lib.trunk_map import map_file

TIMEOUT = "CONNECTION_TIMEOUT"
# replies that a trunk may forge
CODES = (180, 486, 200, 603)


class Forger(RawCalls):
    """Its trunk says nothing, and keeps what it was sent."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sent = []

    def _trunk_got(self, raw, send):
        self.sent.append(raw)

    def invite(self):
        """The INVITE that the trunk was sent, in the last call."""
        return [raw for raw in self.sent if raw.startswith(b"INVITE ")][-1]

    def acks(self):
        return [raw for raw in self.sent if raw.startswith(b"ACK ")]

    def forge(self, code, branch):
        """A reply of the trunk for that branch of tm, after the last dot."""
        reply = fill(template(code), self.invite())
        forged = re.sub(rb"(branch=[^;\r]*\.)\d+", rb"\g<1>%d" % branch, reply,
                        count=1)
        assert forged != reply or branch == 0
        self.trunk.sendto(forged, ("127.0.0.1", self.port))


def received(proxy):
    """How many replies tm has taken so far."""
    return proxy.rpc("tm.stats")["rpl_received"]


@pytest.fixture(params=[0, 1])
def proxy(proxies, request):
    """With a bridge that reads the phrase, and tm's reparse_invite 0 or 1: what an
    ACK is made of. Of a branch that was never sent tm can make none with 1."""
    proxies.allow(r"ERROR: tm .* build_local_reparse\(\): (INVITE is missing|"
                  r"cannot build ACK request)")
    return proxies.pair("map.cfg", params=(
        map_file("phrase.cfg"), ("tm", "fr_timer", 500),
        ("tm", "reparse_invite", request.param))).loaded


def test_forged_replies(proxy):
    """Kamailio lives, and the caller has the reply of the timer. tm relays any 200,
    however late."""
    counted = Counted(proxy)
    with Forger(proxy) as raw:
        call, = raw.play([Plan(())])
        before = received(proxy)
        for code in CODES:
            raw.forge(code, 1)
        process.wait_for(lambda: received(proxy) == before + len(CODES), 5,
                         lambda: f"{received(proxy) - before} replies")
        # a reply of the branch that there is
        raw.forge(486, 0)

        def acknowledged():
            raw.listen(process.POLL)
            return raw.acks()

        process.wait_for(acknowledged, 5, "the ACK of a late 486")
    final, late = [Message(text, True) for text in call.finals()]
    assert final.start == f"SIP/2.0 408 {TIMEOUT}"
    assert final.values(REASON_HEADER) == [TIMEOUT]
    assert late.start == "SIP/2.0 200 OK" and late.values(REASON_HEADER) == []
    counted.check(Counter([f"attempts {TIMEOUT}", f"outcomes {TIMEOUT}"]),
                  {call.call_id: (TIMEOUT, ...)})
