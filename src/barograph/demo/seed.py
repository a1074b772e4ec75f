"""The demo publication: its people, its eight weeks, one correction and the week that waits to be written.

Everything goes through the same verbs as in a real installation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.users.models import UserProfile

from barograph.commentaries.models import Commentary, Term
from barograph.demo.sign_ins import SIGN_INS
from barograph.interchange.importing import import_folder
from barograph.issues import services as issues
from barograph.issues.models import Issue, PlannedTopic, Topic
from barograph.people.models import Pen, Person, User
from barograph.publishing import services as publishing
from barograph.publishing.archive import release_archive
from barograph.publishing.tasks import ask_for_missing_forms

CONTENT = Path(__file__).parent / "content"
NEXT_ISSUE = date(2020, 9, 28)
#: topic → who writes it, and who steps in; two topics still look for somebody.
PLAN = {
    "belarus-russia": ("analyst-one", "analyst-two"),
    "ruling-elite": ("analyst-one", "analyst-two"),
    "society-parties": ("analyst-two", "analyst-one"),
    "security": ("analyst-two", "analyst-one"),
}
#: Names and terms as the publication writes them: Belarusian, Russian, English.
GLOSSARY = (
    ("Лукашэнка", "Лукашенко", "Lukashenka"),
    ("Ціханоўская", "Тихановская", "Tsikhanouskaya"),
    ("Каардынацыйная рада", "Координационный совет", "Coordination Council"),
    ("Нацыянальны банк", "Национальный банк", "National Bank"),
    ("Еўрапейскі саюз", "Европейский союз", "European Union"),
    ("саюзная дзяржава", "союзное государство", "Union State"),
    ("сілавікі", "силовики", "security forces"),
    ("інаўгурацыя", "инаугурация", "inauguration"),
)


def ensure(*, say: Callable[..., None]) -> None:
    """Load what is not there yet; a second start finds everything and does nothing."""
    if not Issue.objects.filter(first=NEXT_ISSUE).exists():
        say("Loading the demo publication: eight weeks, six topics, three languages …")
        _load()
    if not Issue.objects.released().exists():
        release_archive(Issue.objects.filter(first__lt=NEXT_ISSUE).order_by("first"))
        _correct()
        ask_for_missing_forms()  # the pages can be read while the worker makes them


@transaction.atomic
def _load() -> None:
    for name, password, group, language, _pens in SIGN_INS:
        user, is_new = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
        if is_new:
            user.set_password(password)
            user.save()
            user.groups.set(Group.objects.filter(name=group))
            profile = UserProfile.get_for_user(user)
            profile.preferred_language = language
            profile.current_time_zone = "Europe/Minsk"
            profile.save()
    report = import_folder(CONTENT)
    if report.problems:
        raise RuntimeError(f"the demo's content has problems: {report.problems[:3]}")
    for name, _password, _group, _language, pens in SIGN_INS:
        for slug in pens:
            Pen.objects.get_or_create(user=User.objects.get(username=name), person=Person.objects.get(slug=slug))
    for key, names in PLAN.items():
        writer, substitute = (User.objects.get(username=name) for name in names)
        PlannedTopic.objects.create(topic=Topic.objects.get(key=key), writer=writer, substitute=substitute)
    Term.objects.bulk_create(Term(words=dict(zip(("be", "ru", "en"), words, strict=True))) for words in GLOSSARY)
    issues.open_issue(first=NEXT_ISSUE)


def _correct() -> None:
    """One correction, as an editor would make it: the text changes, readers are told."""
    issue = Issue.objects.get(first=date(2020, 9, 7))
    topic = Topic.objects.get(key="economy")
    source = Commentary.objects.sources().get(issue=issue, topic=topic)
    notes = {
        "be": "Удакладнена: зніжэнне рэзерваў пададзенае паводле даных Нацыянальнага банка за жнівень, а не за лета.",
        "ru": "Уточнено: снижение резервов указано по данным Национального банка за август, а не за лето.",
        "en": "Clarified: the fall in reserves is the National Bank’s figure for August, not for the summer.",
    }
    issues.record_correction(issue=issue, topic=source.topic, when=date(2020, 9, 16), kind="fact", notes=notes)
    published_at = datetime(2020, 9, 16, 12, 0, tzinfo=UTC)
    publishing.run(publishing.request(issue=issue, mail=False, published_at=published_at).pk)
