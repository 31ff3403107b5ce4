# What a Kamailio holds of its memory. Needs the module kex in it.
# SPDX-License-Identifier: GPL-2.0-or-later

# bytes that a process may keep of its first message of a kind, which may come
# only after the first count; fewer than 160 calls would lose at 8 bytes each
ONCE = 512


def memory(proxy, seconds=20):
    """What is in use, once tm has freed all transactions: shared memory, what
    tm and the module hold of it, and each process's private memory."""
    proxy.wait_idle(seconds)
    return {
        "shared": proxy.rpc("core.shmmem")["used"],
        "modules": [proxy.rpc("mod.mem_stats", name, "shm")
                    for name in ("disconnect_reason", "tm")],
        "private": {one["pid"]: one["used"] for one in proxy.rpc("pkg.stats")},
    }


def check_flat(first, last, private=ONCE, shared=0):
    """No byte more than before, but for so many of each process, and so many
    of what is shared outside of tm and the module."""
    grown = {pid: used - first["private"][pid]
             for pid, used in last["private"].items()}
    assert max(grown.values()) <= private, grown
    assert last["modules"] == first["modules"]
    assert last["shared"] - first["shared"] <= shared
