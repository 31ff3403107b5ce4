# What drmap says to wrong usage, and its help.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
import subprocess

import pytest

from conftest import BINARY, HERE, run

COMMANDS = ("check", "explain", "table", "diff", "replay")


@pytest.mark.parametrize("args, error", [
    ((), "a command is missing: expected check, explain, table, diff or "
         "replay"),
    (("chek",), '"chek" is no command: expected check, explain, table, diff or '
                "replay"),
    (("check",), "check: the map file is missing"),
    (("check", "a", "b"), 'check: "b" is one file too many'),
    (("check", "a", "b", "c"), 'check: "c" is one file too many'),
    (("diff", "old.cfg"), "diff: expected two maps, OLD and NEW"),
    (("diff", "a", "b", "c"), 'diff: "c" is one file too many'),
    (("replay",), "replay: expected two maps, OLD and NEW"),
    (("table", "--format", "xml"),
     'table: --format: expected text, tsv, md or json, not "xml"'),
    (("table", "old.cfg", "--profile", "nobody"),
     'table: no profile of old.cfg is named "nobody"'),
    (("replay", "built-in", "old.cfg", "--profile", "carrier"),
     'replay: no profile of built-in is named "carrier"'),
    (("replay", "old.cfg", "built-in", "--profile", "carrier"),
     'replay: no profile of built-in is named "carrier"'),
    (("replay", "old.cfg", "new.cfg", *9 * ("--decode-as", "x")),
     "replay: --decode-as: expected at most 8 of them"),
    (("replay", "old.cfg", "new.cfg", "--fields", "nothing"),
     "replay: nothing: No such file or directory"),
])
def test_wrong_usage_is_one_line_and_exit_status_2(args, error):
    assert run(*args, status=2, error=f"drmap: {error}\n") == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_option(command):
    assert run(command, "--nonsense", status=2, error=f"drmap {command}: "
               "unrecognized option '--nonsense'\n") == ""


def test_option_without_its_value():
    assert run("explain", "--code", status=2, error="drmap explain: option "
               "'--code' requires an argument\n") == ""


def test_version():
    assert re.fullmatch(r"drmap \d+\.\d+\n", run("--version"))


def test_help_names_every_command():
    text = run("--help")
    for command in COMMANDS:
        assert f"\n  drmap {command} " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    text = run(command, "--help")
    assert text.startswith(f"usage: drmap {command} ")
    assert "\nExit status: 0 " in text
    assert max(map(len, text.splitlines())) <= 80


def test_output_that_cannot_be_written():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "table"], stdout=full,
                              stderr=subprocess.PIPE, cwd=HERE, timeout=60)
    assert done.returncode == 2
    assert done.stderr == b"drmap: cannot write to the standard output\n"


@pytest.mark.parametrize("args", [
    ("explain", "bad.cfg", "--code", "480"), ("table", "bad.cfg"),
    ("diff", "bad.cfg", "new.cfg"), ("diff", "old.cfg", "bad.cfg"),
    ("replay", "old.cfg", "bad.cfg")])
def test_a_bad_map_is_exit_status_1_with_all_its_errors(args):
    errors = run("check", "bad.cfg", status=1).splitlines(keepends=True)[:-1]
    assert len(errors) == 4
    assert run(*args, status=1, error="".join(errors)) == ""
