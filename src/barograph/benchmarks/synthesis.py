"""A synthetic publication for scale: `barograph make-data`. Realistic shapes, meaningless words, the same for a seed.

Goes the way real material goes: rows of the desk, frozen into editions,
baked and indexed. Verdicts are spread as in real weeklies: 86 % unchanged,
11 % worsened, 3 % improved, some cells not rated.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from barograph.benchmarks.mail import add_subscribers
from barograph.commentaries import services as commentaries
from barograph.commentaries import texts
from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.editions import services as editions
from barograph.interchange.content import ScenarioContent
from barograph.interchange.scenario_streams import to_stream
from barograph.issues import services as issues
from barograph.issues.models import Issue, Topic, Verdict
from barograph.people.models import Person
from barograph.search import services as search
from barograph.website import bake

Progress = Callable[[int, int], None]


class NotEmpty(Exception):
    """The folder holds a publication of people, whose name, languages and lists would be lost."""


FIRST = date(2004, 1, 5)
ANALYSTS = 12
TOPIC = "topic-"
SYLLABLES = {
    "be": "да ро га вы бар ты дзень су сед пра ца зя мля лю дзі ўла мо ва ры нак кош спра ме жа го лас",
    "ru": "до ро га вы бор день со сед ра бо та зем ля лю ди язык ры нок це на де ло гра ни ца го лос",
    "en": "go ver nor mar ket price bor der vo ter lan guage so ci e ty po li cy trade court al ly re form",
}
VERDICTS = ("unchanged", "worsened", "improved", "")
WEIGHTS = (79, 10, 3, 8)


class TextGenerator:
    """Words of syllables, sentences of words, bodies of paragraphs."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - nothing secret
        self.words = {
            code: ["".join(self.random.choices(parts.split(), k=self.random.randint(2, 4))) for _word in range(4000)]
            for code, parts in SYLLABLES.items()
        }

    def some(self, language: str, count: int) -> str:
        return " ".join(self.random.choices(self.words.get(language, self.words["en"]), k=count))

    def sentence(self, language: str, least: int = 6, most: int = 20) -> str:
        return f"{self.some(language, self.random.randint(least, most)).capitalize()}."

    def body(self, language: str) -> str:
        """About 450 words in a few paragraphs."""
        paragraphs = [
            " ".join(self.sentence(language) for _sentence in range(self.random.randint(4, 8))) for _p in range(6)
        ]
        return "".join(f"<p>{text}</p>" for text in paragraphs)


@transaction.atomic
def publication(*, topics: int, languages: list[str], seed: int) -> tuple[list[Topic], list[Person], TextGenerator]:
    """The publication, its topics and analysts; existing ones are used."""
    words = TextGenerator(seed)
    publication = issues.publication()
    publication.name = {code: words.some(code, 2).capitalize() for code in languages}
    publication.languages = languages
    publication.lists = [{"key": code, "label": code.upper(), "languages": [code]} for code in languages]
    publication.save()
    for number in range(topics):
        names = {code: words.some(code, 2).capitalize() for code in languages}
        Topic.objects.get_or_create(key=f"{TOPIC}{number + 1}", defaults={"names": names, "position": number})
    for number in range(ANALYSTS):
        names = {code: words.some(code, 2).title() for code in languages}
        Person.objects.get_or_create(
            slug=f"analyst-{number + 1}", defaults={"names": names, "about": {}, "pseudonym": True}
        )
    return list(Topic.objects.order_by("position")), list(Person.objects.order_by("slug")), words


@transaction.atomic
def add_issue(
    number: int, topics: list[Topic], people: list[Person], languages: list[str], words: TextGenerator
) -> Issue:
    """Issue `number` (1, 2, …), its commentaries ready in every language, not yet public."""
    first = FIRST + timedelta(weeks=number - 1)
    issue = Issue.objects.create(first=first, last=first + timedelta(days=6), number=number)
    chosen = words.random.choices(VERDICTS, WEIGHTS, k=len(topics))
    Verdict.objects.bulk_create(
        Verdict(issue=issue, topic=topic, value=value) for topic, value in zip(topics, chosen, strict=True) if value
    )
    now = timezone.now()
    sources = [_commentary(issue, topic, languages[-1], words) for topic in topics]
    rows = Commentary.objects.bulk_create(sources)
    CommentaryByline.objects.bulk_create(
        CommentaryByline(commentary=row, person=words.random.choice(people), sort_order=0) for row in rows
    )
    translations = []
    for source in rows:
        own = commentaries.source_texts(source)
        for language in languages[:-1]:
            row = _commentary(issue, source.topic, language, words)
            row.source, row.source_texts, row.source_digest = source, own, texts.digest(own)
            translations.append(row)
    Commentary.objects.bulk_create(translations)
    Commentary.objects.filter(issue=issue).update(first_published_at=now, last_published_at=now)
    return issue


def _commentary(issue: Issue, topic: Topic, language: str, words: TextGenerator) -> Commentary:
    row = Commentary(issue=issue, topic=topic, language=language, live=True, has_unpublished_changes=False)
    row.headline = words.sentence(language, 5, 9).rstrip(".")
    row.lede = words.sentence(language, 12, 24)
    row.body = words.body(language)
    row.question = words.sentence(language, 5, 9).replace(".", "?")
    options = [
        ScenarioContent(
            key=f"way-{place}",
            title=words.sentence(language, 3, 6).rstrip("."),
            text=words.sentence(language),
            pros=(words.sentence(language, 4, 8),),
            cons=(words.sentence(language, 4, 8),),
            probability=odds,
        )
        for place, odds in enumerate((0.5, 0.3, 0.1))
    ]
    row.scenarios = json.dumps(to_stream(options, f"{issue.key}/{topic.key}"))
    return row


def release(past_issues: list[Issue], *, progress: Progress | None = None, index: bool = True) -> None:
    """Freeze past issues, bake once, index once."""
    publication = issues.publication()
    editions.freeze_imprint()
    for done, issue in enumerate(past_issues):
        at = issues.planned_release(publication=publication, last=issue.last)
        editions.freeze(issue=issue, published_at=at)
        issues.mark_released(issue=issue, at=at)
        if progress and done % 10 == 0:
            progress(done, len(past_issues))
    bake.bake(progress=progress)
    if index:
        search.index_all()


def make(
    *,
    number: int,
    topics: int,
    languages: list[str],
    subscribers: int = 0,
    seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, int]:
    """A published archive of `number` issues, and confirmed subscribers of its first list.

    Raises NotEmpty where there are topics that were not made here.
    """
    if Topic.objects.exclude(key__startswith=TOPIC).exists():
        raise NotEmpty("This data folder holds a real publication. Give an empty one: BAROGRAPH_DATA=some/folder.")
    last = max(Issue.objects.values_list("number", flat=True), default=0)
    rows, people, words = publication(topics=topics, languages=languages, seed=seed + last)
    new_issues = []
    for done in range(number):
        new_issues.append(add_issue(last + done + 1, rows, people, languages, words))
        if progress and done % 10 == 0:
            progress(done, number)
    release(new_issues, progress=progress)
    add_subscribers(subscribers, list_key=languages[0], language=languages[0])
    counts = {"issues": number, "topics": len(rows), "commentaries": number * len(rows) * len(languages)}
    return {**counts, "subscribers": subscribers}
