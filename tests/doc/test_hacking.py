# HACKING names the files that there are, in the order of their includes.
# SPDX-License-Identifier: GPL-2.0-or-later

import re

import pytest

import book

HACKING = (book.MODULE / "HACKING").read_text("utf-8")
ROWS = re.findall(r"^(\w+)\.c +\|.*\| *(.*)$", HACKING, re.M)
LAYERS = {
    ".": [name for name, _ in ROWS],
    **{folder: re.findall(r"(\w+)\.[ch]\b", re.search(
        rf"^{folder}/, .*(?:\n  .*)*", HACKING, re.M)[0])
       for folder in ("core", "drmap")},
}


def includes(folder, name):
    """What NAME.c and NAME.h include of the module, without Kamailio."""
    found = set()
    for path in (book.MODULE / folder).glob(f"{name}.[ch]"):
        found |= set(re.findall(r'^#include "(core/|\w+(?=\.h"))',
                                path.read_text("utf-8"), re.M))
    return found - {name}


@pytest.mark.parametrize("folder", LAYERS)
def test_every_file_once(folder):
    found = {path.stem for path in (book.MODULE / folder).glob("*.c")}
    headers = {path.stem for path in (book.MODULE / folder).glob("*.h")}
    assert found <= set(LAYERS[folder]) <= found | headers
    assert len(set(LAYERS[folder])) == len(LAYERS[folder])


def test_no_other_file():
    """Alone or with its folders, a name is that of a file that is there."""
    known = set()
    for folder in (book.MODULE, book.ROOT / "doc", book.ROOT / "tests"):
        for path in folder.rglob("*.*"):
            known |= {path.name, str(path.relative_to(book.ROOT)),
                      str(path.relative_to(folder))}
    named = set(re.findall(r"[\w/]+\.(?:[ch1]|bash|cfg|lua|md|py|xml)\b",
                           HACKING))
    assert {name for name in named if "NAME" not in name} <= known


@pytest.mark.parametrize("name,listed", ROWS[:-1])
def test_row(name, listed):
    """The row of a file of the glue says what it includes."""
    assert includes(".", name) == set(listed.split())


@pytest.mark.parametrize("folder", LAYERS)
def test_order(folder):
    before = {"core/"}
    for name in LAYERS[folder]:
        assert includes(folder, name) <= before, name
        before.add(name)
