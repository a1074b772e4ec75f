"""What every test shares: a data folder of its own, and no network but loopback (pytest-socket)."""

import os

import pytest
from django.utils import translation

from barograph.delivery.transports.memory import MemoryTransport


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what touches the database: all else has run on SQLite and says the same."""
    if os.environ.get("BAROGRAPH_DATABASE_URL", "").startswith("postgres"):
        kept = [item for item in items if {"db", "transactional_db"} & {*item.fixturenames} or _asks(item)]
    else:
        kept = [item for item in items if not any(item.iter_markers("postgres"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _asks(item) -> bool:
    """Whether a test asks for the database by its mark, or connects by itself."""
    return any(item.iter_markers("django_db")) or "database_url" in item.fixturenames


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    """Files go to a folder of this test alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    return folder


@pytest.fixture(autouse=True)
def no_language_left_over():
    """A test that activates a language (a request does, too) does not choose the words of the next."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def outbox(settings):
    """Mailings go into a list of (sender, recipient, mail); `MemoryTransport.answers` says what a relay would."""
    settings.BAROGRAPH_TRANSPORT = "barograph.delivery.transports.memory.MemoryTransport"
    MemoryTransport.outbox.clear()
    MemoryTransport.answers.clear()
    return MemoryTransport.outbox
