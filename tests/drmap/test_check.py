# drmap check: everything that is wrong with a map.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from conftest import run, run_json


@pytest.mark.parametrize("name, status", [
    ("old.cfg", 0), ("warning.cfg", 0), ("bad.cfg", 1), ("nothing.cfg", 1)])
def test_text(golden, name, status):
    golden(f"check-{name}.txt", run("check", name, status=status))


@pytest.mark.parametrize("name, status, errors, warnings", [
    ("old.cfg", 0, 0, 0), ("warning.cfg", 0, 0, 1), ("bad.cfg", 1, 4, 0),
    ("nothing.cfg", 1, 1, 0)])
def test_json_says_the_same_as_text(name, status, errors, warnings):
    found = run_json("check", name, status=status)
    assert found["file"] == name
    assert found["ok"] is (errors == 0)
    assert (found["errors"], found["warnings"]) == (errors, warnings)
    assert len(found["complaints"]) == errors + warnings
    lines = [":".join([one["file"], *([str(one["line"])] if one["line"] else [])])
             + ": " + ("warning: " if one["warning"] else "") + one["text"]
             for one in found["complaints"]]
    assert lines == run("check", name, status=status).splitlines()[:-1]


def test_the_word_built_in_is_no_file_to_check():
    assert "built-in" in run("check", "built-in", status=1)


def test_more_errors_than_are_listed(tmp_path):
    rules = ",".join(['{ code = 1; reason = "BUSY"; }'] * 700)
    path = tmp_path / "many.cfg"
    path.write_text(
        f"version = 1;\nprofiles: {{ default: {{ rules: ({rules}); }}; }};\n")
    found = run_json("check", path, status=1)
    assert (found["errors"], found["warnings"]) == (1400, 0)
    assert len(found["complaints"]) == 1000
    assert run("check", path, status=1).endswith(
        "many.cfg: 1400 errors, 0 warnings\n")
