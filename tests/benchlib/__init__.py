# The parts of the bench; see ../bench.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Uses the launchers of the end-to-end tests, the package `lib` in ../e2e."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../e2e"))
