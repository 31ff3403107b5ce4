# What the built module exports, found out by asking Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every name that a module exports is a text that a table of the module points
at. The linker lists all such pointers, to be set when the module is loaded. So
all texts that they point at are tried on the real Kamailio."""

import re
import subprocess

from asking import check, each, preamble
from lib.kamailio import module_path

SCRIPT = "request_route {\n\texit;\n}\n"
# A route of each kind that `kamailio -c` tells apart, by the name that the
# documents give the kind
ROUTES = {
    "REQUEST_ROUTE": "request_route",
    "FAILURE_ROUTE": "failure_route[X]",
    "TM_ONREPLY_ROUTE": "onreply_route[X]",
    "CORE_ONREPLY_ROUTE": "onreply_route",
    "BRANCH_ROUTE": "branch_route[X]",
}
# In an event_route it takes every function that is one of a request_route
UNCHECKED = {"BRANCH_FAILURE_ROUTE"}


def readelf(option):
    done = subprocess.run(["readelf", "-W", option, module_path()], check=True,
                          capture_output=True, text=True, timeout=30)
    return done.stdout


def texts():
    """The texts that pointers in the module's data point at."""
    section = re.search(r"\] \.rodata +PROGBITS +([0-9a-f]+) ([0-9a-f]+) "
                        r"([0-9a-f]+) ", readelf("-S"))
    address, offset, size = (int(number, 16) for number in section.groups())
    with open(module_path(), "rb") as module:
        module.seek(offset)
        data = module.read(size)
    targets = {int(number, 16) - address for number
               in re.findall(r"_RELATIVE +([0-9a-f]+)$", readelf("-r"), re.M)}
    return {data[at:data.index(b"\0", at)].decode("latin-1")
            for at in targets if 0 <= at < size}


def words():
    """All of these texts that could be a name."""
    found = {text for text in texts() if re.fullmatch("[a-z_][a-z0-9_]+", text)}
    assert found, "no text found in the module"
    return found


def parameter_known(pair):
    name, kind = pair
    value = 1 if kind == "integer" else '""'
    accepted, _ = check(f'{preamble()}modparam("disconnect_reason", "{name}", '
                        f'{value})\n{SCRIPT}')
    return accepted


def parameters():
    """{(name, type)} of all parameters."""
    return each(parameter_known, {(word, kind) for word in words()
                                  for kind in ("integer", "string")})


def call(word, count):
    arguments = ", ".join(['"a"'] * count)
    return f"{word}({arguments});"


def known(word, count, route="request_route", loaded=True):
    """Does Kamailio know a function with so many parameters in a route?"""
    head = preamble(loaded) + (SCRIPT if route != "request_route" else "")
    _, said = check(f"{head}{route} {{\n{call(word, count)}\n}}\n")
    return "parse error" not in said


def functions():
    """{(name, number of parameters)} of all functions of the native script."""
    tried = {(word, count) for word in words() for count in range(5)}
    return each(lambda pair: known(*pair) and not known(*pair, loaded=False),
                tried)


def routes(word, count):
    """The kinds of route in which a function may be called."""
    return {kind for kind, route in ROUTES.items()
            if known(word, count, route)}


def readable(variable, loaded=True):
    accepted, _ = check(preamble(loaded) + "request_route {\n"
                        f"\tif ({variable} == 1) exit;\n}}\n")
    return accepted


def variables():
    """The names of pseudo-variables, each as $class(name)."""
    classes = each(lambda word: readable(f"${word}(reason)")
                   and not readable(f"${word}(reason)", loaded=False), words())
    return {f"${kind}({name})" for kind in classes
            for name in each(lambda word: readable(f"${kind}({word})"),
                             words())}


def events():
    """The names of all event routes."""
    return {name for text in texts()
            for name in re.findall(r"^disconnect-reason:[a-z-]+$", text)}
