# Fixtures of the end-to-end tests.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

pytest.register_assert_rewrite("lib")

from lib import engines
from lib.case import Case
from lib.proxies import Proxies

# shared by the tests of more than one file
all_engines, kemi = engines.all_engines, engines.kemi


@pytest.fixture(scope="session")
def all_proxies(tmp_path_factory):
    """The Kamailios of this worker; each must end well."""
    proxies = Proxies(tmp_path_factory.mktemp("proxies"))
    yield proxies
    proxies.stop()


@pytest.fixture
def proxies(all_proxies):
    """The Kamailios of this worker; no bad line may come in this test."""
    yield all_proxies
    all_proxies.check()


@pytest.fixture
def case(proxies, tmp_path):
    """Plays a case, see README.md."""
    return Case(proxies, tmp_path)


@pytest.fixture
def proxy(running):
    """The Kamailio that a file of tests runs for itself; no bad line may come in
    this test."""
    yield running
    running.check_log()
