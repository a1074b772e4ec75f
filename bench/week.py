"""The week's screen with many topics, languages and people: queries and server time; and saving a commentary.

    .venv/bin/python bench/week.py --topics 60 --people 12

Requests go through the whole stack of the desk in this process, as an editor's, without the network. SQLite.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

Progress = Callable[[int, int], None]
LANGUAGES = ("be", "ru", "en")


def run(*, progress: Progress, topics: int, people: int, rounds: int) -> dict[str, Any]:
    """Medians and the slowest over `rounds` requests after one that warms up; `queries` of the last."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    editor, commentary = make(topics=topics, people=people)
    client = Client()
    client.force_login(editor)
    shown, saved = [], []
    for done in range(rounds + 1):
        begun = time.perf_counter()
        answer = client.get("/desk/")
        shown.append(time.perf_counter() - begun)
        _expect(answer.status_code == 200 and answer.content.count(b'class="desk-row"') == topics, "the screen")
        begun = time.perf_counter()
        answer = client.post(f"/desk/commentaries/edit/{commentary.pk}/", _form(commentary, done))
        saved.append(time.perf_counter() - begun)
        _expect(answer.status_code == 302, "the save")
        progress(done, rounds)
    with CaptureQueriesContext(connection) as queries:
        client.get("/desk/")
    return {
        "topics": topics,
        "languages": len(LANGUAGES),
        "people": people,
        "queries": len(queries),
        "week_ms": round(1000 * statistics.median(shown[1:]), 1),
        "week_slowest_ms": round(1000 * max(shown[1:]), 1),
        "save_ms": round(1000 * statistics.median(saved[1:]), 1),
        "save_slowest_ms": round(1000 * max(saved[1:]), 1),
        "kilobytes": round(len(client.get("/desk/").content) / 1000),
        "rounds": rounds,
    }


def _expect(fine: bool, what: str) -> None:
    if not fine:
        raise RuntimeError(f"{what} did not answer as it should")


def make(*, topics: int, people: int) -> tuple[Any, Any]:
    """An open issue with a commentary a topic and its translations, half of them stale; the editor and one source."""
    from django.contrib.auth.models import Group
    from django.db import transaction

    from barograph.commentaries import services as commentaries
    from barograph.commentaries.models import Commentary
    from barograph.desk.roles import ensure_roles
    from barograph.issues import services as issues
    from barograph.issues.models import Topic
    from barograph.people.models import Pen, Person, User

    with transaction.atomic():
        ensure_roles()
        names = dict.fromkeys(LANGUAGES, "Topic")
        for number in range(topics):
            Topic.objects.create(key=f"topic-{number}", names=names, position=number)
        users = [
            User.objects.create(username=f"user-{number}", email=f"{number}@example.org") for number in range(people)
        ]
        users[0].groups.add(Group.objects.get(name="Editors"))
        for number, user in enumerate(users):
            user.groups.add(Group.objects.get(name="Analysts"))
            person = Person.objects.create(slug=f"person-{number}", names=names)
            Pen.objects.create(user=user, person=person)
        issue = issues.open_issue(first=date(2020, 8, 3))
        for number, topic in enumerate(Topic.objects.all()):
            writer = users[number % people]
            issues.assign_writer(issue=issue, topic=topic, writer=writer)
            issues.decide_verdict(issue=issue, topic=topic, value="worsened", reason="A reason in a line.", by=users[0])
            source = commentaries.start_commentary(
                issue=issue, topic=topic, language="ru", byline=[writer.pens.get().person], by=writer
            )
            source.headline, source.body = f"Headline {number}", ("<p>" + "A sentence of the text. " * 12 + "</p>") * 14
            source.save_revision(user=writer)
            source = commentaries.sign_off(commentary=source)
            for code in ("be", "en"):
                translation = commentaries.start_translation(source, code, by=users[0])
                translation.headline = f"Headline {number} {code}"
                translation.save_revision()
            if number % 2:
                source.headline += ", changed"
                source.save_revision(user=writer).publish(skip_permission_checks=True)
    return users[0], Commentary.objects.sources().first()


def _form(commentary: Any, number: int) -> dict[str, str]:
    """What the browser sends for a commentary with a changed headline."""
    line = commentary.bylines.get()
    return {
        "headline": f"Changed {number}",
        "lede": "",
        "body": '{"blocks": [{"key": "a", "text": "%s", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], '
        '"entityRanges": [], "data": {}}], "entityMap": {}}' % ("A paragraph of the text. " * 200),
        "question": "",
        "resolves_by": "",
        "resolution": "",
        "scenarios-count": "0",
        "bylines-TOTAL_FORMS": "1",
        "bylines-INITIAL_FORMS": "1",
        "bylines-MIN_NUM_FORMS": "0",
        "bylines-MAX_NUM_FORMS": "1000",
        "bylines-0-id": str(line.pk),
        "bylines-0-person": str(line.person_id),
        "bylines-0-ORDER": "1",
    }


if __name__ == "__main__":
    from empty_folder import measure

    measure(run, __doc__, topics=60, people=12, rounds=10)
