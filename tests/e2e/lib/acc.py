# acc's tables in SQLite, and what it wrote there.
# SPDX-License-Identifier: GPL-2.0-or-later

import sqlite3
from contextlib import closing

from .proxies import BEFORE

# As db_extra in acc.cfg has it
WHY = ("avp", "xavp", "dr_reason", "dr_detail", "dr_trunk", "dr_code")
OWN = ("method", "callid", "sip_code", "sip_reason")
# `line` has the rows of both tables of acc in the order of writing
TABLES = f"CREATE TABLE line (id INTEGER PRIMARY KEY, kind," \
    f" {', '.join((*OWN, *WHY))});" + "".join(f"""
CREATE TABLE {table} (from_tag, to_tag, time, {', '.join((*OWN, *WHY))});
CREATE TRIGGER {table}_line AFTER INSERT ON {table} BEGIN
    INSERT INTO line (kind, {', '.join((*OWN, *WHY))})
    VALUES ('{kind}', {', '.join(f"NEW.{name}" for name in (*OWN, *WHY))});
END;""" for table, kind in (("acc", "call"), ("missed_calls", "missed")))


def rows(call):
    """Rows of a call in the order of writing: kind, method, code, phrase, WHY."""
    path = call.proxy.folder / "acc.db"
    with closing(sqlite3.connect(path)) as base:
        return base.execute(
            f"SELECT kind, method, sip_code, sip_reason, {', '.join(WHY)}"
            " FROM line WHERE callid = ? ORDER BY id",
            [call.call_id]).fetchall()


def accounted(proxies, first=True, **options):
    """A pair that runs acc.cfg, with its tables. The module is loaded before acc
    if it comes first; `options` are those of proxies.pair().

    One worker: SQLite takes one writer at a time.
    """
    before, after = (*BEFORE, "db_sqlite"), ("acc",)
    if not first:
        before, after = (*before, *after), ()
    found = proxies.pair("acc.cfg", before=before, after=after, workers=1,
                         **options)
    for proxy in found:
        with closing(sqlite3.connect(proxy.folder / "acc.db")) as base:
            if not base.execute("SELECT * FROM sqlite_master").fetchall():
                base.executescript(TABLES)
    return found
