"""Small content folders for tests."""

from __future__ import annotations

from pathlib import Path

PUBLICATION = """\
name: {be: "Тэст", en: "Test"}
languages: [be, ru, en]
rhythm: week
timezone: Europe/Minsk
lists:
  - {key: en, label: EN, languages: [en]}
links: []
"""
TOPICS = """\
- key: economy
  names: {be: "Эканоміка", en: "Economy"}
- key: security
  names: {be: "Бяспека", en: "Security"}
"""
PEOPLE = """\
- slug: jan-tuman
  names: {be: "Ян Туман", en: "Jan Tuman"}
- slug: north-wind
  names: {en: "North Wind"}
  pseudonym: true
"""


def commentary(language: str = "en", *, body: str = "Text.\n", **changes: str | None) -> str:
    """A commentary file; `changes` replace or take out (None) lines of its front matter."""
    lines: dict[str, str | None] = {
        "verdict": "worsened",
        "headline": f'"Headline {language}"',
        "byline": "[jan-tuman]",
        "source_language": "en",
        **changes,
    }
    head = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    return f"---\n{head}---\n\n{body}"


def good() -> dict[str, str | bytes]:
    """{path: text} of a folder without problems."""
    return {
        "publication.yaml": PUBLICATION,
        "topics.yaml": TOPICS,
        "people.yaml": PEOPLE,
        "2020-08-03/economy.en.md": commentary("en"),
        "2020-08-03/economy.be.md": commentary("be"),
    }


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    root.mkdir(exist_ok=True)
    return root


def read(root: Path) -> dict[str, bytes]:
    """{path: bytes} of a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
