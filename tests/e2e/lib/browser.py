# Opens a page in a real, headless Chromium.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`page(url, ...)` is the page after its scripts have run."""

import subprocess
from html.parser import HTMLParser

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--window-size=1280,1000",
    # all names but this machine's address lead nowhere
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
BUDGET = 10000  # ms of the page's own clock that its scripts get
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Element:
    """One element: tag, attributes, text (of all below), children."""

    def __init__(self, tag, attributes):
        self.tag, self.attributes = tag, attributes
        self.words, self.children = [], []

    def __getitem__(self, name):
        return self.attributes[name]

    @property
    def text(self):
        """All text below, in order, with single blanks."""
        whole = "".join(word if isinstance(word, str) else word.text
                        for word in self.words)
        return " ".join(whole.split())

    def all(self, tag=None, **attributes):
        """All elements below with that tag and those attributes."""
        for child in self.children:
            if tag in (None, child.tag) and all(
                    child.attributes.get(name.replace("_", "-")) == value
                    for name, value in attributes.items()):
                yield child
            yield from child.all(tag, **attributes)

    def one(self, tag=None, **attributes):
        """The only such element."""
        found = list(self.all(tag, **attributes))
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Tree(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attrs):
        made = Element(tag, dict(attrs))
        self.open[-1].children.append(made)
        self.open[-1].words.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop().tag == tag, tag

    def handle_data(self, data):
        self.open[-1].words.append(data)


def page(url, folder):
    """Opens `url`; Chromium keeps its files in `folder`."""
    done = subprocess.run(
        ["chromium", *OPTIONS, f"--user-data-dir={folder}/chromium",
         f"--virtual-time-budget={BUDGET}", "--dump-dom", url],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90,
        check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    tree = _Tree()
    tree.feed(done.stdout)
    return tree.open[0]
