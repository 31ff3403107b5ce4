# The README of the module is the one that its DocBook files make.
# SPDX-License-Identifier: GPL-2.0-or-later

import book


def read(path):
    """The words: how lines are filled differs between versions of lynx."""
    return path.read_text("utf-8").split()


def test_readme_is_up_to_date():
    assert read(book.MODULE / "README") == read(book.NEW / "README"), \
        "modules/disconnect_reason/README is stale: run make readme"


def test_readme_has_every_section():
    """No part of the DocBook files was left out on the way."""
    said = " ".join(read(book.MODULE / "README"))
    titles = [book.title(section) for section in book.book().iter("section")]
    assert len(titles) > 30
    assert [title for title in titles if title not in said] == []
