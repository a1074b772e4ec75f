"""What every test shares: a data folder of its own, and no network but loopback (pytest-socket)."""

import gc
import os

import hypothesis
import pytest
from django.test import override_settings
from django.utils import translation

from barograph.delivery.transports.memory import MemoryTransport
from tests import prepared
from tests.sharing import Sharing

# how long an example takes says more about what else this machine does than about the code
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what touches the database: all else has run on SQLite and says the same."""
    if os.environ.get("BAROGRAPH_DATABASE_URL", "").startswith("postgres"):
        kept = [item for item in items if {"db", "transactional_db"} & {*item.fixturenames} or _asks(item)]
    else:
        kept = [item for item in items if not any(item.iter_markers("postgres"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    # who brings a data folder starts processes: they take long, and so come first
    items[:] = sorted(kept, key=lambda item: not any(item.iter_markers("own_data")))


def _asks(item) -> bool:
    """Whether a test asks for the database by its mark, or connects by itself."""
    return any(item.iter_markers("django_db")) or "database_url" in item.fixturenames


def pytest_collection_finish(session):
    """What is loaded now stays until the end: Python need not look through it again and again (a sixth of all time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """The tests' database is a copy of one that was migrated once for all workers."""
    from django.db import connection

    test = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql":
        test["TEMPLATE"] = prepared.postgres_database(prepared.folder(tmp_path_factory))
        yield
    else:
        test["NAME"] = "file:tests?mode=memory&cache=shared"
        memory = prepared.copied(prepared.sqlite_database(prepared.folder(tmp_path_factory)), test["NAME"])
        yield
        memory.close()


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """installation(folder): a data folder as a first start makes it, for a process of Barograph's own."""

    def make(data):
        data.mkdir(parents=True, exist_ok=True)
        prepared.copied(prepared.sqlite_database(prepared.folder(tmp_path_factory)), data / prepared.DATABASE).close()
        return data

    return make


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """A password's hash is slow on purpose; here nobody guesses."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    """Files go to a folder of this test alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.ADDRESS_KEY_IS_NEW = settings.SECRET_KEY_IS_NEW = False  # they last as long as the tests
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
