"""What every test shares: a data folder of its own, and no network but loopback (pytest-socket)."""

import pytest


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    """Files go to a folder of this test alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    return folder
