# Thousands of malformed replies, and a good call after each one.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The seed is printed; DR_SEED=N asks for another one."""

import os

import pytest

from lib.memory import check_flat, memory
from lib.mutants import mutant
from lib.proxies import BEFORE, DETAIL
from lib.raw import Plan, code_of
from lib.torture import (ANY_COMPLAINT, DETAIL_HEADER, GOOD, final_of,
                         headers_in, play_both)

SEED = int(os.environ.get("DR_SEED", "4475"))
AT_ONCE = 8  # calls; more would overflow the socket's buffer
NAMES = {b"UNKNOWN_REASON", b"CLIENT_INITIATED", b"USER_UNAVAILABLE",
         b"USER_REJECTED", b"SIP_TRUNK_FAILURE", b"CONNECTION_TIMEOUT"}


def check(call):
    """One final reply, with our headers once each if it is a failure."""
    final = final_of(call)
    reasons, details = headers_in(final), headers_in(final, DETAIL_HEADER)
    failed = code_of(final) >= 300
    assert len(reasons) == len(details) == failed, (call.plan, final)
    assert set(reasons) <= NAMES, final


def pids(proxy):
    return {row["PID"] for row in proxy.rpc("core.psx")}


def play(proxies, params, numbers):
    """Plays them in two parts: the first tenth, and all the rest."""
    print(f"DR_SEED={SEED}")
    proxies.allow(ANY_COMPLAINT)
    pair = proxies.pair(
        "torture.cfg", before=(*BEFORE, "kex"), workers=1, defines=["STRICT"],
        params=(*params, ("tm", "wt_timer", 500)), options=["-m", 256])
    before = [pids(proxy) for proxy in pair]
    tenth = numbers[:len(numbers) // 10]
    seen = []
    for part in (tenth, numbers[len(tenth):]):
        plans = [Plan((mutant(SEED, number), GOOD)) for number in part]
        for call in play_both(pair, plans, window=AT_ONCE):
            check(call)
        seen.append(memory(pair.loaded, 60))
    check_flat(*seen, private=4096)
    assert [pids(proxy) for proxy in pair] == before


def test_some(proxies):
    play(proxies, (DETAIL,), range(400))


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_many(proxies, part):
    """20,000 in all."""
    play(proxies, (DETAIL,), range(5000 * part, 5000 * (part + 1)))
