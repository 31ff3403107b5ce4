# What the DocBook files document.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "modules/disconnect_reason"
NEW = ROOT / "build/readme/src/modules/disconnect_reason"


def book():
    """All of it in one tree, as `make readme-new` left it."""
    return ElementTree.parse(NEW / "doc/valid.xml").getroot()


def text(element):
    return " ".join("".join(element.itertext()).split())


def sections(kind):
    """The sections whose id is disconnect_reason.KIND.NAME, by NAME."""
    found = {}
    for section in book().iter("section"):
        match = re.fullmatch(rf"disconnect_reason\.{kind}\.(.+)",
                             section.get("id", ""))
        if match:
            found[match[1]] = section
    return found


def title(section):
    return text(section.find("title"))


def parameters():
    """{(name, type)}, from the titles."""
    found = set()
    for name, section in sections("p").items():
        match = re.fullmatch(r"(\w+) \((integer|string)\)", title(section))
        assert match and match[1] == name, title(section)
        found.add(match.groups())
    return found


def functions():
    """{(name, number of parameters)}, from titles such as f(a [, b])."""
    found = set()
    for name, section in sections("f").items():
        match = re.fullmatch(r"(\w+)\((.*)\)", title(section))
        assert match and match[1] == name, title(section)
        needed, _, optional = match[2].partition("[")
        fewest = len(re.findall(r"\w+", needed))
        most = fewest + len(re.findall(r"\w+", optional))
        found |= {(name, count) for count in range(fewest, most + 1)}
    return found


def routes(name):
    """The kinds of route in which a function may be called."""
    said = re.search("This function can be used from ([A-Z_, ]+)\\.",
                     text(sections("f")[name]))
    assert said, name
    return set(said[1].split(", "))


def kemi():
    """{name: [parameters]}, from "KEMI: KSR.disconnect_reason.f(a, b)."."""
    found = {}
    for section in sections("f").values():
        said = re.search(r"KEMI: KSR\.disconnect_reason\.(\w+)\(([\w, ]*)\)\.",
                         text(section))
        assert said, title(section)
        found[said[1]] = [word for word in said[2].split(", ") if word]
    return found


def variables():
    """Names of pseudo-variables, each as $class(name)."""
    found = set()
    for name, section in sections("pv").items():
        for item in section.find("itemizedlist"):
            match = re.match(r"(\w+) \((string|integer)\) - ", text(item))
            assert match, text(item)
            found.add(f"${name}({match[1]})")
    return found


def events():
    return {f"disconnect-reason:{name}" for name in sections("evr")}


def statistics():
    """A section names one counter, or lists those that begin with its id."""
    found = set()
    for name, section in sections("s").items():
        listed = re.findall(rf"\b{name}_[a-z_]+", text(section))
        found |= set(listed) or {name}
    return found


def rpc():
    return {f"disconnect_reason.{name}" for name in sections("r")}


def examples():
    """[(id of the section, example)] of all examples."""
    return [(section.get("id"), "".join(code.itertext()))
            for section in book().iter("section")
            for code in section.findall("example/programlisting")]
