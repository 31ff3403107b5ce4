# Replies that tm rebuilds: a 503 that becomes a 500, and challenges.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.case import outcome
from lib.proxies import DETAIL
from lib.trunk import reply

LATER = 150  # ms
FAILURE = "SIP_TRUNK_FAILURE"
KEEP_503 = ("tm", "remap_503_500", 0)
RETRY = "Retry-After: 7"



@pytest.mark.parametrize("phrase", ["Service Unavailable", "Trunk Full"])
def test_503_becomes_500(case, phrase):
    """tm throws the 503 away, body, headers and phrase, and builds a 500."""
    calls = case(reply(503, phrase, headers=[RETRY], body="full",
                       kind="text/plain"),
                 outcome(500, "Service Unavailable", FAILURE))
    for call in calls.values():
        final, = call.finals()
        assert final.values("Retry-After") == [] and final.body == b""


@pytest.mark.parametrize("phrase", ["Service Unavailable", "Trunk Full"])
def test_503_kept(case, proxies, phrase):
    calls = case(reply(503, phrase, headers=[RETRY], body="full",
                       kind="text/plain"),
                 outcome(503, phrase, FAILURE,
                         detail="code=503;detail=service-unavailable;"
                                "source=remote"),
                 pair=proxies.pair(params=(KEEP_503, DETAIL)))
    for call in calls.values():
        final, = call.finals()
        assert final.values("Retry-After") == ["7"]
        assert final.body.strip() == b"full"


def test_503_becomes_500_with_cause(case, proxies):
    """The header of the rebuilt 500 still tells of the 503 and its cause."""
    case(reply(503, headers=["Reason: Q.850;cause=21"]),
         outcome(500, "Service Unavailable", "USER_REJECTED",
                 detail="code=503;q850=21;detail=declined;source=remote"),
         pair=proxies.pair(params=(DETAIL,)))


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_503_from_each_branch(case, proxies, first, second):
    case(reply(503, wait=first), outcome(
        503, "Service Unavailable", FAILURE,
        detail="code=503;detail=service-unavailable;source=remote"),
        fork=[reply(503, wait=second)],
        pair=proxies.pair(params=(KEEP_503, DETAIL)))


NAMES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}
PHRASES = {401: "Unauthorized", 407: "Proxy Authentication Required"}


def challenge(realm, scheme="Digest"):
    return f'{scheme} realm="{realm}", nonce="n-{realm}", qop="auth"'


def challenges(code, *realms, **options):
    """A trunk that challenges, once for each realm."""
    return reply(code, headers=[f"{NAMES[code]}: {challenge(realm)}"
                                for realm in realms], **options)


def check_challenges(calls, code, realms):
    for call in calls.values():
        final, = call.finals()
        assert final.values(NAMES[code]) == [challenge(r) for r in realms]


def challenged(code):
    return outcome(code, PHRASES[code], FAILURE,
                   detail=f"code={code};detail=authentication;source=remote")


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("realms", [("one",), ("one", "two", "three")])
def test_one_challenge(case, proxies, code, realms):
    calls = case(challenges(code, *realms), challenged(code),
                 pair=proxies.pair(params=(DETAIL,)))
    check_challenges(calls, code, realms)


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_two_challenges(case, proxies, code, first, second):
    """From two branches tm builds one reply with all their challenges."""
    calls = case(challenges(code, "one", wait=first), challenged(code),
                 fork=[challenges(code, "two", "three", wait=second)],
                 pair=proxies.pair(params=(DETAIL,)))
    for call in calls.values():
        final, = call.finals()
        assert sorted(final.values(NAMES[code])) == sorted(
            challenge(realm) for realm in ("one", "two", "three"))


@pytest.mark.parametrize("first,second", [(0, LATER), (LATER, 0)])
def test_two_kinds_of_challenge(case, proxies, first, second):
    """tm picks the 401; the caller gets both challenges."""
    calls = case(challenges(401, "one", wait=first), challenged(401),
                 fork=[challenges(407, "two", wait=second)],
                 pair=proxies.pair(params=(DETAIL,)))
    check_challenges(calls, 401, ["one"])
    check_challenges(calls, 407, ["two"])


@pytest.mark.parametrize("other,expect", [
    (reply(486, wait=LATER), challenged(401)),
    (reply(603, wait=LATER), outcome(603, "Decline", "USER_REJECTED",
     detail="code=603;detail=declined;source=remote")),
], ids=["486", "603"])
def test_challenge_beside_failure(case, proxies, other, expect):
    calls = case(challenges(401, "one"), expect, fork=[other],
                 pair=proxies.pair(params=(DETAIL,)))
    if expect.code == 401:
        check_challenges(calls, 401, ["one"])


def test_challenges_not_aggregated(case, proxies):
    """With aggregate_challenges 0 one of the two is relayed as it is."""
    pair = proxies.pair(params=(("tm", "aggregate_challenges", 0), DETAIL))
    calls = case(challenges(401, "one"), challenged(401),
                 fork=[challenges(401, "two", wait=LATER)], pair=pair)
    for call in calls.values():
        final, = call.finals()
        assert len(final.values(NAMES[401])) == 1
