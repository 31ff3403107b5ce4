# What the pages say of the project itself is true.
# SPDX-License-Identifier: GPL-2.0-or-later

import re

import pytest

import book
import pages

BOUND = re.compile(r"^\| .* \| ([0-9,]+) \| `(DR_\w+)` \| \[\S+\]\((\S+)\)", re.M)
BOUNDS = BOUND.findall((book.ROOT / "doc/threat-model.md").read_text("utf-8"))


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_links(page):
    missing = [target for target in pages.links(page)
               if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_page_is_linked(page):
    """README.md links every page, so that a reader finds it."""
    readme = book.ROOT / "README.md"
    linked = {(book.ROOT / target).resolve() for target in pages.links(readme)}
    assert page == readme or page in linked


@pytest.mark.parametrize("value, name, file", BOUNDS)
def test_bound(value, name, file):
    """A bound of the threat model is the one that the code has."""
    found = re.search(rf"^#define {name} ([0-9 *()]+)$",
                      (book.ROOT / "doc" / file).read_text("utf-8"), re.M)
    product = 1
    for factor in re.findall("[0-9]+", found[1]):
        product *= int(factor)
    assert product == int(value.replace(",", ""))


def test_every_bound_is_tested():
    text = (book.ROOT / "doc/threat-model.md").read_text("utf-8")
    assert len(re.findall(r"^\| .*DR_", text, re.M)) == len(BOUNDS) > 0
