# The Markdown pages: their code and their links.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The word behind the fence says what a block is:

    kamailio            a part of a configuration; a preamble comes before it
    kamailio complete   a whole configuration, as it is
    console             lines that begin with "$ " are run in cfg/, and what
                        they print is what follows them
    python              a program, or a part of one
    json, map           a whole file; a map is one that drmap takes
    sql                 changes of the tables of Kamailio's module acc
"""

import re

from book import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "doc").glob("*.md")])
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


def blocks(*kinds):
    """[(page:line, kind, text)] of all blocks of these kinds."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in FENCE.finditer(text):
            if match[1] in kinds:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{page.relative_to(ROOT)}:{line}", match[1],
                              match[2]))
    return found


def links(page):
    """The relative links of a page, without what comes behind a #."""
    prose = FENCE.sub("", page.read_text("utf-8"))
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [target.split("#")[0] for target in targets
            if "://" not in target and not target.startswith("#")]


def commands(text):
    """[(command, what it must print)] of a console block."""
    parts = re.split(r"^\$ ", text, flags=re.M)
    assert parts[0] == "" and len(parts) > 1, text
    return [part.split("\n", 1) for part in parts[1:]]
