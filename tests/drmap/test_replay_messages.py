# drmap replay: captures with messages that are seldom seen.
# SPDX-License-Identifier: GPL-2.0-or-later
"""text2pcap makes the captures, so each byte of them is known."""

import subprocess

import pytest

from conftest import run_json

REPLY = {"Reason": "Q.850;cause=17"}


def message(first, branch="z9hG4bK1", cseq="1 INVITE", call_id="a@b", to="",
            end="\r\n", body="", **more):
    """A message; _ in the name of a header stands for -, None leaves it out."""
    headers = {"Via": f"SIP/2.0/UDP 192.0.2.1;branch={branch}",
               "From": "<sip:a@192.0.2.1>;tag=1",
               "To": f"<sip:b@192.0.2.2;tag=no>{to}", "Call_ID": call_id,
               "CSeq": cseq, "Content_Length": str(len(body)), **more}
    lines = [first, *(f"{name.replace('_', '-')}: {value}"
                      for name, value in headers.items() if value is not None)]
    return (end.join([*lines, "", ""]) + body).encode("utf-8")


def invite(uri="sip:b@gw.carrier.example.net", **more):
    return message(f"INVITE {uri} SIP/2.0", **more)


def reply(code=480, phrase="Nobody", **more):
    return message(f"SIP/2.0 {code} {phrase}", to=";tag=2", **more)


@pytest.fixture
def replay(tmp_path):
    """Makes a capture of packets and returns what drmap says of it."""
    def made(*packets, options=("-u", "5060,5060"), maps=("built-in", "old.cfg"),
             status=0):
        lines = []
        for packet in packets:
            lines += [f"{at:06x} {packet[at:at + 16].hex(' ')}"
                      for at in range(0, len(packet), 16)] + [""]
        dump, pcap = tmp_path / "dump", tmp_path / "pcap"
        dump.write_text("\n".join(lines) + "\n")
        subprocess.run(["text2pcap", "-q", *options, dump, pcap], check=True,
                       capture_output=True, timeout=30)
        with open(pcap, "rb") as stdin:
            return run_json("replay", *maps, stdin=stdin, status=status)
    return made


def test_messages_over_segments_of_tcp_and_several_in_one(replay):
    stream = (invite() + reply(180, "Ringing")
              + message("BYE sip:b@x SIP/2.0", cseq="2 BYE", call_id="c@d")
              + reply(480, body="nobody", **REPLY))
    packets = [stream[at:at + 400] for at in range(0, len(stream), 400)]
    found = replay(*packets, options=("-T", "5060,5060"))
    assert [(one["code"], one["phrase"], one["after"], one["new"]["q850"],
             one["new"]["trunk"]) for one in found["invites"]] == \
        [(480, "Nobody", "ringing", 17, "carrier-eu")]


def test_nobody_there_is_a_timeout(replay):
    found = replay(invite(), invite(), reply(100, "Trying"), invite())
    assert [(one["source"], one["after"]) for one in found["invites"]] == \
        [("timeout", "trying")]


@pytest.mark.parametrize("more", [
    {"end": "\n"},
    {"Via": None, "v": "SIP/2.0/UDP 192.0.2.1 ; received=x ;BRANCH = z9hG4bK1"},
    {"Call_ID": None, "i": "a@b"}, {"CSeq": "1    INVITE"},
    {"Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1,\r\n SIP/2.0/UDP "
            "192.0.2.9;branch=z9hG4bK0"}])
def test_forms_of_headers(replay, more):
    found = replay(invite(), reply(**more))
    assert [one.get("code") for one in found["invites"]] == [480]


@pytest.mark.parametrize("other", [
    {"branch": "z9hG4bK2"}, {"call_id": "z@z"}, {"cseq": "2 INVITE"},
    {"cseq": "1 CANCEL"}])
def test_a_reply_to_something_else(replay, other):
    found = replay(invite(), reply(**other))
    assert [one["source"] for one in found["invites"]] == ["timeout"]


def test_the_first_final_reply_counts(replay):
    found = replay(invite(), reply(486), reply(480), reply(183),
                  message("CANCEL sip:b@x SIP/2.0", cseq="1 CANCEL"))
    assert [(one["code"], one["after"]) for one in found["invites"]] == \
        [(486, "none")]


def test_a_reply_without_its_invite_is_left_out(replay):
    assert replay(reply())["invites"] == []


@pytest.mark.parametrize("to, in_dialog", [(";tag=2", 1), (" ; x=y", 0)])
def test_an_invite_in_a_dialog_has_no_reason(replay, to, in_dialog):
    summary = replay(invite(to=to), reply())["summary"]
    assert (summary["in_dialog"], summary["failed"]) == \
        (in_dialog, 1 - in_dialog)


@pytest.mark.parametrize("cancel_after, source", [
    (0, "remote"), (1, "cancel")])
def test_a_cancel_where_the_caller_is_not_seen(replay, cancel_after, source):
    cancel = message("CANCEL sip:b@x SIP/2.0", cseq="1 CANCEL")
    packets = [invite(), *[cancel] * cancel_after, reply(487)]
    assert [one["source"] for one in replay(*packets)["invites"]] == [source]


