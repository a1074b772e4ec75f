"""The wheel holds all that a clone does, and pages rendered from it alone are in their languages."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
#: Renders a page of each language, the desk's scripts and a book's templates, from nothing but the wheel.
RENDERS = """
import sys, django
from pathlib import Path
import barograph
assert str(Path(barograph.__file__)).startswith(sys.argv[1]), barograph.__file__
django.setup()
from django.contrib.staticfiles import finders
from django.utils import translation
from barograph.base import pages
for language, words in (("be", "Тэмы"), ("ru", "Темы"), ("en", "Topics")):
    with translation.override(language):
        assert translation.gettext("Topics") == words, (language, translation.gettext("Topics"))
for name in ("desk/passkey.js", "desk/week.js"):
    assert finders.find(name), name
pages.render("takeaway/epub/container.xml", {}, language="be")
from barograph.base import glyphs, style
assert glyphs.covered() and style.css()
from barograph.takeaway import typesetting
assert sorted((typesetting.HERE / "fonts").glob("*.ttf")) and sorted((typesetting.HERE / "typst").glob("*.typ"))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy of what git knows, so that nothing a make has left lying about comes in."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "src", "requirements", "pyproject.toml", "setup.py", "LICENSE"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
    command = [
        sys.executable,
        "-c",
        "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))",
        str(out),
    ]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl")), sorted(name for name in tracked if name.startswith("src/barograph/"))


def test_the_wheel_holds_every_file_of_the_package_and_the_compiled_catalogues(wheel):
    path, tracked = wheel
    names = set(zipfile.ZipFile(path).namelist())
    wanted = {name.removeprefix("src/") for name in tracked if (ROOT / name).is_file()}
    assert wanted - names == set()
    catalogues = {name.removesuffix(".po") + ".mo" for name in wanted if name.endswith(".po")}
    assert catalogues
    assert catalogues - names == set()


def test_pages_from_the_wheel_alone_are_in_their_languages(wheel, tmp_path):
    path, _tracked = wheel
    zipfile.ZipFile(path).extractall(tmp_path / "lib")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAROGRAPH_")}
    environment |= {
        "PYTHONPATH": str(tmp_path / "lib"),
        "DJANGO_SETTINGS_MODULE": "barograph.settings",
        "BAROGRAPH_DATA": str(tmp_path / "data"),
        "LC_ALL": "C",
    }
    command = [sys.executable, "-c", RENDERS, str(tmp_path / "lib")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
