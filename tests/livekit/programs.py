# LiveKit's programs, which are not part of this project.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run as a script, it only says what is missing."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

VARIABLES = {
    "LIVEKIT_SERVER": "livekit-server, 1.13.0 or newer",
    "LIVEKIT_SIP": "livekit-sip, 1.2.0 or newer",
    "REDIS_SERVER": "redis-server, 6 or newer",
}


@dataclass
class Programs:
    """Paths of the programs under test."""
    server: str
    sip: str
    redis: str

    def versions(self):
        """The versions and file names of LiveKit's two programs.

        LiveKit SIP has its version only in LiveKit's own builds.
        """
        return [f"{_version(path)} ({os.path.basename(path)})"
                for path in (self.server, self.sip)]


def _version(path):
    said = subprocess.run([path, "--version"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    return re.search(r"\d+\.\d+\.\d+\S*", said)[0]


def programs():
    """The programs that the environment names; exits when one is missing."""
    paths = {name: os.environ.get(name, "") for name in VARIABLES}
    missing = [f"  {name}=PATH    {what}" for name, what in VARIABLES.items()
               if not shutil.which(paths[name])]
    if missing:
        raise SystemExit("livekit-test: these programs are not part of this "
                         "project. Set\n" + "\n".join(missing))
    return Programs(*(shutil.which(path) for path in paths.values()))


if __name__ == "__main__":
    programs()
