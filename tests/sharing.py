"""How the tests are shared out among workers (pytest -n 2).

A test goes to whichever worker is free; a file whose tests share what takes long to make stays with one. The longest
come first (conftest.py), so that at the end no worker is left alone with much.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Each with one publication, server or browser for all its tests. xdist's own groups are marks on tests, and these
#: don't reach it from pytest 9.2 on.
WHOLE = ("tests/test_command_line.py", "tests/deploy/test_web_servers.py", "tests/journeys/")


class Sharing(LoadScopeScheduling):
    def __init__(self, config, log=None):
        super().__init__(config, log)
        config.option.loadscopereorder = False  # as collected

    def _split_scope(self, nodeid):
        return nodeid.partition("::")[0] if nodeid.startswith(WHOLE) else nodeid
