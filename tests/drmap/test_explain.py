# drmap explain: which reason an attempt has, and what decided it.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from conftest import run, run_json

NETWORK_BLOCK = ('Reason: SIP;cause=603;text="v=analytics1;url=x"')


@pytest.mark.parametrize("name, args", [
    ("q850", ("--code", 480, "--q850", 34, "--after", "trying")),
    ("rule", ("old.cfg", "--trunk", "carrier-eu", "--code", 480,
              "--after", "trying")),
    ("bridge", ("old.cfg", "--source", "timeout", "--after", "ringing",
                "--bridge", "livekit")),
    ("cancelled", ("--cancelled",)),
    ("said", ("trust.cfg", "--trunk", "inner", "--code", 408,
              "--said", "CONNECTION_TIMEOUT")),
    ("not-believed", ("trust.cfg", "--trunk", "other", "--code", 408,
                      "--said", "CONNECTION_TIMEOUT")),
])
def test_text(golden, name, args):
    golden(f"explain-{name}.txt", run("explain", *args))


def test_text_and_json_say_the_same():
    args = ("explain", "old.cfg", "--trunk", "lab", "--code", 603,
            "--header", "X-Carrier-Error: 32203", "--bridge", "livekit")
    lines = [line.split(None, 1) for line in run(*args).splitlines()]
    assert {key: value.strip() for key, value in lines} == \
        {key: str(value) for key, value in run_json(*args).items()}


@pytest.mark.parametrize("args, reason, number, detail, source, decided_by", [
    (("--code", 486), "USER_REJECTED", 12, "busy", "remote", "code"),
    (("--code", 480), "USER_UNAVAILABLE", 11, "unavailable", "remote", "code"),
    (("--code", 603), "USER_REJECTED", 12, "declined", "remote", "code"),
    (("--code", 408), "USER_UNAVAILABLE", 11, "request-timeout", "remote",
     "code"),
    (("--code", 404), "SIP_TRUNK_FAILURE", 13, "not-found", "remote", "code"),
    (("--code", 500), "SIP_TRUNK_FAILURE", 13, "server-error", "remote",
     "code"),
    (("--source", "timeout"), "CONNECTION_TIMEOUT", 14, "no-reply", "timeout",
     "event"),
    (("--source", "timeout", "--after", "trying"), "CONNECTION_TIMEOUT", 14,
     "no-progress", "timeout", "event"),
    (("--source", "timeout", "--after", "ringing"), "USER_UNAVAILABLE", 11,
     "no-answer", "timeout", "event"),
    (("--source", "transport"), "SIP_TRUNK_FAILURE", 13, "transport",
     "transport", "event"),
    (("--unresolved",), "SIP_TRUNK_FAILURE", 13, "dns", "transport", "event"),
    (("--cancelled",), "CLIENT_INITIATED", 1, "cancelled", "cancel", "event"),
    (("--cancelled", "--code", 486), "CLIENT_INITIATED", 1, "cancelled",
     "cancel", "event"),
    (("--source", "cancel"), "CLIENT_INITIATED", 1, "cancelled", "cancel",
     "event"),
    (("--source", "script", "--code", 403), "SIP_TRUNK_FAILURE", 13,
     "forbidden", "script", "code"),
    (("--code", 603, "--phrase", "Network Blocked", "--header", NETWORK_BLOCK),
     "USER_REJECTED", 12, "blocked", "remote", "event"),
    (("--code", 480, "--q850", 16, "--q850", 17), "USER_REJECTED", 12, "busy",
     "remote", "q850"),
    (("--code", 480, "--header", "Reason: q.850 ; cause=34"),
     "SIP_TRUNK_FAILURE", 13, "congestion", "remote", "q850"),
    (("--code", 999), "USER_REJECTED", 12, "declined", "remote", "event"),
    (("--code", 480, "--q850", 34, "--no-q850"), "USER_UNAVAILABLE", 11,
     "unavailable", "remote", "code"),
])
def test_built_in_tables(args, reason, number, detail, source, decided_by):
    found = run_json("explain", *args)
    assert [found[key] for key in ("reason", "number", "detail", "source",
                                   "decided_by")] == \
        [reason, number, detail, source, decided_by]
    assert found["profile"] == "default"
    assert found["row"]
    assert "rule" not in found and "trunk" not in found
    assert found == run_json("explain", "built-in", *args)


@pytest.mark.parametrize("args, reason, detail, rule", [
    (("--code", 603, "--header", "x-carrier-ERROR: 32203 x"), "USER_REJECTED",
     "blocked", 1),
    (("--code", 503, "--after", "trying"), "SIP_TRUNK_FAILURE", "congestion", 2),
    (("--code", 599, "--q850", 21), "USER_REJECTED", "", 3),
    (("--code", 486, "--phrase", "User Busy D5"), "SIP_TRUNK_FAILURE",
     "channel-limit", 4),
    (("--source", "timeout", "--after", "ringing"), "USER_UNAVAILABLE",
     "ring-out", 5),
])
def test_rules(args, reason, detail, rule):
    found = run_json("explain", "old.cfg", "--profile", "firm", *args)
    lines = {1: 7, 2: 9, 3: 11, 4: 12, 5: 14}
    assert (found["reason"], found["detail"]) == (reason, detail)
    assert found["decided_by"] == "rule"
    assert [found[key] for key in ("rule_profile", "rule", "file", "line")] == \
        ["carrier", rule, "old.cfg", lines[rule]]
    assert found["profile"] == "firm"
    assert "row" not in found


