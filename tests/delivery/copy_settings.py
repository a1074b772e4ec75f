"""As kill_settings, with mails kept in memory: what a copy of an installation would send."""

from tests.delivery.kill_settings import *  # noqa: F403

BAROGRAPH_TRANSPORT = "barograph.delivery.transports.memory.MemoryTransport"
