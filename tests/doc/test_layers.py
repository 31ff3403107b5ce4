# tests/layers sees each include that leads up, and each circle.
# SPDX-License-Identifier: GPL-2.0-or-later

import subprocess

import pytest

import book

CLEAN = {
    "hooks.c": '#include "../../core/dprint.h"\n#include "core/map.h"\n',
    "hooks.h": "",
    "main.c": '#include "hooks.h"\nstruct module_exports exports = {0};\n',
    "core/map.c": '#include "map.h"\n',
    "core/map.h": '#include <stdbool.h>\n#include "text.h"\n',
    "core/text.h": "", "core/text.c": '#include "text.h"\n' + 749 * "\n",
    "drmap/json.c": '#include "../core/map.h"\n', "drmap/json.h": "",
    "drmap/check.c": "const struct command command_check = {0};\n",
}


def layers(folder, **changed):
    """What it says of a module of these files."""
    for name, text in {**CLEAN, **changed}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    done = subprocess.run([book.ROOT / "tests/layers", folder], timeout=60,
                          capture_output=True, text=True, check=False)
    said = done.stderr.replace("layers: ", "").splitlines()
    assert done.returncode == bool(said)
    return said


def test_clean(tmp_path):
    assert layers(tmp_path) == []


@pytest.mark.parametrize("name,what,said", [
    ("core/map.c", '"../../../core/str.h"',
     "includes ../../../core/str.h of Kamailio"),
    ("core/map.h", '"../hooks.h"', "includes ../hooks.h of glue"),
    ("core/map.c", '"../drmap/json.h"', "includes ../drmap/json.h of drmap"),
    ("core/map.c", '"hooks.h"', "includes hooks.h, which is not beside it"),
    ("core/map.c", "<kamailio/str.h>",
     "includes <kamailio/str.h>, which is neither C nor POSIX"),
    ("core/text.h", "<../../core/str.h>",
     "includes <../../core/str.h>, which is neither C nor POSIX"),
    ("drmap/json.c", '"../hooks.h"', "includes ../hooks.h of glue"),
    ("drmap/json.h", '"../../../core/str.h"',
     "includes ../../../core/str.h of Kamailio"),
    ("hooks.c", '"drmap/json.h"', "includes drmap/json.h of drmap"),
    ("hooks.c", '"../disconnect_reason/drmap/json.h"',
     "includes ../disconnect_reason/drmap/json.h of drmap"),
])
def test_leads_up(tmp_path, name, what, said):
    folder = tmp_path / "disconnect_reason"
    folder.mkdir()
    assert layers(folder, **{name: CLEAN[name] + f"  # include {what}\n"}) \
        == [f"{name} {said}"]


@pytest.mark.parametrize("name,what,way", [
    ("core/text.h", "map.h", "core/map -> core/text -> core/map"),
    ("core/text.c", "map.h", "core/map -> core/text -> core/map"),
    ("hooks.h", "main.h", "hooks -> main -> hooks"),
])
def test_circle(tmp_path, name, what, way):
    assert layers(tmp_path, **{
        "main.h": "", "core/text.c": "",
        name: f'#include "{what}"\n'}) == [f"circle: {way}"]


def test_shape(tmp_path):
    """One line too many, one header too few, one file of glue too many."""
    more = {f"more{n}.{kind}": "" for n in range(13) for kind in "ch"}
    assert layers(tmp_path, **more, **{
        "core/text.c": 751 * "\n", "drmap/other.c": "int f(void);\n"}) == [
        "core/text.c has 751 lines; 750 is the most",
        "drmap/other.c has no header of its name",
        "15 files of glue; 14 are the most"]
