# What make does: a changed header compiles what includes it, nothing else.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
import subprocess
from pathlib import Path

import pytest

import book

CORE = book.MODULE / "core"


def run(*args):
    return subprocess.run(args, cwd=book.ROOT, text=True, check=True,
                          capture_output=True).stdout


def includers(header):
    """Objects of drmap whose source includes the header, as the compiler says."""
    sources = [*CORE.glob("*.c"), *(CORE.parent / "drmap").glob("*.c")]
    rules = run("gcc", "-MM", f"-I{CORE}", *sources).replace("\\\n", "")
    return {"/".join(Path(words[1]).with_suffix("").parts[-2:])
            for words in map(str.split, rules.splitlines())
            if header in (Path(word).name for word in words[1:])}


@pytest.mark.parametrize("table", sorted(
    path.name for path in CORE.glob("table_*.h")))
def test_changed_table(table):
    """make is asked what it would do; it does not do it."""
    names = ("core/" + table, "drmap/../core/" + table)
    told = run("make", "-s", "-n", "build/drmap", *(
        word for name in names
        for word in ("-W", f"modules/disconnect_reason/{name}")))
    compiled = re.findall(r"CC  plain/(\w+/\w+)\.o", told)
    assert compiled and set(compiled) == includers(table)
    assert len(compiled) < 5


def test_help_names_each_target():
    """Each target that has a description, the whole of it."""
    told = run("make", "-s", "help")
    files = [book.ROOT / "Makefile", *book.ROOT.glob("tests/*/*.mk"),
             *book.MODULE.glob("*/*.mk")]
    described = [(name, what) for file in files for name, what in re.findall(
        r"^([\w-]+):.*?## (.*)$", file.read_text("utf-8"), re.M)]
    assert len(described) > 20
    for name, what in described:
        assert re.search(rf"^{name} +{re.escape(what)}$", told, re.M), name
