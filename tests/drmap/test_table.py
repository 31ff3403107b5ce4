# drmap table: all answers of a profile.
# SPDX-License-Identifier: GPL-2.0-or-later

import csv
import io
import re

import pytest

from conftest import ROOT, run, run_json

TABLES = ROOT / "modules/disconnect_reason/core"
SOFT = {400, 404, 408, 410, 480, 484, 487, *range(500, 505)}


def tsv(*args):
    return list(csv.DictReader(io.StringIO(run("table", *args, "--format",
                                               "tsv")),
                               delimiter="\t", quoting=csv.QUOTE_NONE))


def shipped(name):
    """The rows of a table in the sources, each as a list of its words."""
    text = (TABLES / name).read_text(encoding="utf-8")
    found = re.findall(r"^DR_(?:SIP_CODE|Q850_CAUSE)\((.*)\)$", text, re.M)
    return [next(csv.reader([row], skipinitialspace=True)) for row in found]


@pytest.mark.parametrize("style", ["text", "tsv", "md", "json"])
def test_every_format(golden, style):
    golden(f"table.{style}", run("table", "old.cfg", "--profile", "carrier",
                                 "--format", style))


def test_json_option_is_format_json():
    assert run("table", "--json") == run("table", "--format", "json") \
        == run("table", "built-in", "--json")


def test_every_code_of_the_built_in_table():
    found = {row["input"]: row for row in tsv() if row["kind"] == "code"}
    rows = shipped("table_sip_codes.h")
    assert len(rows) > 60
    for code, _, reason, detail, words in rows:
        row = found.pop(code)
        by_event = code == "487"
        assert (row["reason"], row["detail"]) == (reason, detail)
        assert row["decided_by"] == ("event" if by_event else "code")
        assert row["why"] == ("487 without our CANCEL" if by_event else words)
    assert [(row["reason"], row["detail"]) for row in found.values()] == \
        [("SIP_TRUNK_FAILURE", "protocol"), ("USER_REJECTED", "declined")]


def test_every_code_has_exactly_one_answer():
    for profile in ("default", "carrier", "firm"):
        seen = [(code, after)
                for row in run_json("table", "old.cfg", "--profile", profile)
                if row["kind"] == "code"
                for code in row["code"] for after in row["after"]]
        assert len(seen) == len(set(seen)) == 400 * 3


def test_every_cause_of_the_built_in_table():
    found = {cause: row for row in run_json("table") if row["kind"] == "q850"
             for cause in row["q850"] if set(row["code"]) == SOFT}
    assert set(found) == set(range(1, 128))
    for cause, overrides, reason, detail, words in shipped(
            "table_q850_causes.h"):
        row = found.pop(int(cause))
        if overrides == "YES":
            assert (row["reason"], row["detail"]) == (reason, detail)
            assert (row["decided_by"], row["row"]) == ("q850", words)
        else:
            assert "reason" not in row
    assert all("reason" not in row for row in found.values())


def test_q850_false_leaves_no_cause_to_the_tables():
    rows = [row for row in run_json("table", "old.cfg", "--profile", "firm")
            if row["kind"] == "q850"]
    assert rows
    assert not [row for row in rows if row.get("decided_by") == "q850"]


def test_all_profiles_come_without_profile():
    profiles = {row["profile"] for row in tsv("old.cfg")}
    assert profiles == {"default", "carrier", "firm"}
    alone = [row for name in ("default", "carrier", "firm")
             for row in tsv("old.cfg", "--profile", name)]
    assert alone == tsv("old.cfg")


def test_rules_come_in_the_order_in_which_they_are_asked():
    rules = [row for row in run_json("table", "old.cfg", "--profile", "firm")
             if row["kind"] == "rule"]
    assert [(row["rule_profile"], row["rule"]) for row in rules] == \
        [("carrier", number) for number in range(1, 6)]
    assert rules[0]["header"] == "X-Carrier-Error"
    assert rules[0]["prefix"] == "32203"
    assert rules[2]["code"] == ["5xx"] and rules[2]["q850"] == [17, 21]
    assert rules[4]["source"] == "timeout"
