# The man page, the completion and the installation of drmap.
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import re
import subprocess

import pytest

from conftest import ROOT, run

FOLDER = ROOT / "modules/disconnect_reason/drmap"
COMMANDS = ("check", "explain", "table", "diff", "replay")


def options(command):
    """The options that the help of a command explains."""
    return set(re.findall(r"^  (--[a-z0-9-]+)", run(command, "--help"), re.M))


def complete(*words):
    """What bash offers for the last of these words."""
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_drmap; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(
        ["bash", "-c", script, "bash", FOLDER / "drmap.bash", "drmap", *words],
        capture_output=True, text=True, timeout=30, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    return set(done.stdout.split())


def man_page():
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=500n",
         FOLDER / "drmap.1"],
        capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_man_page_has_every_option(command):
    text = man_page()
    assert f"drmap {command} " in text
    for option in options(command) | {"--version"}:
        assert re.search(rf"{option}(?![a-z0-9-])", text), option


def test_man_page_has_no_other_option():
    known = set.union(*map(options, COMMANDS)) | {"--version"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", man_page())) == known


def test_man_page_and_help_give_the_same_tshark_command():
    pattern = r"tshark -n -r CAPTURE -Y sip -T ek -x -j '[a-z0-9 ]+'"
    said = re.findall(pattern, run("replay", "--help"))
    assert len(said) == 1
    assert re.findall(pattern, man_page()) == said


@pytest.mark.parametrize("command", COMMANDS)
def test_completion_has_every_option(command):
    assert complete(command, "--") == options(command)


@pytest.mark.parametrize("words, offered", [
    (("",), {*COMMANDS, "--help", "--version"}),
    (("ex",), {"explain"}),
    (("explain", "--so"), {"--source"}),
    (("explain", "--after", ""), {"none", "trying", "ringing"}),
    (("explain", "--source", "t"), {"timeout", "transport"}),
    (("explain", "--said", "USER_"), {"USER_UNAVAILABLE", "USER_REJECTED"}),
    (("table", "--format", ""), {"text", "tsv", "md", "json"}),
    (("explain", "--code", ""), set()),
    (("check", "No-Such"), set()),
    (("check", "Makef"), {"Makefile"}),
    (("replay", "--fields", "Makef"), {"Makefile"}),
])
def test_completion(words, offered):
    assert complete(*words) == offered


def test_completion_offers_what_drmap_takes():
    for source in complete("explain", "--source", ""):
        code = [] if source in ("timeout", "transport") else ["--code", "480"]
        run("explain", "--source", source, *code)
    for after in complete("explain", "--after", ""):
        run("explain", "--code", "480", "--after", after)
    for style in complete("table", "--format", ""):
        run("table", "--format", style)


def test_installation(tmp_path):
    subprocess.run(["make", "-s", "-C", ROOT, "drmap-install",
                    f"DESTDIR={tmp_path}"],
                   check=True, capture_output=True, timeout=60)
    found = {str(path.relative_to(tmp_path)): oct(path.stat().st_mode)[-3:]
             for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        "usr/bin/drmap": "755",
        "usr/share/man/man1/drmap.1": "644",
        "usr/share/bash-completion/completions/drmap": "644"}
    done = subprocess.run([tmp_path / "usr/bin/drmap", "--version"],
                          check=True, capture_output=True, timeout=30,
                          env=dict(os.environ))
    assert done.stdout.startswith(b"drmap ")


def test_flags_of_packagers_come_last():
    done = subprocess.run(
        ["make", "-n", "-B", "-C", ROOT, "build/drmap"], check=True,
        capture_output=True, text=True, timeout=60,
        env=dict(os.environ, CPPFLAGS="-DFOR_CPP", CFLAGS="-Og -DFOR_CC",
                 LDFLAGS="-Wl,-z,now"))
    compiled = re.findall(r".* -c .*/drmap/main\.[co].*", done.stdout)
    linked = re.findall(r".* -o build/drmap(?![./]).*", done.stdout)
    assert len(compiled) == len(linked) == 1
    assert "-O2 -DFOR_CPP -Og -DFOR_CC" in compiled[0]
    assert "-Og -DFOR_CC" in linked[0] and "-Wl,-z,now" in linked[0]
