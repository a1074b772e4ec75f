"""What every test shares: a data folder of its own, and no network but loopback (pytest-socket)."""

import pytest
from django.utils import translation

from barograph.delivery.transports.memory import MemoryTransport


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
