"""Check that every package Barograph runs on has a licence that fits Apache-2.0 distribution."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

FITS = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zope|ZPL|Unlicense|LGPL|"
    r"Lesser General|HPND|Public Domain|0BSD|CC0|MIT-CMU)",
    re.IGNORECASE,
)
NOT = re.compile(r"\b(AGPL|Affero|SSPL|BUSL|Commons Clause)", re.IGNORECASE)


def licence(name: str) -> str:
    meta = distribution(name).metadata
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    return " | ".join([meta.get("License-Expression") or "", (meta.get("License") or "")[:120], *classifiers])


def main() -> int:
    locked = Path(__file__).resolve().parent.parent / "requirements" / "base.txt"
    bad = []
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", locked.read_text(encoding="utf-8"), flags=re.MULTILINE):
        try:
            text = licence(name)
        except PackageNotFoundError:
            continue  # for another platform
        if NOT.search(text) or not FITS.search(text):
            bad.append(f"{name}: {text.strip(' |') or 'says nothing'}")
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
