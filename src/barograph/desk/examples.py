"""What was judged improved or worsened before, per topic: shown where somebody rates. Reads only, two queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import get_language

from barograph.commentaries.models import Commentary
from barograph.issues.enums import IssueState, VerdictValue
from barograph.issues.models import Issue, Topic, Verdict

#: How many of each verdict, the latest first.
SHOWN = 2


@dataclass(frozen=True)
class Example:
    """A week that was judged so: when, under which headline, in which language, and the editor's reason."""

    period: str
    headline: str
    language: str
    reason: str


def past_examples(*, issue: Issue, topics: Iterable[Topic]) -> dict[tuple[int, str], list[Example]]:
    """{(topic's id, verdict): examples} from published issues before this one."""
    place = Window(RowNumber(), partition_by=[F("topic_id"), F("value")], order_by=F("issue__first").desc())
    verdicts = list(
        Verdict.objects.filter(
            topic__in=list(topics),
            value__in=[VerdictValue.IMPROVED, VerdictValue.WORSENED],
            issue__state=IssueState.RELEASED,
            issue__first__lt=issue.first,
        )
        .annotate(place=place)
        .filter(place__lte=SHOWN)
        .select_related("issue")
        .order_by("-issue__first")
    )
    headlines = _headlines(verdicts, get_language() or "en")
    examples: dict[tuple[int, str], list[Example]] = {}
    for verdict in verdicts:
        language, headline = headlines.get((verdict.issue_id, verdict.topic_id), ("", ""))
        example = Example(str(verdict.issue), headline, language, verdict.reason)
        examples.setdefault((verdict.topic_id, verdict.value), []).append(example)
    return examples


def _headlines(verdicts: list[Verdict], preferred: str) -> dict[tuple[int, int], tuple[str, str]]:
    """{(issue, topic): (language, headline)}: in the reader's language, else as it was written."""
    rows = Commentary.objects.filter(
        live=True, issue__in={v.issue_id for v in verdicts}, topic__in={v.topic_id for v in verdicts}
    ).values_list("issue_id", "topic_id", "language", "headline", "source_id")
    headlines: dict[tuple[int, int], tuple[str, str]] = {}
    for issue, topic, language, headline, source in rows:
        if language == preferred or (source is None and (issue, topic) not in headlines):
            headlines[issue, topic] = (language, headline)
    return headlines
