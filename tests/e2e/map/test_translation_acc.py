# What acc writes of a translated reply.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import process, translation
from lib.acc import accounted, rows
from lib.translation import (AWAY, BOTH, BUSY_CODE, CODES, DECLINE, MAP,
                             PHRASES, REJECTED, TIMED_OUT, TM_AWAY,
                             UNAVAILABLE, one_final)
from lib.trunk import reply, silent

translated = translation.translated  # fixture


@pytest.fixture
def pair(proxies):
    return accounted(proxies, params=(MAP,))


def trunk_replied(call):
    """The final reply is the trunk's, not tm's."""
    return "tag=trunk-A" in one_final(call).value("To")


@pytest.mark.parametrize("host,trunk,was,becomes,reason", [
    (CODES, reply(603), DECLINE, BUSY_CODE, REJECTED),
    (BOTH, reply(603), DECLINE, (486, REJECTED), REJECTED),
    (CODES, reply(408), TIMED_OUT, AWAY, UNAVAILABLE),
    (CODES, silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    (BOTH, silent((180,)), TIMED_OUT, (480, UNAVAILABLE), UNAVAILABLE),
    (PHRASES, reply(486), (486, "Busy Here"), (486, REJECTED), REJECTED),
], ids=["603", "603-phrase", "408", "180", "180-phrase", "486-phrase"])
def test_acc(translated, pair, host, trunk, was, becomes, reason):
    """The row of the call tells what the caller was sent.

    The row of the missed call tells what the trunk said where there is a
    failure_route, or where tm made its reply up. A trunk's own reply that no
    failure_route sees is translated before acc writes that row.
    """
    calls = translated(host, trunk, was, becomes, reason, pair=pair)
    for (name, arm), call in calls.items():
        found = process.wait_for(
            lambda one=call: len(rows(one)) >= 2 and rows(one), 5,
            "two rows of acc")
        (missed, *_), (sent, *_) = (
            [row for row in found if row[0] == kind]
            for kind in ("missed", "call"))
        early = name == "loaded" and not arm and trunk_replied(call)
        assert int(missed[2]) == (becomes if early else was)[0], \
            (name, arm, found)
        assert int(sent[2]) == (becomes if name == "loaded" else was)[0], \
            (name, arm, found)
        assert len(found) == 2
