# Prints what was counted, and judges it.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each function prints one part; where there are limits, it returns whether all
of it is ok."""

from .memory import LIMIT

# A header field that a trunk made up may cost this often what it costs in a
# reply with a tenth of them
LINEAR = 1.3

_ROW = "{:<54} {:>12} {:>9}  {}"


def print_instructions(title, variants, figures):
    """`figures` has the instructions per call of each variant; the first is
    the bare relay."""
    print(_ROW.format(title, "instructions", "over bare", "limit"))
    bare, by_name = figures[0], dict(zip((v.name for v in variants), figures))
    all_ok = True
    for variant, figure in zip(variants, figures):
        over = _over(figure, bare)
        limits = []
        if variant.limit is not None:
            limits.append((f"{variant.limit:+.0f} %", over <= variant.limit))
        if variant.rival is not None:
            limits.append((f"{by_name[variant.rival]:,.0f}, {variant.rival}",
                           figure <= by_name[variant.rival]))
        all_ok &= all(ok for _, ok in limits)
        print(_ROW.format(variant.name, f"{figure:,.0f}",
                          _percent(over) if figure is not bare else "-",
                          "; ".join(f"{limit}: {_verdict(ok)}"
                                    for limit, ok in limits) or "-"))
    print()
    return all_ok


def print_spoofed(title, variants, figures):
    """`figures` has the instructions per call of each variant, ever more fields
    from none on; the last is judged by the one before it."""
    print(_ROW.format(title, "instructions", "a field", "limit"))
    none, *more = figures
    print(_ROW.format(variants[0].name, f"{none:,.0f}", "-", "-"))
    costs = [(figure - none) / variant.spoofed
             for variant, figure in zip(variants[1:], more)]
    most = LINEAR * costs[-2]
    ok = 0 < costs[-1] <= most
    limits = ["-"] * (len(costs) - 1) + [f"{most:,.0f}: {_verdict(ok)}"]
    for variant, figure, cost, limit in zip(variants[1:], more, costs, limits):
        print(_ROW.format(variant.name, f"{figure:,.0f}", f"{cost:,.0f}",
                          limit))
    print()
    return ok


def print_memory(bare, module, mapped):
    """All are Shared of one call: without the module, with it, with a map."""
    oks = [_print_memory(title, bare, figure)
           for title, figure in (("the module", module),
                                 ("the module with a map", mapped))]
    return all(oks)


def _print_memory(title, bare, module):
    more = module - bare
    ok = more.besides_callback <= LIMIT
    print(_ROW.format("shared memory of a call in flight", "bytes", "over bare",
                      "limit"))
    rows = (
        ("bare t_relay()", bare.used, None, "-"),
        (title, module.used, more.used, "-"),
        ("  of these tm's callback", module.callback, more.callback, "-"),
        ("  of these the rest", module.besides_callback,
         more.besides_callback, f"{LIMIT:+}: {_verdict(ok)}"),
        (f"{title}, with the memory manager's headers", module.real,
         more.real, "-"),
    )
    for name, size, over, limit in rows:
        print(_ROW.format(name, f"{size:,.0f}",
                          "-" if over is None else f"{over:+,.0f}", limit))
    print()
    return ok


def print_rates(title, variants, figures):
    """`figures` has the Rate of each variant; the first is the bare relay."""
    print(_ROW.format(title, "calls/s", "over bare",
                      "processor time of Kamailio, over bare"))
    bare = figures[0]
    for variant, figure in zip(variants, figures):
        more_calls, more_time = ("-", "-") if figure is bare else (
            _percent(_over(figure.calls, bare.calls)),
            _percent(_over(figure.busy, bare.busy)))
        print(_ROW.format(variant.name, f"{figure.calls:,.0f}", more_calls,
                          f"{figure.busy:.1f} us, {more_time}"))


def _over(figure, bare):
    return 100 * (figure - bare) / bare


def _percent(over):
    return f"{over:+.1f} %"


def _verdict(ok):
    return "ok" if ok else "too much"
