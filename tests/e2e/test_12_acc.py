# Accounting: the same rows as without the module, each with the AVP.
# SPDX-License-Identifier: GPL-2.0-or-later

import sqlite3
from contextlib import closing

import pytest

from lib import ports, process
from lib.caller import SENT_ON, cancels
from lib.case import outcome
from lib.proxies import BEFORE
from lib.trunk import accept, cancelled, reply, silent

FAST = "X-Test-Timers: 1200,700"
REJECTED = "USER_REJECTED"
FAILURE = "SIP_TRUNK_FAILURE"

# acc's two tables; `line` has the rows of both in the order of writing
COLUMNS = "method, from_tag, to_tag, callid, sip_code, sip_reason, time, avp"
TABLES = "CREATE TABLE line (id INTEGER PRIMARY KEY, kind, callid, method," \
    " code, phrase, avp);" + "".join(f"""
CREATE TABLE {table} ({COLUMNS});
CREATE TRIGGER {table}_line AFTER INSERT ON {table} BEGIN
    INSERT INTO line (kind, callid, method, code, phrase, avp) VALUES
    ('{kind}', NEW.callid, NEW.method, NEW.sip_code, NEW.sip_reason, NEW.avp);
END;""" for table, kind in (("acc", "call"), ("missed_calls", "missed")))


def rows(call):
    """Rows of a call in the order of writing: kind, code, phrase, AVP."""
    path = call.proxy.folder / "acc.db"
    with closing(sqlite3.connect(path)) as base:
        return base.execute(
            "SELECT kind, method, code, phrase, avp FROM line"
            " WHERE callid = ? ORDER BY id", [call.call_id]).fetchall()


@pytest.fixture(params=["right", "wrong"])
def pair(request, proxies):
    """A script with accounting, and the module loaded before acc or behind.

    One worker: SQLite takes one writer at a time.
    """
    before, after = (*BEFORE, "db_sqlite"), ("acc",)
    if request.param == "wrong":
        before, after = (*before, *after), ()
    found = proxies.pair("acc.cfg", before=before, after=after, workers=1)
    for proxy in found:
        with closing(sqlite3.connect(proxy.folder / "acc.db")) as base:
            if not base.execute("SELECT * FROM sqlite_master").fetchall():
                base.executescript(TABLES)
    return found


def is_right(pair):
    """The module is loaded before acc; else it warned at start."""
    warnings = [line for line in pair.loaded.lines()
                if "WARNING: disconnect_reason " in line
                and "the module acc is loaded before this one" in line]
    assert len(warnings) <= 1
    return not warnings


def check_rows(pair, calls, expected):
    """`expected`: kind, code, phrase and AVP of each row in order.

    The AVP is asked for where the module is loaded in the right order.
    """
    wanted = [("INVITE", *row) for row in expected]
    for (name, arm), call in calls.items():
        found = process.wait_for(
            lambda one=call: len(rows(one)) >= len(wanted) and rows(one),
            5, f"{len(wanted)} rows, there are {rows(call)}")
        assert [(method, kind, int(code), phrase) for
                kind, method, code, phrase, _ in found] == \
            [row[:4] for row in wanted], (name, arm)
        if name == "plain":
            assert all(avp is None for *_, avp in found)
        elif is_right(pair):
            assert [avp for *_, avp in found] == [row[4] for row in wanted]


def failed(code, phrase, avp):
    """Rows of a call that failed once."""
    return [("missed", code, phrase, avp), ("call", code, phrase, avp)]


@pytest.mark.parametrize("trunk,end,reason", [
    (reply(486), (486, "Busy Here"), REJECTED),
    (reply(603), (603, "Decline"), REJECTED),
    (reply(480, headers=["Reason: Q.850;cause=17"]),
     (480, "Temporarily Unavailable"), REJECTED),
    (silent(), (408, "Request Timeout"), "CONNECTION_TIMEOUT"),
    (silent((180,)), (408, "Request Timeout"), "USER_UNAVAILABLE"),
], ids=["486", "603", "480-q850", "silence", "180"])
def test_failure(case, pair, trunk, end, reason):
    calls = case(trunk, outcome(*end, reason), headers=[FAST], pair=pair)
    check_rows(pair, calls, failed(*end, reason))


