# Q.850 causes in the Reason header refine soft codes, and only those.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.case import outcome
from lib.proxies import DETAIL
from lib.trunk import reply

UNAVAILABLE = "USER_UNAVAILABLE"  # what a 480 says by itself
FAILURE = "SIP_TRUNK_FAILURE"
REJECTED = "USER_REJECTED"

OVER_480 = [
    ("17", ['Reason: Q.850;cause=17;text="User busy"'], REJECTED),
    ("34", ["Reason: Q.850;cause=34"], FAILURE),
    ("19", ["Reason: Q.850;cause=19"], UNAVAILABLE),
    ("21", ["Reason: Q.850;cause=21"], REJECTED),
    # causes that say too little leave the code's own row
    ("16", ["Reason: Q.850;cause=16"], UNAVAILABLE),
    ("31", ["Reason: Q.850;cause=31"], UNAVAILABLE),
    ("127", ["Reason: Q.850;cause=127"], UNAVAILABLE),
    # causes that are none
    ("unassigned", ["Reason: Q.850;cause=126"], UNAVAILABLE),
    ("out of range", ["Reason: Q.850;cause=65570"], UNAVAILABLE),
    ("wraps around 32 bits", ["Reason: Q.850;cause=4294967313"], UNAVAILABLE),
    ("negative", ["Reason: Q.850;cause=-17"], UNAVAILABLE),
    ("word", ["Reason: Q.850;cause=busy"], UNAVAILABLE),
    ("rest after number", ["Reason: Q.850;cause=17x"], UNAVAILABLE),
    ("empty", ["Reason: Q.850;cause="], UNAVAILABLE),
    ("missing", ["Reason: Q.850;text=17"], UNAVAILABLE),
    ("no header value", ["Reason:"], UNAVAILABLE),
    # several headers, several values
    ("SIP then Q.850", ["Reason: SIP;cause=480", "Reason: Q.850;cause=34"],
     FAILURE),
    ("Q.850 then SIP", ["Reason: Q.850;cause=34", "Reason: SIP;cause=486"],
     FAILURE),
    ("in one", ['Reason: SIP;cause=480;text="a, b", Q.850;cause=34'], FAILURE),
    ("two Q.850", ["Reason: Q.850;cause=17", "Reason: Q.850;cause=34"],
     REJECTED),
    ("SIP alone", ["Reason: SIP;cause=17"], UNAVAILABLE),
    # ways to write it
    ("folded", ["Reason: Q.850", "[fold];cause=34", '[fold];text="folded"'],
     FAILURE),
    ("folded after colon", ["Reason:", "[fold]Q.850;cause=34"], FAILURE),
    ("lower case", ["reason: q.850;CAUSE=34"], FAILURE),
    ("spaces", ["Reason : Q.850 ; cause = 34"], FAILURE),
    ("order", ['Reason: Q.850;text="x";cause=34'], FAILURE),
    ("in quotes", [r'Reason: Q.850;text=";cause=17, Q.850;cause=17";cause=34'],
     FAILURE),
    ("empty elements", ["Reason: , ,Q.850;cause=34,"], FAILURE),
    ("other header", ["X-Reason: Q.850;cause=34"], UNAVAILABLE),
]


@pytest.mark.parametrize("headers,reason", [row[1:] for row in OVER_480],
                         ids=[row[0].replace(" ", "-") for row in OVER_480])
def test_over_480(case, headers, reason):
    case(reply(480, headers=headers),
         outcome(480, "Temporarily Unavailable", reason))


SOFT = [400, 404, 408, 410, 480, 484, 487, 500, 501, 502, 503, 504]


@pytest.mark.parametrize("code", SOFT)
def test_soft_code(case, code):
    """Cause 17 says that the person is busy, whatever soft code bears it."""
    sent = 500 if code == 503 else code
    case(reply(code, "Soft", headers=["Reason: Q.850;cause=17"]),
         outcome(sent, "Service Unavailable" if code == 503 else "Soft",
                 REJECTED))


@pytest.mark.parametrize("code", SOFT)
def test_soft_code_other_way(case, code):
    """Cause 34 says that the trunk is full, also over a 408 or a 480."""
    sent = 500 if code == 503 else code
    case(reply(code, "Soft", headers=["Reason: Q.850;cause=34"]),
         outcome(sent, "Service Unavailable" if code == 503 else "Soft",
                 FAILURE))


@pytest.mark.parametrize("code,cause,reason", [
    (486, 34, REJECTED), (403, 34, FAILURE), (603, 34, REJECTED),
    (401, 17, FAILURE), (402, 17, FAILURE), (403, 17, FAILURE),
    (407, 17, FAILURE), (415, 17, FAILURE), (488, 17, FAILURE),
    (600, 34, REJECTED), (604, 17, FAILURE), (606, 17, FAILURE),
    (607, 34, REJECTED), (608, 34, REJECTED), (699, 34, REJECTED),
])
def test_hard_code_stays(case, code, cause, reason):
    case(reply(code, "Hard", headers=[f"Reason: Q.850;cause={cause}"]),
         outcome(code, "Hard", reason, unclassified=code == 699))


def test_switched_off(case, proxies):
    pair = proxies.pair(params=(("disconnect_reason", "q850", 0),))
    case(reply(480, headers=["Reason: Q.850;cause=17"]),
         outcome(480, "Temporarily Unavailable", UNAVAILABLE), pair=pair)


ANALYTICS = 'Reason: SIP;cause=603;text="v=analytics1;url=https://example.net"'


@pytest.mark.parametrize("code", [603, 486])
@pytest.mark.parametrize("phrase", ["Network Blocked", "Decline"])
@pytest.mark.parametrize("headers", [[ANALYTICS], []])
def test_blocked_by_network(case, proxies, code, phrase, headers):
    """A 603 that the network made up (ATIS-1000099) is `blocked`."""
    both = code == 603 and phrase == "Network Blocked" and headers
    detail = "blocked" if both else {603: "declined", 486: "busy"}[code]
    case(reply(code, phrase, headers=headers),
         outcome(code, phrase, REJECTED,
                 detail=f"code={code};detail={detail};source=remote"),
         pair=proxies.pair(params=(DETAIL,)))
