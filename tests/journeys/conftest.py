"""A real demo (demos.py) and a real browser."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

import barograph
from tests import prepared
from tests.journeys import demos

# What is waited for comes at once or, where much else is going on, late; it costs nothing to be patient.
expect.set_options(timeout=60_000)


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise RuntimeError("There is no Chromium: sh tools/test_system.sh installs it.")


def pytest_addoption(parser):
    parser.addoption("--approve-looks", action="store_true", help="keep what the pages look like now (make looks)")


#: Minutes of a processor, roughly. What takes long comes first: at the end no worker is left alone with much.
WEIGHTS = {"test_pages": 3, "test_looks": 1.1, "test_writing": 1, "test_mail": 1, "test_week": 1, "test_reading": 1}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: -WEIGHTS.get(item.path.stem, 0))


#: The only typefaces the browser sees: the project's own, whatever this machine has. Generic families are one of them.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>Literata</string></edit>
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""


@pytest.fixture(scope="session")
def own_fonts(tmp_path_factory):
    """A fontconfig file, the same on every machine."""
    folder = tmp_path_factory.mktemp("fonts")
    fonts = Path(barograph.__file__).parent / "takeaway/fonts"
    (folder / "fonts.conf").write_text(FONTS.format(fonts=fonts, cache=folder / "cache"))
    return folder / "fonts.conf"


@pytest.fixture(scope="session")
def browser_type_launch_args(own_fonts):
    # letters are set where their outlines want them, on every machine alike
    drawn = ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"]
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(own_fonts), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return {"executable_path": chromium(), "headless": True, "args": [*quiet, *drawn], "env": environment}


@pytest.fixture(scope="session")
def new_demo(tmp_path_factory):
    """new_demo(): the address of a demo that nobody has touched; the whole product runs behind it until the end."""

    @contextlib.contextmanager
    def new():
        played = demos.played(prepared.folder(tmp_path_factory))
        with demos.running(demos.copy(played, tmp_path_factory.mktemp("demo") / "data")) as base:
            yield base

    return new


@pytest.fixture(scope="session")
def demo(new_demo):
    with new_demo() as base:
        yield base


@pytest.fixture(scope="session")
def browser_context_args(demo):
    return {"base_url": demo, "locale": "be-BY"}
