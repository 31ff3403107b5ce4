# What the built module exports, found out by asking Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every name that a module exports is a text in its read-only data. So all its
texts, and all their ends (the linker lets a text share the end of a longer
one), are tried on the real Kamailio."""

import re
import subprocess
import tempfile

from asking import check, each, preamble, refusals
from lib.kamailio import module_path

SCRIPT = "request_route {\n\texit;\n}\n"
UNKNOWN = "unknown command"
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


def texts():
    """The texts in the module's read-only data."""
    with tempfile.NamedTemporaryFile() as data:
        subprocess.run(["objcopy", "-O", "binary", "-j", ".rodata",
                        module_path(), data.name], check=True, timeout=30)
        return [text.decode("latin-1") for text in data.read().split(b"\0")]


def words():
    """All texts, and ends of texts, that could be a name."""
    ends = {text[i:] for text in texts() for i in range(len(text))}
    return {end for end in ends if re.fullmatch("[a-z_][a-z0-9_]+", end)}


def parameters():
    """{(name, type)} of all parameters."""
    tried = [(word, kind) for word in sorted(words())
             for kind in ("integer", "string")]
    lines = [f'modparam("disconnect_reason", "{word}", '
             f'{1 if kind == "integer" else chr(34) * 2})'
             for word, kind in tried]
    refused = refusals(preamble(), lines, SCRIPT)
    return {pair for i, pair in enumerate(tried) if i not in refused}


def call(word, count):
    arguments = ", ".join(['"a"'] * count)
    return f"{word}({arguments});"


def known(word, count, route="request_route", loaded=True):
    """Does Kamailio know a function with so many parameters in a route?"""
    head = preamble(loaded) + (SCRIPT if route != "request_route" else "")
    return 0 not in refusals(head + route + " {\n", [call(word, count)], "}\n")


def functions():
    """{(name, number of parameters)} of all functions of the native script."""
    tried = [(word, count) for word in sorted(words()) for count in range(5)]
    refused = refusals(preamble() + "request_route {\n",
                       [call(*pair) for pair in tried], "}\n")
    # words of the language upset their neighbours: ask again, one by one
    unclear = {pair for i, pair in enumerate(tried)
               if not any(UNKNOWN in why for why in refused.get(i, []))}
    return each(lambda pair: known(*pair) and not known(*pair, loaded=False),
                unclear)


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
    short = {word for word in words() if len(word) <= 16 and "_" not in word}
    classes = each(lambda word: readable(f"${word}(reason)")
                   and not readable(f"${word}(reason)", loaded=False),
                   {word for word in short if len(word) <= 8})
    return {f"${kind}({name})" for kind in classes
            for name in each(lambda word: readable(f"${kind}({word})"), short)}


def events():
    """The names of all event routes."""
    return {name for text in texts()
            for name in re.findall(r"disconnect-reason:[a-z-]+", text)}
