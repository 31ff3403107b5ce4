# The parts of the end-to-end harness; see ../README.md.
# SPDX-License-Identifier: GPL-2.0-or-later
