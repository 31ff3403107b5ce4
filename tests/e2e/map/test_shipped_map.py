# The map that is shipped, each trunk's profile and both bridges, in Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from lib.caller import LINGER, PROVISIONAL, cancels
from lib.case import Case, play
from lib.check import DETAIL_HEADER, REASON_HEADER, check_header
from lib.kamailio import Kamailio
from lib.message import distinct
from lib.proxies import BEFORE, CFG, DETAIL
from lib.scenario import (ack_failure, answer, invite, label, linger, pause,
                          receive, receive_invite, scenario)
from lib.shipped import wait_for_last_process
from lib.sipp import Sipp
from lib.translation import phrase_of
from lib.trunk import GAP, cancelled, reply, silent

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "cfg"
MAP = SHIPPED / "disconnect-reason.cfg"
PROFILES = sorted(path.stem for path in (SHIPPED / "trunks").glob("*.cfg"))
BRIDGES = sorted(path.stem for path in (SHIPPED / "bridges").glob("*.cfg"))
NAMES = (REASON_HEADER, "X-Lk-Test-Id")
END = 999  # label
AFTER = {"none": [], "trying": [100], "ringing": [100, 180]}


def table():
    """The rows of shipped.tsv by profile."""
    path = ROOT / "tests/core/maps/shipped.tsv"
    lines = [line for line in path.read_text("utf-8").splitlines()
             if not line.startswith("#")]
    found = defaultdict(list)
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        found[row["profile"]].append(row)
    return found


ROWS = table()


class Proxy:
    """A Kamailio with that map."""

    def __init__(self, folder, path, params=()):
        self.kamailio = Kamailio(
            folder, CFG / "map.cfg", (*BEFORE, "disconnect_reason"),
            [("disconnect_reason", "map_file", str(path)), *params],
            ("WITH_DR",))

    def __enter__(self):
        self.kamailio.start()
        wait_for_last_process(self.kamailio)
        return self.kamailio

    def __exit__(self, *error):
        self.kamailio.stop()


def test_table_is_whole():
    assert set(ROWS) == set(PROFILES)
    assert len(PROFILES) >= 7
    assert BRIDGES == ["livekit-sip", "livekit-sip-1.2"]


def test_shipped_map(tmp_path):
    """As it stands: nothing to say about it, all of it is there."""
    with Proxy(tmp_path / "kamailio", MAP) as proxy:
        shown = proxy.rpc("disconnect_reason.show")
        assert {one["name"] for one in shown["profiles"]} >= set(PROFILES)
        assert {one["name"] for one in shown["bridges"]} == set(BRIDGES)
        answer = proxy.rpc("disconnect_reason.reload", "dry")
        assert (answer["status"], answer["complaints"]) == ("checked", [])
        assert not [line for line in proxy.lines()
                    if "WARNING: disconnect_reason" in line]


def test_shipped_map_watches_its_bridges(tmp_path):
    """Its addresses are for documents only: nobody here is a bridge."""
    case = Case(None, tmp_path)
    with Proxy(tmp_path / "kamailio", MAP) as proxy:
        for call in case.storm(proxy, reply(486), dialler([486]), 2, 10):
            final, = distinct(call.finals())
            assert not any(final.values(name) for name in NAMES)


# Each profile: all rows of its table, one call each, through one trunk

def row_trunk(rows, tag):
    """Does what the row says whose number stands in X-Test-Row."""
    found = "".join(
        f'<ereg regexp="^ {n}$" search_in="hdr" header="X-Test-Row:"'
        f' assign_to="row{n}"/>' for n in range(1, len(rows)))
    jumps = [f'<nop next="{n}" test="row{n}"/>' for n in range(1, len(rows))]
    return scenario(
        receive_invite(found), jumps,
        [row_answer(n, row, tag) for n, row in enumerate(rows)],
        label(END), receive("ACK"))


def row_answer(number, row, tag):
    headers = [] if row["headers"] == "-" else [row["headers"]]
    phrase = row["phrase"].replace("[", "\\[")
    early = AFTER[row["after"]]
    return [label(number) if number else "",
            [answer(code, tag="" if code == 100 else tag) for code in early],
            pause(GAP) if early else "",
            answer(int(row["code"]), phrase, headers, tag=tag, retrans=500,
                   next=END)]


def dialler(codes, headers=()):
    """Takes a failure with one of these codes."""
    *first, last = sorted(set(codes))
    return lambda uri, more: scenario(
        invite(uri, [*headers, *more]), PROVISIONAL,
        [receive(code, optional="true", next=END) for code in first],
        receive(last), label(END), ack_failure(uri), linger(LINGER))


def sent(row):
    """The code that the caller gets: tm sends 500 in place of 503."""
    return 500 if row["code"] == "503" else int(row["code"])


def expected_detail(row, trunk):
    return re.compile(
        rf"code={row['code']};(q850=\d+;)?detail={row['detail']}"
        rf";source=remote;trunk={trunk}")


