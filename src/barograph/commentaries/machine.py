"""A machine's draft of what is empty in a translation, from a service that speaks LibreTranslate's HTTP interface.

Off unless BAROGRAPH_MACHINE_TRANSLATION names one. What it drafts is marked until a person signs off, and goes nowhere
before. Nobody's words are touched: a service that is away, slow or wrong changes nothing. Why so: decision 54.
"""

from __future__ import annotations

import json
import logging
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException

from bs4 import BeautifulSoup
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from barograph.base import outgoing
from barograph.commentaries import texts as words
from barograph.commentaries.exchange import Unit, fault
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import missing_texts, save_translation, standing_body, standing_texts, working_copy
from barograph.commentaries.xliff import printable

log = logging.getLogger("barograph.commentaries")

#: Seconds for all texts together, and for one silence in between.
PATIENCE, SILENCE = 60.0, 20.0
#: Letters in one request, and bytes in one answer.
BATCH, LARGEST = 5_000, 1_000_000
ONE_LINE = ("headline", "question", "title", "pros", "cons")


class MachineProblem(Exception):
    """The service gave no draft; nothing was changed. The message is for the person who asked for it."""


@dataclass(frozen=True)
class Drafted:
    """How many texts were filled, and how many came back unusable and stay empty."""

    filled: int
    unusable: int


def draft(translation: Commentary, by=None) -> Drafted:
    """Fill what is empty in the newest draft. Raises MachineProblem.

    The service is asked outside any transaction; what was written meanwhile stays as it is.
    """
    source = translation.source
    standing, missing = standing_texts(source), set(missing_texts(working_copy(translation)))
    asked = {path: text for path, text in standing.items() if _field(path) in missing and not text.startswith("<embed")}
    answers = _translate(asked, source.language, translation.language)
    good = {path: text for path, text in answers.items() if text}
    with transaction.atomic():
        row = Commentary.objects.select_for_update(of=("self",)).get(pk=translation.pk)
        newest = working_copy(row)
        if standing_texts(row.source) != standing:
            raise MachineProblem(_("The source has just changed. Request the draft again."))
        empty = set(missing_texts(newest))
        usable = {path: text for path, text in good.items() if _field(path) in empty}
        if usable:
            _save(row, newest, standing, usable, by)
    return Drafted(len(usable), len(asked) - len(good))


def _field(path: str) -> str:
    return "body" if path.startswith("body.") else path


def _save(row: Commentary, newest: Commentary, standing: words.Texts, drafted: words.Texts, by) -> None:
    made_from = dict(newest.source_texts)
    texts = {path: text for path, text in drafted.items() if _field(path) != "body"}
    made_from |= {path: standing[path] for path in texts}
    if len(texts) < len(drafted):
        blocks = words.blocks(standing_body(row.source))
        places = words.body_places(standing)
        # a paragraph that came back unusable leaves its place empty; an image has no words
        inner = {n: standing[f"body.{n}"] if blocks[n].tag == "embed" else drafted.get(f"body.{n}", "") for n in places}
        texts["body"] = "".join(words.Block(blocks[n].tag, inner[n]).html for n in places)
        made_from = {path: text for path, text in made_from.items() if _field(path) != "body"}
        made_from |= {f"body.{n}": standing[f"body.{n}"] for n in places}
    machine = {_field(path) for path in drafted}
    save_translation(translation=row, texts=texts, by=by, made_from=made_from, machine=machine)


def _translate(asked: words.Texts, source: str, target: str) -> words.Texts:
    """{path: translation}, empty where it came back unusable."""
    ends = time.monotonic() + PATIENCE
    translated: words.Texts = {}
    for markup in (False, True):
        paths = [path for path in asked if (_field(path) == "body") == markup]
        for batch in _batches(paths, asked):
            answers = _ask([asked[path] for path in batch], source, target, markup, ends)
            translated |= {p: _usable(p, asked[p], answer) for p, answer in zip(batch, answers, strict=True)}
    return translated


def _batches(paths: Sequence[str], texts: words.Texts) -> Iterator[list[str]]:
    batch: list[str] = []
    for path in paths:
        if batch and sum(len(texts[one]) for one in batch) + len(texts[path]) > BATCH:
            yield batch
            batch = []
        batch.append(path)
    if batch:
        yield batch


def _ask(texts: list[str], source: str, target: str, markup: bool, ends: float) -> list[str]:
    service = settings.MACHINE_TRANSLATION
    if service is None:
        raise MachineProblem(_("Machine translation is not set up."))
    fields = {"q": texts, "source": source, "target": target, "format": "html" if markup else "text"}
    if service.key:
        fields["api_key"] = service.key
    headers = {"Content-Type": "application/json", "User-Agent": "Barograph"}
    request = urllib.request.Request(service.url, json.dumps(fields).encode(), headers)  # noqa: S310 http(s) by its setting
    try:
        left = min(SILENCE, max(ends - time.monotonic(), 0.1))
        with outgoing.open_url(request, timeout=left) as response:
            answer = json.loads(_read(response, ends))["translatedText"]
    except urllib.error.HTTPError as error:
        log.warning("The machine translation at %s answered %s", service.host, error.code)
        error.close()
        raise MachineProblem(
            _("The machine translation service refused the request: %(code)s.") % {"code": error.code}
        ) from None
    except (OSError, HTTPException) as error:
        log.warning("The machine translation at %s cannot be reached: %s", service.host, error)
        raise MachineProblem(_("The machine translation service is not responding.")) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MachineProblem(_("The machine translation service did not return a translation.")) from None
    if not isinstance(answer, list) or len(answer) != len(texts) or not all(isinstance(one, str) for one in answer):
        raise MachineProblem(_("The machine translation service did not return a translation."))
    return answer


def _read(response, ends: float) -> bytes:
    data = b""
    while piece := response.read1(65_536):
        data += piece
        if time.monotonic() > ends:
            raise TimeoutError("it takes too long")
        if len(data) > LARGEST:
            raise ValueError("too much")
    return data


def _usable(path: str, source: str, answer: str) -> str:
    """The answer as a text may be; empty where markup was lost or broken, or it is too long for its field."""
    text = printable(answer).strip()
    if any(part in ONE_LINE for part in path.split(".")):
        text = " ".join(text.split())
    if _field(path) == "body":
        if _tags(text) != _tags(source):
            return ""
        text = BeautifulSoup(text, "html.parser").decode_contents(formatter="minimal")
    return "" if fault(Unit(path, source, text)) else text


def _tags(html: str) -> Counter[tuple[str, ...]]:
    """Elements with their attributes: a draft has the source's, in whatever order."""
    elements = BeautifulSoup(html, "html.parser").find_all(True)
    return Counter((tag.name, *(f"{name}={value}" for name, value in sorted(tag.attrs.items()))) for tag in elements)
