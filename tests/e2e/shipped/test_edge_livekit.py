# cfg/livekit-edge.cfg: what it does for LiveKit alone. tests/livekit/ plays it
# with the real LiveKit.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.caller import LINGER, PROVISIONAL, asks, fails
from lib.case import play
from lib.message import distinct
from lib.one_call import TEST_ID, call, edge, left_alone
from lib.scenario import (ack_failure, answer, answer_last, invite, linger,
                          maybe, pause, receive, receive_invite, request,
                          scenario)
from lib.shipped import CFG, LOCAL
from lib.sipp import Sipp
from lib.translation import FAILURE, phrase_of
from lib.trunk import GAP, reply, silent

CHALLENGE = 'WWW-Authenticate: Digest realm="trunk", nonce="n"'
PASSWORD = 'Authorization: Digest username="u", realm="trunk", response="0"'


TWILIO = """profiles: {
%s
};
trunks: ( { name = "trunk-1"; host = "one.example"; profile = "twilio"; },
          { name = "trunk-2"; host = "two.example"; profile = "twilio"; } );
""" % (CFG / "trunks/twilio.cfg").read_text("utf-8")


@pytest.fixture
def phrased(tmp_path):
    """A map with cfg/bridges/livekit-sip.cfg, for a bridge here."""
    return written(tmp_path)


def written(folder, before="", bridge=LOCAL):
    text = (CFG / "bridges/livekit-sip.cfg").read_text("utf-8")
    path = folder / "map.cfg"
    path.write_text("version = 1;\n" + before + "bridges: (\n" + text.replace(
        "192.0.2.10", bridge) + ");\n", "utf-8")
    return f'"{path}"'


def test_map_with_other_names(tmp_path):
    """The edge starts with the map that is shipped: its names are defines."""
    with left_alone() as nobody, edge(
            tmp_path, first=nobody, second=nobody, bridge=nobody,
            MAP=f'"{CFG}/disconnect-reason.cfg"', TRUNK_1_NAME='"twilio"',
            TRUNK_2_NAME='"telnyx"') as proxy:
        final, = call(tmp_path, proxy, asks("OPTIONS", 200))
        names = [trunk["name"] for trunk in
                 proxy.rpc("disconnect_reason.show")["trunks"]]
    assert final.code == 200 and {"twilio", "telnyx"} <= set(names)


def test_rule_sees_what_livekit_does_not(tmp_path):
    """X-Twilio-Error is taken away after the map has classified by it."""
    trunk = Sipp(reply(403, headers=["X-Twilio-Error: 32203 Blocked"])(
        "trunk-A"), tmp_path, "first")
    with left_alone() as second, edge(
            tmp_path, first=trunk, second=second,
            MAP=written(tmp_path, TWILIO)) as proxy:
        final, = call(tmp_path, proxy, fails(403), [trunk])
    assert final.start == "SIP/2.0 403 USER_REJECTED", str(final)
    assert not final.values("X-Twilio-Error")


@pytest.mark.parametrize("code,start", [
    (503, "SIP/2.0 500"), (500, "SIP/2.0 500"), (404, "SIP/2.0 404")])
def test_phrase_is_reason(tmp_path, phrased, code, start):
    """Also where tm sends a 500 in place of a 503. What LiveKit takes in place
    of a phrase is gone."""
    behaviour = reply(code, headers=["X-Twilio-Error: 32011 No"], body="No\n",
                      kind="text/plain")
    trunks = [Sipp(behaviour(f"trunk-{name}"), tmp_path, name)
              for name in ("first", "second")]
    with edge(tmp_path, first=trunks[0], second=trunks[1],
              MAP=phrased) as proxy:
        final, = call(tmp_path, proxy, fails(int(start[-3:])), trunks)
    assert final.start == f"{start} {phrase_of(FAILURE)}", str(final)
    assert final.values(TEST_ID) == [FAILURE]
    assert not final.values("X-Twilio-Error") and not final.body


def test_phrase_is_reason_after_503(tmp_path, phrased):
    """Also where the first trunk's 503 is not the trunk's fault."""
    trunk = Sipp(reply(503, headers=["Reason: Q.850;cause=17"])("trunk-A"),
                 tmp_path, "first")
    with left_alone() as second, edge(
            tmp_path, first=trunk, second=second, MAP=phrased) as proxy:
        final, = call(tmp_path, proxy, fails(500), [trunk])
    assert final.start == "SIP/2.0 500 USER_REJECTED", str(final)
    assert final.values(TEST_ID) == ["USER_REJECTED"]


@pytest.mark.parametrize("trunks", [{}, {"ONE_TRUNK": 1}], ids=["two", "one"])
def test_unwatched_503(tmp_path, trunks):
    """The map has other bridges: there is no reason to be a phrase."""
    trunk = Sipp(reply(503)("trunk-A"), tmp_path, "first")
    with left_alone() as second, edge(
            tmp_path, first=trunk, second=second,
            MAP=written(tmp_path, bridge="192.0.2.1"), **trunks) as proxy:
        final, = call(tmp_path, proxy, fails(500), [trunk])
    assert final.start == "SIP/2.0 500 Service Unavailable", str(final)
    assert not final.values(TEST_ID)


@pytest.mark.parametrize("behaviour,code,reason", [
    (reply(404), 404, FAILURE), (silent(), 408, "CONNECTION_TIMEOUT")],
    ids=["404", "silence"])
def test_one_trunk(tmp_path, behaviour, code, reason):
    """Nobody else is called, and the reason is the trunk's."""
    trunk = Sipp(behaviour("trunk-A"), tmp_path, "first")
    with left_alone() as second, edge(
            tmp_path, first=trunk, second=second, REPLY_TIMEOUT=700,
            ONE_TRUNK=1) as proxy:
        final, = call(tmp_path, proxy, fails(code), [trunk])
    assert final.values(TEST_ID) == [reason]


def challenging():
    """Asks for credentials, then rings and answers."""
    return scenario(
        receive_invite(), answer(401, headers=[CHALLENGE], tag="trunk"),
        receive("ACK"), receive_invite(),
        answer(180, tag="trunk"), pause(GAP),
        answer(200, tag="trunk", headers=["[last_Record-Route:]"], retrans=500),
        receive("ACK"), receive("BYE"), answer_last(200))


def authenticating(uri, headers):
    """Calls again with credentials, and hangs up when it is answered."""
    again = [*headers, PASSWORD]
    return scenario(
        invite(uri, headers), PROVISIONAL, receive(401), ack_failure(uri),
        invite(uri, again).replace("CSeq: 1", "CSeq: 2").replace(
            "INVITE1", "INVITE2"), maybe(100), receive(180),
        receive(200, rrs="true"),
        request("ACK", "[next_url]", 2, branch="ACK", to="[last_To:]",
                headers=["[routes]"]), pause(GAP),
        request("BYE", "[next_url]", 3, to="[last_To:]", headers=["[routes]"],
                retrans=500),
        receive(200), linger(LINGER))


def test_challenge_is_forgotten(tmp_path):
    """The attribute that the 401 made in LiveKit goes away."""
    trunk = Sipp(challenging(), tmp_path, "first")
    with left_alone() as second, \
            edge(tmp_path, first=trunk, second=second) as proxy:
        source = Sipp(authenticating(f"sip:callee@{proxy.address}", ()),
                      tmp_path, "caller", remote=proxy.address, rows=["0"])
        play([source], [trunk])
    got = {message.code: message.values(TEST_ID)
           for message in distinct(source.messages())
           if message.received and message.method == "INVITE"}
    assert got == {100: [], 401: [FAILURE], 180: [""], 200: [""]}
