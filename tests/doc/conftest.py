# Tests of the documents: see the module's doc/doc.mk for how to run them.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

pytest.register_assert_rewrite("lib")
