# The code in the documents is right: Kamailio takes it, commands run.
# SPDX-License-Identifier: GPL-2.0-or-later

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

import book
import pages
from asking import check, preamble
from lib.kamailio import BAD_LINE, Kamailio, module_path, packaged_modules
from lib.process import wait_for

CFG = book.ROOT / "cfg"
INSTALLED = "/etc/kamailio"  # where the pages keep what is in cfg/
TABLES = Path("/usr/share/kamailio/db_sqlite/acc-create.sql")
EXAMPLES = [(name, code.strip().removeprefix("...").removesuffix("...").strip())
            for name, code in book.examples()]


def of_kind(*kinds):
    found = pages.blocks(*kinds)
    assert found
    return [pytest.param(*rest, id=where) for where, *rest in found]


def refused(text, options=()):
    """What Kamailio says against a configuration."""
    accepted, said = check(text, options)
    if accepted and not BAD_LINE.search(said) and "WARNING" not in said:
        return None
    return said


def with_routes(part):
    """A part of a configuration, with the rest that Kamailio needs."""
    own = [line for line in part.splitlines() if line.startswith("loadmodule")]
    rest = "" if "request_route" in part else "request_route {\n\texit;\n}\n"
    if own:
        return preamble(False, ("tm", "sl", "pv", "xlog"), ()) + part + rest
    return preamble() + part + "\n" + rest


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """For commands: drmap and kamcmd as they are built, a running Kamailio."""
    base = tmp_path_factory.mktemp("commands")
    script = base / "script.cfg"
    script.write_text("request_route {\n\tt_relay();\n}\n")
    proxy = Kamailio(base / "run", script, (
        "kex", "ctl", "tm", "sl", "pv", "disconnect_reason"), [
            ("ctl", "binrpc", "unix:RUN_DIR/ctl"),
            ("disconnect_reason", "map_file", f"{CFG}/disconnect-reason.cfg")],
        workers=1)
    proxy.start()
    wait_for((proxy.folder / "ctl").exists, 10, "the socket of ctl")
    tools = base / "tools"
    tools.mkdir()
    kamcmd = tools / "kamcmd"
    kamcmd.write_text("#!/bin/sh\nexec /usr/sbin/kamcmd "
                      f"-s unixs:{proxy.folder}/ctl \"$@\"\n")
    kamcmd.chmod(0o755)
    (tools / "drmap").symlink_to(book.ROOT / "build/drmap")
    yield dict(os.environ, LC_ALL="C.UTF-8",
               PATH=f"{tools}:{os.environ['PATH']}")
    proxy.stop()


def run(command, environment):
    done = subprocess.run(
        command, shell=True, cwd=CFG, env=environment, timeout=30, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("code", [
    pytest.param(code, id=name) for name, code in EXAMPLES
    if not code.startswith(("kamcmd", "#", "class"))])
def test_example_of_module(code):
    assert refused(with_routes(code)) is None


@pytest.mark.parametrize("code", [
    pytest.param(code, id=name) for name, code in EXAMPLES
    if code.startswith("kamcmd")])
def test_command_of_module(code, environment):
    for line in code.splitlines():
        status, said = run(line, environment)
        assert (status, said.startswith("error:")) == (0, False), said


@pytest.mark.parametrize("code", [
    pytest.param(code, id=name) for name, code in EXAMPLES
    if code.startswith("class")])
def test_kemi_example_of_module(code):
    compile(code, "example", "exec")


@pytest.mark.parametrize("kind, code", of_kind("kamailio", "kamailio complete"))
def test_configuration(kind, code):
    """A whole one is taken as it is, with no warning."""
    if kind == "kamailio":
        assert refused(with_routes(code)) is None
    else:
        path = f"{os.path.dirname(module_path())}:{packaged_modules()}"
        options = ["-L", path, "-l", "udp:127.0.0.1:5060"]
        assert refused(code, options) is None


@pytest.mark.parametrize("kind, code", of_kind("console"))
def test_console(kind, code, environment):
    """A command prints what the page says, and nothing else."""
    for command, expected in pages.commands(code):
        _, said = run(command, environment)
        assert said.replace(str(CFG), INSTALLED) == expected, command


@pytest.mark.parametrize("kind, code", of_kind("python"))
def test_python(kind, code):
    compile(code, "page", "exec")


@pytest.mark.parametrize("kind, code", of_kind("json"))
def test_json(kind, code):
    json.loads(code)


@pytest.mark.parametrize("kind, code", of_kind("map"))
def test_map(kind, code, tmp_path):
    path = tmp_path / "map.cfg"
    path.write_text(code)
    done = subprocess.run(
        [book.ROOT / "build/drmap", "check", path], timeout=30, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert (done.returncode, done.stdout) == (0, f"{path}: ok\n")


@pytest.mark.parametrize("kind, code", of_kind("sql"))
def test_sql(kind, code):
    with closing(sqlite3.connect(":memory:")) as base:
        base.executescript("CREATE TABLE version (table_name, table_version);"
                           + TABLES.read_text())
        base.executescript(code)
