# The way from LiveKit to the trunk: direct, or through the real Kamailio.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Ways` holds a trunk for each, and the edges with their maps."""

import contextlib
import re

from lib import ports
from lib.shipped import CFG, EDGE, host, running
from trunk import HOST, LOCAL, Phone, trunk

DIRECT = "direct"
PROFILES = ("livekit-sip", "livekit-sip-1.2")  # cfg/bridges/
# What Kamailio logs when sending fails, as the test intends
CANNOT_SEND = (r"ERROR: tm .*(t_forward_nonack|_w_t_relay_to|msg_send_buffer)"
               r"\(\)",
               r"ERROR: <core> .*tcp(conn_1st_send|_finish_connect"
               r"|_blocking_connect|_do_connect)\(\)")


def written_map(folder, profile):
    """A map with one bridge of cfg/bridges/, with our own address, and with
    its detail header switched on."""
    text = (CFG / f"bridges/{profile}.cfg").read_text("utf-8")
    entry, count = re.subn(r'address = \[.*?\]', f'address = [ "{LOCAL}" ]',
                           text)
    assert count == 1, text
    entry, count = re.subn("# (detail_header)", r"\1", entry)
    assert count == 1, text
    path = folder / f"{profile}.map"
    path.write_text(f"version = 1;\nbridges: (\n{entry});\n", "utf-8")
    return path


class Ways:
    """Addresses to dial, by way and by the kind of trunk."""

    def __init__(self, folder):
        self.folder, self.stack = folder, contextlib.ExitStack()
        self.phone = Phone()
        self.refusing = f"{HOST}:{ports.take()}"
        self.addresses, self.proxies = {}, []

    def __enter__(self):
        try:
            self.addresses[DIRECT, "obeys"] = self._trunk("direct", 1).address
            self.addresses[DIRECT, "refuses"] = self.refusing
            trunks = [host(self._trunk(name, 2)) for name in ("one", "two")]
            for profile in PROFILES:
                self._edges(profile, trunks)
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _trunk(self, name, vias):
        sipp = trunk(self.folder, name, vias, self.phone.port)
        self.stack.callback(sipp.end)
        sipp.start()
        sipp.wait_ready()
        return sipp

    def _edges(self, profile, trunks):
        """Two trunks that obey, two that refuse, and one that obeys."""
        refusing = f'"{self.refusing};transport=tcp"'
        for kind, (first, second), more in (
                ("obeys", trunks, {}),
                ("refuses", (refusing, refusing), {}),
                ("alone", trunks, {"ONE_TRUNK": "1"})):
            proxy = self.stack.enter_context(running(
                self.folder / f"edge-{profile}-{kind}", EDGE, CANNOT_SEND,
                BRIDGE=f'"{LOCAL}:9"', BRIDGE_NET=LOCAL, TRUNK_1=first,
                TRUNK_1_NET=HOST, TRUNK_2=second, TRUNK_2_NET=HOST,
                MAP=f'"{written_map(self.folder, profile)}"', **more))
            self.addresses[profile, kind] = proxy.address
