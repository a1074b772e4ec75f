"""Ratings: given blind, seen together. Who sees what is decided here and nowhere else.

A member sees the others' ratings of a topic once they have given their own; everybody sees all of them once the issue
is published, or from an hour that an editor sets for it (`open_ratings`), since nobody may hold the panel up by not
rating. No date opens them by itself: an issue that is late stays blind. So nobody rates with others' words in the ear
(anchoring).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.issues.enums import IssueState, VerdictValue
from barograph.issues.models import Issue, Topic
from barograph.panel import disagreement
from barograph.panel.models import Rating, Remark
from barograph.people.models import Person

#: The scale, worst first.
SCALE = (VerdictValue.WORSENED.value, VerdictValue.UNCHANGED.value, VerdictValue.IMPROVED.value)
LONGEST = 300
LONGEST_REMARK = 2000


def is_open(issue: Issue) -> bool:
    """Whether nobody's rating is hidden any more: the issue is published, or the hour set for it has come."""
    if issue.state == IssueState.RELEASED:
        return True
    return issue.ratings_open_at is not None and timezone.now() >= issue.ratings_open_at


@transaction.atomic
def open_ratings(*, issue: Issue, at: datetime | None = None) -> None:
    """Show all ratings of an issue to every member, now or from an hour on.

    Raises ValidationError where they are open already (what was seen can't be hidden again), or for an hour that has
    passed.
    """
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    now = timezone.now()
    if is_open(issue):
        raise ValidationError(_("The ratings are already visible to everyone."))
    if at is not None and at <= now:
        raise ValidationError(_("Choose a time in the future, or open the ratings now."))
    issue.ratings_open_at = at or now
    issue.save(update_fields=["ratings_open_at"])


@transaction.atomic
def rate(
    *, issue: Issue, topic: Topic, by: Person, value: str, confidence: float | None = None, reason: str = ""
) -> Rating:
    """Give a rating, or change one's own. Raises ValidationError, which says what to do.

    What it was while the others' were hidden is kept: so one can see later whom the discussion moved.
    """
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if issue.state == IssueState.RELEASED:
        raise ValidationError(_("The issue is published: its ratings are closed."))
    if value not in SCALE:
        raise ValidationError(_("Choose one: worsened, unchanged or improved."))
    if confidence is not None and not 0 <= confidence <= 1:
        raise ValidationError(_("Say how sure you are, from 0 to 100 percent, or leave it blank."))
    if len(reason) > LONGEST:
        raise ValidationError(_("Keep the reason to one line of 300 characters at most."))
    blind = "" if is_open(issue) else value
    rating, _fresh = Rating.objects.get_or_create(
        issue=issue, topic=topic, by=by, defaults={"value": value, "blind_value": blind}
    )
    rating.value, rating.confidence, rating.reason = value, confidence, " ".join(reason.split())
    rating.given_at = timezone.now()
    rating.save()
    return rating


def _counts(ratings: Iterable[Rating]) -> list[int]:
    return [int(count) for count in disagreement.distribution((rating.value for rating in ratings), SCALE)]


def _middle(counts: list[int]) -> str | None:
    if not any(counts):
        return None
    lower, upper = disagreement.median(counts)
    return SCALE[lower] if lower == upper else None


@dataclass(frozen=True)
class Opinion:
    """A topic as one member may see it. `ratings` is empty while it is blind; `given` counts them all the same."""

    own: Rating | None
    given: int
    revealed: bool
    ratings: list[Rating]

    @property
    def counts(self) -> list[int]:
        """How many rated worsened, unchanged, improved."""
        return _counts(self.ratings)

    @property
    def disagreement(self) -> float | None:
        """0 of one mind to 1 split in two (van der Eijk, see panel.disagreement); None below two ratings."""
        return disagreement.disagreement(self.counts) if len(self.ratings) > 1 else None

    @property
    def median(self) -> str | None:
        """The middle of what may be seen; None where nobody has rated, or where it lies between two."""
        return _middle(self.counts)

    @property
    def moved(self) -> list[Rating]:
        """Those who rate otherwise now than they did blind."""
        before = {rating: rating.blind_value for rating in self.ratings if rating.blind_value}
        return list(disagreement.changed(before, {rating: rating.value for rating in self.ratings}))


def opinions(*, issue: Issue, viewers: Iterable[Person], chair: bool = False) -> dict[int, Opinion]:
    """Topic's id → what somebody sees who signs as `viewers`, in one query; topics nobody has rated are left out.

    `chair`: an editor, who decides the verdict. One who is no panel member sees all at once; one who rates, too, waits
    like everybody.
    """
    own = {person.pk for person in viewers}
    open_to_all = is_open(issue) or (chair and not own)
    by_topic: dict[int, list[Rating]] = {}
    for rating in issue.ratings.select_related("by"):
        by_topic.setdefault(rating.topic_id, []).append(rating)
    shown = {}
    for topic, ratings in by_topic.items():
        mine = next((rating for rating in ratings if rating.by_id in own), None)
        revealed = open_to_all or mine is not None
        shown[topic] = Opinion(mine, len(ratings), revealed, ratings if revealed else [])
    return shown


def _sees(*, issue: Issue, topic: Topic, viewers: Iterable[Person], chair: bool) -> bool:
    """Whether somebody sees the others' ratings of a topic by now, and so its discussion."""
    members = list(viewers)
    if is_open(issue) or (chair and not members):
        return True
    return issue.ratings.filter(topic=topic, by__in=members).exists()


@transaction.atomic
def say(*, issue: Issue, topic: Topic, viewers: Iterable[Person], chair: bool, user: Any, text: str) -> Remark:
    """Add to a topic's discussion, under one's first name; as an editor without a name, as the editors.

    Raises ValidationError while the ratings are hidden from whoever writes, and once the issue is published.
    """
    members = list(viewers)
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if issue.state == IssueState.RELEASED:
        raise ValidationError(_("The issue is published, so the discussion is closed."))
    if not _sees(issue=issue, topic=topic, viewers=members, chair=chair):
        raise ValidationError(_("Rate the topic first. Then you’ll see the discussion."))
    if not text.strip():
        raise ValidationError(_("Write something."))
    if len(text) > LONGEST_REMARK:
        raise ValidationError(_("Use at most 2000 characters."))
    by = members[0] if members else None
    return Remark.objects.create(issue=issue, topic=topic, by=by, user=user, text=text.strip())


def discussions(*, issue: Issue, opened: Iterable[int]) -> dict[int, list[Remark]]:
    """Topic's id → its remarks in order, for the topics whose discussion is open to somebody; in one query."""
    remarks: dict[int, list[Remark]] = {}
    for remark in issue.remarks.filter(topic__in=list(opened)).select_related("by"):
        remarks.setdefault(remark.topic_id, []).append(remark)
    return remarks


def shown_distributions(*, issue: Issue, least: int) -> dict[int, dict[str, int]]:
    """Topic's id → {verdict: how many}, for topics that `least` members or more have rated; nobody's name."""
    counts: dict[int, dict[str, int]] = {}
    for topic, value in issue.ratings.values_list("topic_id", "value"):
        counts.setdefault(topic, dict.fromkeys(SCALE, 0))[value] += 1
    return {topic: count for topic, count in counts.items() if sum(count.values()) >= max(least, 3)}