@pytest.mark.parametrize("profile", PROFILES)
def test_profile(tmp_path, profile):
    """Included by hand, for a trunk at 127.0.0.1."""
    rows = ROWS[profile]
    assert len(rows) >= 2
    path = tmp_path / "map.cfg"
    path.write_text(f"""version = 1;
profiles: {{
@include "{SHIPPED}/trunks/{profile}.cfg"
}};
trunks: ( {{ name = "it"; address = "127.0.0.1"; profile = "{profile}"; }} );
""")
    sink = Sipp(row_trunk(rows, "trunk-A"), tmp_path, "trunk", calls=len(rows))
    with Proxy(tmp_path / "kamailio", path, [DETAIL]) as proxy:
        caller = Sipp(
            dialler(map(sent, rows), ["X-Test-Row: [field1]"])(sink.uri, []),
            tmp_path, "caller", calls=len(rows), remote=proxy.address,
            rows=[f"{n % 2};{n}" for n in range(len(rows))])
        play([caller], [sink])
        traces = proxy.traces()
    row_of = {m.call_id: int(m.value("X-Test-Row"))
              for m in caller.messages() if m.start.startswith("INVITE")}
    finals = {m.call_id: m for m in caller.messages()
              if m.received and m.code >= 200}
    assert sorted(row_of.values()) == list(range(len(rows)))
    for call_id, number in row_of.items():
        row, final = rows[number], finals[call_id]
        assert final.code == sent(row), f"{row}\n{final}"
        assert final.values(REASON_HEADER) == [row["reason"]], f"{row}\n{final}"
        detail, = final.values(DETAIL_HEADER)
        assert expected_detail(row, "it").fullmatch(detail), f"{row}\n{final}"
        assert [words["avp"] for words in traces.get(call_id, [])] == \
            [row["reason"]] * (number % 2), row


# Both bridges

@pytest.fixture(scope="module", params=BRIDGES)
def bridge(request, tmp_path_factory):
    """A Kamailio whose map is that bridge file, with the address of here."""
    folder = tmp_path_factory.mktemp("bridge")
    text = (SHIPPED / "bridges" / f"{request.param}.cfg").read_text("utf-8")
    changed, count = re.subn(r'address = \[ "[0-9.]+" \];',
                             'address = [ "127.0.0.1" ];', text)
    assert count == 1
    path = folder / "map.cfg"
    path.write_text(f"version = 1;\nbridges: (\n{changed}\n);\n")
    with Proxy(folder / "kamailio", path) as proxy:
        proxy.bridge = request.param
        yield proxy


REJECTED, UNAVAILABLE = "USER_REJECTED", "USER_UNAVAILABLE"
FAILURE, TIMEOUT = "SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT"
# trunk; code and reason from both bridges; code from LiveKit SIP 1.2's
CASES = {
    "486": (reply(486), 486, REJECTED, 486),
    "480": (reply(480), 480, UNAVAILABLE, 480),
    "603": (reply(603), 603, REJECTED, 486),
    "408": (reply(408), 408, UNAVAILABLE, 480),
    "404": (reply(404), 404, FAILURE, 404),
    "500": (reply(500), 500, FAILURE, 500),
    "silence": (silent(), 408, TIMEOUT, 408),
    "180": (silent((180,)), 408, UNAVAILABLE, 480),
    "600": (reply(600), 600, REJECTED, 600),
}


@pytest.mark.parametrize("what", CASES)
def test_bridge(bridge, tmp_path, what):
    """The reason in both headers and as the phrase; its own codes."""
    trunk, code, reason, old = CASES[what]
    if bridge.bridge == "livekit-sip-1.2":
        code = old
    calls = Case(None, tmp_path).storm(
        bridge, trunk, dialler([code], ["X-Test-Timers: 1200,700"]), 2, 10)
    for call in calls:
        final, = distinct(call.finals())
        assert final.start == f"SIP/2.0 {code} {phrase_of(reason)}", str(final)
        for name in NAMES:
            check_header(call, final, name, reason)
        assert [words["avp"] for words in call.logged] == [reason] * call.armed


@pytest.mark.parametrize("trunk,start,reason", [
    (reply(503), "500 Service Unavailable", FAILURE),
    (reply(401), "401 Unauthorized", FAILURE)], ids=["503", "401"])
def test_bridge_keeps(bridge, tmp_path, trunk, start, reason):
    """What a bridge acts on stays as tm sends it, with the headers."""
    calls = Case(None, tmp_path).storm(bridge, trunk, dialler(
        [int(start.split()[0])]), 2, 10)
    for call in calls:
        final, = distinct(call.finals())
        assert final.start == f"SIP/2.0 {start}", str(final)
        for name in NAMES:
            check_header(call, final, name, reason)


def test_bridge_cancels(bridge, tmp_path):
    calls = Case(None, tmp_path).storm(bridge, cancelled(), cancels(487), 2, 10)
    for call in calls:
        final, = distinct(call.finals())
        assert final.start == "SIP/2.0 487 Request Terminated", str(final)
        for name in NAMES:
            check_header(call, final, name, "CLIENT_INITIATED")
