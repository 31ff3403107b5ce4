# All that the module exports is documented, and nothing else is.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

import book
import exported
from lib.kamailio import Kamailio

NAMES = "import KSR\n\n\nclass Worker:\n" \
    "    def child_init(self, rank):\n        return 0\n\n\n" \
    "def mod_init():\n    with open('RUN_DIR/kemi', 'w') as file:\n" \
    "        file.write(' '.join(dir(KSR.disconnect_reason)))\n" \
    "    return Worker()\n"


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory):
    """A Kamailio that has written its KEMI functions into the file kemi."""
    base = tmp_path_factory.mktemp("exports")
    folder, python = base / "run", base / "kemi.py"
    python.write_text(NAMES.replace("RUN_DIR", str(folder)))
    script = base / "script.cfg"
    script.write_text(exported.SCRIPT)
    proxy = Kamailio(folder, script, (
        "kex", "tm", "sl", "pv", "app_python3", "disconnect_reason"),
        [("app_python3", "load", str(python))], workers=1)
    proxy.start()
    yield proxy
    proxy.stop()


def test_parameters():
    assert book.parameters() == exported.parameters()


def test_functions():
    assert book.functions() == exported.functions()


@pytest.mark.parametrize("name, count", sorted(book.functions()))
def test_routes(name, count):
    assert book.routes(name) - exported.UNCHECKED \
        == exported.routes(name, count)


def test_kemi_functions(kamailio):
    names = {name for name in (kamailio.folder / "kemi").read_text().split()
             if not name.startswith("__")}
    assert set(book.kemi()) == names


def test_kemi_takes_all_parameters():
    """A KEMI function has the name and the most parameters of the native."""
    most = {}
    for name, count in book.functions():
        most[name] = max(count, most.get(name, 0))
    assert most == {name: len(words) for name, words in book.kemi().items()}


def test_variables():
    assert book.variables() == exported.variables()


def test_event_routes():
    assert book.events() == exported.events()


def test_statistics(kamailio):
    group = "disconnect_reason:"
    lines = kamailio.rpc("stats.get_statistics", group)
    assert all(line.startswith(group) for line in lines), lines
    assert book.statistics() == {line[len(group):].split(" = ")[0]
                                 for line in lines}


def test_rpc(kamailio):
    ours = {name for name in kamailio.rpc("system.listMethods")
            if name.startswith("disconnect_reason.")}
    assert book.rpc() == ours
