"""The part of the build that pyproject.toml can't say: catalogues are compiled into the wheel.

A clone has no .mo files; without them every page would be English in silence.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """Copies the package's files, then compiles the catalogues among the copies."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for source in sorted(Path(self.build_lib).rglob("*.po")):
            language = source.parts[-3]
            with source.open("rb") as file:
                catalogue = read_po(file, locale=language)
            with source.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue)


setup(cmdclass={"build_py": BuildWithCatalogues})
