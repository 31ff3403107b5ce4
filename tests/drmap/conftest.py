# Fixtures of the tests of drmap, which run the real command.
# SPDX-License-Identifier: GPL-2.0-or-later
"""DRMAP names the command under test, by default build/drmap.

With DRMAP_GOLDEN=write, golden files are written in place of compared; look at
what git says of them afterwards.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = ROOT / os.environ.get("DRMAP", "build/drmap")
# What a sanitizer finds must not look like an answer of drmap
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}


def run(*args, status=0, error="", **options):
    """Runs drmap in the folder of the maps and returns its output.

    status  the exit status that it must have
    error   the standard error that it must have, the whole of it; a compiled
            pattern when a part of it is another program's
    """
    options.setdefault("env", dict(os.environ, LC_ALL="C.UTF-8", **SANITIZERS))
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([BINARY, *map(str, args)], cwd=HERE / "maps",
                          capture_output=True, timeout=60, **options)
    output = done.stdout.decode("utf-8")
    errors = done.stderr.decode("utf-8")
    assert done.returncode == status, errors + output
    if isinstance(error, re.Pattern):
        assert error.fullmatch(errors), errors
    else:
        assert errors == error
    return output


def run_json(*args, **options):
    """Runs drmap with --json and returns what it wrote as Python values."""
    return json.loads(run(*args, "--json", **options))


@pytest.fixture
def golden():
    """Compares a text with a file in golden/."""
    def compare(name, text):
        path = HERE / "golden" / name
        if os.environ.get("DRMAP_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
    return compare