@pytest.mark.parametrize("hop, trunk, profile", [
    ("gw.carrier.example.net", "carrier-eu", "carrier"),
    ("GW.Carrier.Example.NET", "carrier-eu", "carrier"),
    ("carrier.example.net", None, "default"),
    ("192.0.2.77", "lab", "firm"), ("192.0.3.1", None, "default"),
    ("2001:db8::7", "lab-v6", "firm"), ("[2001:db8::7]", "lab-v6", "firm"),
    ("192.0.2.0/24", None, "default"), ("[", None, "default")])
def test_host_finds_the_trunk(hop, trunk, profile):
    found = run_json("explain", "old.cfg", "--host", hop, "--code", 480)
    assert (found.get("trunk"), found["profile"]) == (trunk, profile)


@pytest.mark.parametrize("args, send", [
    (("--code", 603), 486), (("--code", 486), 486), (("--code", 480), 480),
    (("--source", "timeout", "--after", "ringing"), 480),
    (("--source", "timeout"), 408), (("--source", "transport"), None)])
def test_bridge_says_what_is_sent(args, send):
    found = run_json("explain", "old.cfg", "--bridge", "livekit", *args)
    assert found["bridge"] == "livekit"
    assert found.get("send") == send


@pytest.mark.parametrize("args, reason, decided_by, said", [
    (("--host", "192.0.2.1", "--code", 486), "AGENT_ERROR", "trunk",
     "believed"),
    (("--host", "192.0.2.1", "--code", 480, "--q850", 17), "AGENT_ERROR",
     "trunk", "believed"),
    (("--host", "192.0.3.1", "--code", 486), "USER_REJECTED", "code",
     "ignored: no trunk that is trusted"),
    (("--profile", "carrier", "--code", 408), "SIP_TRUNK_FAILURE", "rule",
     "ignored: no trunk that is trusted"),
    (("--trunk", "inner", "--cancelled"), "CLIENT_INITIATED", "event",
     "ignored: the caller cancelled"),
    (("--trunk", "inner", "--code", 487, "--said", "CLIENT_INITIATED"),
     "USER_UNAVAILABLE", "event", "ignored: only a caller's CANCEL says so"),
])
def test_what_a_trunk_said(args, reason, decided_by, said):
    found = run_json("explain", "trust.cfg", "--said", "AGENT_ERROR", *args)
    assert [found[key] for key in ("reason", "decided_by", "said")] == \
        [reason, decided_by, said]


def test_an_answer_without_detail():
    found = run("explain", "old.cfg", "--profile", "carrier", "--code", 500,
                "--q850", 17)
    assert "\ndetail        \n" in found


@pytest.mark.parametrize("args, error", [
    ((), "expected a code, or source timeout, transport or cancel"),
    (("--source", "script"),
     "expected a code, or source timeout, transport or cancel"),
    (("--source", "timeout", "--code", 408), "code: a source of timeout or "
     "transport has no reply, so it has no code"),
    (("--cancelled", "--source", "remote"),
     "cancelled: expected source cancel"),
    (("--unresolved", "--source", "timeout"),
     "unresolved: expected source transport"),
    (("--code", 200), 'code: "200" is no final failure code: expected 300 to '
     "999"),
    (("--code", "48x"), 'code: "48x" is no final failure code: expected 300 to '
     "999"),
    (("--code", ""), "code: expected a value"),
    (("--q850", 128), 'q850: "128" is no Q.850 cause: expected 1 to 127'),
    (("--after", "200"), 'after: expected none, trying or ringing, not "200"'),
    (("--source", "trunk"), "source: expected remote, timeout, transport, "
     'cancel or script, not "trunk"'),
    (("--code", 408, "--said", "timeout"),
     'said: expected a reason such as USER_REJECTED, not "timeout"'),
    (("--source", "timeout", "--said", "AGENT_ERROR"),
     "said: expected source remote or cancel"),
    (("--header", "X"), 'header: expected "Name: value", not "X"'),
    (("--header", ": x"), 'header: expected "Name: value", not ": x"'),
    (("--header", "A: 1\r\nB: 2"),
     'header: expected "Name: value", not "A: 1??B: 2"'),
    (("--header", "A: " + 4096 * "x"), "header: all header fields together are "
     "longer than 4096 bytes"),
    (("--phrase", "a\nb"), "phrase: expected one line without a zero byte"),
    (("--code", 480, "--trunk", "x"), 'no trunk is named "x"'),
    (("--code", 480, "--profile", "x"), 'no profile is named "x"'),
    (("--code", 480, "--bridge", "\x1b[2J" + 50 * "x"),
     'no bridge is named "?[2J' + 36 * "x" + '"'),
    (("--code", 480, "--trunk", "x", "--host", "x"),
     "expected one of trunk, host and profile"),
])
@pytest.mark.parametrize("name", ["built-in", "old.cfg"])
def test_a_question_that_makes_no_sense(name, args, error):
    assert run("explain", name, *args, status=2,
               error=f"drmap: explain: {error}\n") == ""
