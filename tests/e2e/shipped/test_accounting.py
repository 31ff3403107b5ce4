# cfg/livekit-edge-accounting.cfg: a row for each call that failed, with why.
# SPDX-License-Identifier: GPL-2.0-or-later

import sqlite3
from contextlib import closing

import pytest

from lib.caller import cancels
from lib.one_call import ELSEWHERE, FAST, accepting, call, hangs_up, quoted
from lib.process import wait_for
from lib.shipped import CFG, LOCAL, ROWS, dial_all, obedient, running
from lib.sipp import Sipp
from lib.trunk import cancelled, reply

EDGE, TABLES = CFG / "livekit-edge-accounting.cfg", CFG / "accounting.sql"
DETAIL = {"486": "busy", "480": "unavailable", "603": "declined",
          "408": "request-timeout", "404": "not-found", "500": "server-error",
          "silence": "no-reply"}
AGAIN = ("SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT")  # the second trunk is tried
COLUMNS = "sip_code, dr_reason, dr_detail, dr_trunk, dr_code, dr_history"


def base(folder):
    return closing(sqlite3.connect(folder / "acc.db"))


def accounting(folder, first, second=None):
    """The edge with accounting, and its tables as they are shipped."""
    with base(folder) as tables:
        tables.executescript(TABLES.read_text("utf-8"))
    return running(
        folder / "kamailio", EDGE, params=FAST, BRIDGE=quoted(None),
        BRIDGE_NET=LOCAL, TRUNK_1=quoted(first), TRUNK_1_NET=ELSEWHERE,
        TRUNK_2=quoted(second), TRUNK_2_NET=ELSEWHERE,
        ACC_DB=f'"sqlite:///{folder}/acc.db"')


def row(folder, table, call_id):
    """The one row of a call."""
    with base(folder) as tables:
        def find():
            return tables.execute(
                f"SELECT {COLUMNS} FROM {table} WHERE callid = ?",
                [call_id]).fetchall()

        wait_for(find, 5, f"a row in {table}")
        found, = find()
        return found


@pytest.fixture(scope="module")
def edge_rows(tmp_path_factory):
    """Where the database is, and the final replies by number."""
    folder = tmp_path_factory.mktemp("accounting")
    again = [row for row in ROWS if row.reason in AGAIN]
    first = Sipp(obedient("trunk-A", 2500), folder, "first", calls=len(ROWS))
    second = Sipp(obedient("trunk-B", 1500), folder, "second",
                  calls=len(again))
    with accounting(folder, first, second) as proxy:
        finals, = dial_all(folder, [proxy], [first, second])
    return folder, finals


@pytest.mark.parametrize("one", ROWS, ids=[row.dialled for row in ROWS])
def test_row(edge_rows, one):
    """What the caller was told is in the row, with each attempt before."""
    folder, finals = edge_rows
    number, call_id = one.dialled, finals[one.dialled].call_id
    code = int(number) if number.isdigit() else None
    trunks = ["trunk-1", "trunk-2"] if one.reason in AGAIN else ["trunk-1"]
    why = [f"code={code};"] if code else [""]
    why += [f"detail={DETAIL[number]};source={'remote' if code else 'timeout'}"]
    history = [f"{one.reason};{''.join(why)};trunk={trunk}" for trunk in trunks]
    said = (one.reason, DETAIL[number])
    assert row(folder, "acc", call_id) == (
        str(one.code), *said, trunks[-1], code, ",".join(history))
    assert row(folder, "missed_calls", call_id) == (
        str(code or one.code), *said, trunks[0], code, history[0])


def test_cancel(tmp_path):
    """No trunk is why a caller gave up."""
    trunk = Sipp(cancelled()("trunk-A"), tmp_path, "trunk")
    with accounting(tmp_path, trunk) as proxy:
        final, = call(tmp_path, proxy, cancels(487), [trunk])
        said = ("487", "CLIENT_INITIATED", "cancelled", None, None)
        assert row(tmp_path, "acc", final.call_id)[:5] == said
        assert row(tmp_path, "missed_calls", final.call_id)[:5] == said


def test_failover_answered(tmp_path):
    """Nothing is why an answered call failed; its history shows what did."""
    trunks = [Sipp(reply(503)("trunk-A"), tmp_path, "first"),
              accepting(tmp_path, "second")]
    with accounting(tmp_path, *trunks) as proxy:
        final, = call(tmp_path, proxy, hangs_up, trunks)
        history = "SIP_TRUNK_FAILURE;code=503;detail=service-unavailable;" \
            "source=remote;trunk=trunk-1"
        assert row(tmp_path, "acc", final.call_id) == (
            "200", None, None, None, None, history)
        assert row(tmp_path, "missed_calls", final.call_id) == (
            "503", "SIP_TRUNK_FAILURE", "service-unavailable", "trunk-1", 503,
            history)
