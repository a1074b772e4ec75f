"""The catalogues of Barograph's own words, and of Wagtail's where it lacks them: update, check and compile them.

    python tools/catalogues.py update    # take up new strings, keep what is translated
    python tools/catalogues.py check     # fail where a string is missing, fuzzy, empty or left over
    python tools/catalogues.py compile   # write the .mo files that the product reads
    python tools/catalogues.py begin he  # begin one of another language: see docs/new-language.md

Pure Python (Babel), so that nothing of the system is needed.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import wagtail_words
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "barograph"
LOCALE = SOURCE / "locale"
LANGUAGES = ("be", "ru")
PLURALS = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
DJANGO_TAG = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
DJANGO_CALL = re.compile(r"""\b_\((?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\)""")
#: Plurals and contexts are for Python: here they are refused, for they would stay untranslated.
DJANGO_OTHER = re.compile(r"{%\s*blocktrans|{%\s*trans[a-z]*\s[^%]*\scontext\s")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def extract_django(fileobj, keywords, comment_tags, options):
    """Strings of the desk's Django templates: `{% translate "…" %}` and `_("…")` in tags."""
    for number, line in enumerate(fileobj.read().decode().splitlines(), start=1):
        if DJANGO_OTHER.search(line):
            sys.exit(f"A template's line {number} has a string that would not be found: {line.strip()}")
        for pattern in (DJANGO_TAG, DJANGO_CALL):
            for match in pattern.finditer(line):
                yield number, "gettext", (match.group(1) or match.group(2)).replace('\\"', '"'), []


def template() -> Catalog:
    """All strings of the source, with the files they stand in (no line numbers: less noise)."""
    catalog = Catalog(project="Barograph", charset="utf-8")
    method_map = [("**.py", "python"), ("**/jinja2/**.*", "jinja2"), ("**/templates/**.*", extract_django)]
    uses: dict[tuple[str, str | None], set[bool]] = {}
    for name, _line, message, comments, context in extract_from_dir(SOURCE, method_map, keywords=KEYWORDS):
        if name.startswith("locale"):
            continue
        is_plural = isinstance(message, tuple)
        forms = uses.setdefault((message[0] if is_plural else message, context), set())
        forms.add(is_plural)
        if len(forms) == 2:  # gettext before Python 3.11.4 would leave it in English where it has no number
            sys.exit(f"{name}: {message!r} is used both with and without a number. Give one of the two a context.")
        catalog.add(message, locations=[(name, None)], auto_comments=comments, context=context)
    return catalog


#: Where the words stand that readers see: what the catalogue of a further language begins with.
READERS = ("base/", "feeds/", "newsletter/", "search/", "subscribers/", "takeaway/", "website/")


def for_readers(source: Catalog, language: str) -> Catalog:
    """The strings of pages, mails and printed forms alone."""
    catalog = Catalog(locale=language, project="Barograph", charset="utf-8")
    for message in source:
        places = [place for place in message.locations if place[0].startswith(READERS)]
        if message.id and places:
            catalog.add(message.id, locations=places, auto_comments=message.auto_comments, context=message.context)
    return catalog


def others() -> list[str]:
    """Further languages that somebody has begun: readers' words alone, what is empty there is said in English."""
    found = (folder.name for folder in LOCALE.iterdir() if (folder / "LC_MESSAGES/django.po").exists())
    return sorted(set(found) - {*LANGUAGES})


def begin(language: str) -> Path:
    """An empty catalogue of a further language. Raises SystemExit where there is one, or no such language."""
    if path(language).exists():
        sys.exit(f"There is one: {path(language)}")
    try:
        Locale(language)
        write(path(language), for_readers(template(), language))
    except UnknownLocaleError as error:
        sys.exit(f"{error}: a code such as he, ar or pt is wanted.")
    return path(language)


def path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    if not path(language).exists():
        return Catalog(locale=language, project="Barograph")
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    source = template()
    for language in LANGUAGES:
        catalog = load(language)
        catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        write(path(language), catalog)
        for domain in wagtail_words.DOMAINS:
            words = wagtail_words.updated(language, domain)
            if len(words):
                write(wagtail_words.path(language, domain), words)
    for language in others():
        catalog = load(language)
        catalog.update(for_readers(source, language), no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        write(path(language), catalog)


def write(target: Path, catalog: Catalog) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, omit_header=False)
    text = re.sub(
        r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team)[^\n]*\n',
        "",
        out.getvalue().decode(),
    )
    if str(catalog.locale) in LANGUAGES:
        text = re.sub(r'"Plural-Forms:.*?\\n"\n', f'"Plural-Forms: {PLURALS}\\\\n"\n', text, flags=re.S)
    target.write_text(text, encoding="utf-8")


def problems() -> list[str]:
    found = []
    source = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in template() if m.id}
    for language in LANGUAGES:
        catalog = load(language)
        known = set()
        for message in catalog:
            if not message.id:
                continue
            key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
            known.add(key)
            texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
            if key not in source:
                found.append(f"{language}: no longer used: {key[1]!r}")
            elif not all(texts) or message.fuzzy:
                found.append(f"{language}: not translated: {key[1]!r}")
            else:
                found += [f"{language}: {error}: {key[1]!r}" for error in message.check(catalog)]
                if isinstance(message.id, tuple | list) and len(texts) != 3:
                    found.append(f"{language}: wants three plural forms: {key[1]!r}")
        found += [f"{language}: missing: {text!r}" for context, text in sorted(source - known, key=str)]
    for language in others():
        catalog = load(language)
        translated = (message for message in catalog if message.id and any(message.string))
        found += [f"{language}: {error}: {message.id!r}" for message in translated for error in message.check(catalog)]
    return found


def compile_all() -> None:
    for language in (*LANGUAGES, *others(), "en"):  # English: what the desk does otherwise than Wagtail says
        for source in (path(language), *(wagtail_words.path(language, domain) for domain in wagtail_words.DOMAINS)):
            if source.exists():
                compile_one(source, language)


def compile_one(source: Path, language: str) -> None:
    target = source.with_suffix(".mo")
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        write_mo(file, wagtail_words.read(source, language))
    partial.replace(target)


def main(arguments: list[str]) -> int:
    if len(arguments) == 2 and arguments[0] == "begin":
        print(begin(arguments[1]))
        return 0
    verb = arguments[0] if len(arguments) == 1 else ""
    if verb == "update":
        update()
    elif verb == "compile":
        compile_all()
    elif verb == "check":
        found = problems() + wagtail_words.problems(LANGUAGES)
        for problem in found:
            print(problem)
        if found:
            print(f"{len(found)} strings want work: run `make catalogues`, then translate.")
        return 1 if found else 0
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