def test_503(case, pair):
    """acc missed a 503; the caller got a 500."""
    calls = case(reply(503), outcome(500, "Service Unavailable", FAILURE),
                 pair=pair)
    check_rows(pair, calls, [("missed", 503, "Service Unavailable", FAILURE),
                             ("call", 500, "Server Internal Error", FAILURE)])


TERMINATED = (487, "Request Terminated")


def test_cancel(case, pair):
    reason = "CLIENT_INITIATED"
    calls = case(cancelled(), outcome(*TERMINATED, reason),
                 caller=cancels(487), pair=pair)
    check_rows(pair, calls, failed(*TERMINATED, reason))


@pytest.mark.parametrize("arm,phrase", [(0, "Request Timeout"),
                                        (1, "Request Terminated")])
def test_cancel_of_silent_trunk(case, pair, arm, phrase):
    """It ends by tm's timer: that is what acc missed."""
    reason = "CLIENT_INITIATED"
    calls = case(silent(), outcome(*TERMINATED, reason), headers=[FAST],
                 caller=cancels(487, after=100, wait=SENT_ON), arms=(arm,),
                 pair=pair)
    check_rows(pair, calls, [("missed", 408, phrase, reason),
                             ("call", *TERMINATED, reason)])


def test_fork(case, pair):
    calls = case(reply(486), outcome(404, "Not Found", FAILURE), pair=pair,
                 fork=[reply(404, wait=150)])
    check_rows(pair, calls, failed(404, "Not Found", FAILURE))


def test_answered(case, pair):
    calls = case(accept(), outcome(200, "OK"), pair=pair)
    check_rows(pair, calls, [("call", 200, "OK", None)])


def test_failover(case, pair):
    """Each attempt that a failure_route sees is a missed row."""
    calls = case(reply(486), outcome(
        404, "Not Found", FAILURE, unarmed=(REJECTED,),
        avps=(REJECTED, FAILURE)), then=[reply(404)], pair=pair,
        headers=["X-Test-Failed: NEXT"])
    first = ("missed", 486, "Busy Here", REJECTED)
    check_rows(pair, calls, [first, ("call", 404, "Not Found", FAILURE)])


@pytest.mark.parametrize("do,reason", [("ANSWER", REJECTED),
                                       ("SET_AND_ANSWER", "MEDIA_FAILURE")])
def test_script_answers(case, pair, do, reason):
    calls = case(reply(486), outcome(
        480, "Try Later", reason, unarmed=(REJECTED,), avps=(REJECTED,)),
        pair=pair, headers=[f"X-Test-Failed: {do}"])
    check_rows(pair, calls, [
        ("missed", 486, "Busy Here", REJECTED),
        ("missed", 480, "Temporarily Unavailable", reason),
        ("call", 480, "Temporarily Unavailable", reason)])


@pytest.mark.parametrize("lines,uri,end", [
    ((r"tcpconn_1st_send\(\): .* Connection refused",
      r"msg_send_buffer\(\): tcp_send failed"), None,
     (477, "Unfortunately error on sending to next hop occurred (477/TM)")),
    ((r"nowhere\.invalid", r"t_forward_nonack\(\): failure to add branches"),
     "sip:callee@nowhere.invalid",
     (478, "Unresolvable destination (478/TM)")),
], ids=["refused", "unresolvable"])
def test_cannot_send(case, pair, proxies, lines, uri, end):
    """The rows are the only place where a script sees this AVP."""
    for pattern in lines:
        proxies.allow(pattern)
    uri = uri or f"sip:callee@127.0.0.1:{ports.take()};transport=tcp"
    calls = case(None, outcome(*end, FAILURE, avps=()), pair=pair,
                 headers=[f"X-Test-To: {uri}"])
    check_rows(pair, calls, failed(end[0], "Request Failure", FAILURE))
