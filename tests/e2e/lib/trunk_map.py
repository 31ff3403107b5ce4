# Both Kamailio with the map of trunks, and what its profiles say.
# SPDX-License-Identifier: GPL-2.0-or-later

from pathlib import Path

import pytest

from .case import outcome
from .proxies import DETAIL

MAPS = Path(__file__).resolve().parents[1] / "maps"
FAST = "X-Test-Timers: 1200,700"
BUSY = (486, "Busy Here")
# name: address, as Kamailio's own cache of names is told
NAMES = {
    "a.eu.trunk.example": "127.0.0.5", "b.eu.trunk.example": "127.0.0.5",
    "eu.trunk.example": "127.0.0.5", "trunk.example": "127.0.0.5",
    "nottrunk.example": "127.0.0.1", "other.example": "127.0.0.5",
    "x.y.eu.other.example": "127.0.0.1", "unknown.example": "127.0.0.1",
    "rules.example": "127.0.0.1", "child.example": "127.0.0.1",
    "with-q850.example": "127.0.0.1", "without-q850.example": "127.0.0.1",
    "plain.example": "127.0.0.5"}
HOURS = 36000


def map_file(name):
    return ("disconnect_reason", "map_file", str(MAPS / name))


def tell_names(pair):
    """Tells both Kamailio the names, so that no name server is asked."""
    for proxy in pair:
        for name, address in NAMES.items():
            proxy.rpc("dns.add_a", name, HOURS, address, 0)
    return pair


@pytest.fixture
def trunks(proxies):
    return tell_names(proxies.pair("map.cfg",
                                   params=(map_file("trunks.cfg"), DETAIL)))


def said(detail, code=None, trunk=None, source="remote", q850=None):
    """The detail header."""
    words = [code and f"code={code}", q850 and f"q850={q850}",
             detail and f"detail={detail}", f"source={source}",
             trunk and f"trunk={trunk}"]
    return ";".join(word for word in words if word)


def named(trunk):
    """What the caller gets when that trunk's profile classifies a 486."""
    return outcome(*BUSY, "AGENT_ERROR", detail=said(trunk, 486, trunk))


NOBODYS = outcome(*BUSY, "USER_REJECTED", detail=said("busy", 486))