@pytest.mark.parametrize("uri, more, trunk", [
    ("sip:b@GW.carrier.example.net:5070;x=y", {}, "carrier-eu"),
    ("sips:gw.carrier.example.net?a=b", {}, "carrier-eu"),
    ("sip:b@192.0.2.7", {}, "lab"), ("sip:b@[2001:db8::9]:5060", {}, "lab-v6"),
    ("sip:b@elsewhere", {"Route": "<sip:192.0.2.8;lr>, <sip:x;lr>"}, "lab"),
    ("sip:b@192.0.2.7", {"Route": '"x" <sip:gw.carrier.example.net;lr>'},
     "carrier-eu"),
    ("sip:b@elsewhere", {}, "loopback"), ("sip:b@[x", {}, "loopback"),
    ("sip:", {}, "loopback")])
def test_the_trunk_of_the_next_hop(replay, uri, more, trunk):
    found = replay(invite(uri, **more), reply(),
                  options=("-4", "192.0.2.1,127.0.0.1", "-u", "5060,5060"))
    assert [one["new"]["trunk"] for one in found["invites"]] == [trunk]


def test_the_trunk_of_an_ipv6_address(replay):
    found = replay(invite("sip:b@elsewhere"), reply(),
                  options=("-6", "2001:db8::1,2001:db8::2", "-u", "5060,5060"))
    assert [one["new"]["trunk"] for one in found["invites"]] == ["lab-v6"]


def test_a_hostile_reply_stays_data(replay):
    evil = 'x","sip_raw":"00"\x1b[2J\\n'
    found = replay(invite(call_id=evil), reply(480, evil, call_id=evil))
    assert [(one["call_id"], one["phrase"]) for one in found["invites"]] == \
        [(evil, evil)]


def test_bytes_that_are_no_utf8(replay):
    bad = reply(480, "N\u00f6").replace("\u00f6".encode(), b"\xc0\xaf\xed\xa0\x80")
    found = replay(invite(), bad)
    assert [one["phrase"] for one in found["invites"]] == ["N" + 5 * "\ufffd"]


def test_both_legs_of_a_proxy(replay):
    below = {"Via": "SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKout, SIP/2.0/UDP "
                    "192.0.2.1;branch=z9hG4bK1"}
    found = replay(invite(), invite(**below), reply(480, **below), reply(480))
    assert found["summary"]["relayed"] == 1
    assert [one["code"] for one in found["invites"]] == [480]


def test_a_trunk_that_answers_after_the_timeout(replay):
    below = {"Via": "SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKout, SIP/2.0/UDP "
                    "192.0.2.1;branch=z9hG4bK1"}
    found = replay(invite(), invite(**below), reply(180, **below), reply(408),
                  reply(486, **below), maps=("old.cfg", "old.cfg"))
    assert [(one["source"], one["after"], one["new"]["detail"])
            for one in found["invites"]] == [("timeout", "ringing", "ring-out")]


@pytest.mark.parametrize("line", [
    b"", b"\n", b"\0\0\n", b"{}", b'"sip_raw":', b'"sip_raw":"', b'"sip_raw":[',
    b'"sip_raw":["', b'"sip_raw":["","","5"]', b'"sip_raw":"4', b'"sip_raw":"4x"',
    b'"ip_ip_dst_raw":"7f000001","sip_raw":"' + b"0d0a" * 5000 + b'"',
    b'"ip_ip_dst_raw":["7f","01"],"sip_raw":"494e56495445"',
    b'"sip_raw":"' + b"INVITE sip:x SIP/2.0".hex().encode() + b'"',
    b'"sip_raw":"' + b"SIP/2.0 999999 x\r\n".hex().encode() + b'"'])
def test_rubbish_in_place_of_fields(tmp_path, line):
    path = tmp_path / "fields"
    path.write_bytes(line)
    found = run_json("replay", "built-in", "old.cfg", "--fields", path)
    assert found["invites"] == []
    assert not any(found["summary"].values())


def reasons(found):
    return [(one["old"]["reason"], one["old"]["decided_by"],
             one["new"]["reason"], one["new"]["decided_by"])
            for one in found["invites"]]


@pytest.mark.parametrize("more, old, new", [
    ({"X_LK_Disconnect_Reason": "AGENT_ERROR"},
     ("AGENT_ERROR", "trunk"), ("USER_UNAVAILABLE", "code")),
    ({"x_lk_disconnect_reason": "agent_error"},
     ("USER_UNAVAILABLE", "code"), ("USER_UNAVAILABLE", "code")),
    ({"X_One": "nothing", "X_Same": "AGENT_ERROR"},
     ("USER_UNAVAILABLE", "code"), ("USER_UNAVAILABLE", "code")),
    ({"X_Same": "AGENT_ERROR"},
     ("USER_UNAVAILABLE", "code"), ("AGENT_ERROR", "trunk")),
    ({"X_Two": "MIGRATION", "X_One": "no", "X_LK_Disconnect_Reason": "none"},
     ("USER_UNAVAILABLE", "code"), ("MIGRATION", "trunk")),
])
def test_a_trusted_trunk_names_the_reason(replay, more, old, new):
    """The first map has no bridges, the second one has some."""
    found = replay(invite("sip:b@192.0.2.1"), reply(408, "Timeout", **more),
                  maps=("trust.cfg", "distrust.cfg"), status=int(old != new))
    assert reasons(found) == [old + new]


def test_only_the_reply_of_a_trusted_trunk_is_believed(replay):
    more = {"X_LK_Disconnect_Reason": "AGENT_ERROR"}
    found = replay(invite(), reply(408, "Timeout", **more),
                  maps=("trust.cfg", "distrust.cfg"), status=1)
    assert reasons(found) == [
        ("AGENT_ERROR", "trunk", "SIP_TRUNK_FAILURE", "rule")]
