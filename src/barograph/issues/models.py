"""The publication, its topics and issues, who writes what, and the verdicts.

Knows nothing of commentaries, editions or readers.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from barograph.base import dates
from barograph.base.addressed import Address, Addressed
from barograph.base.fields import LocalizedTextField
from barograph.base.languages import localized
from barograph.issues.enums import (
    CorrectionKind,
    IssueState,
    ReleaseRule,
    ReminderKind,
    Rhythm,
    StandingKind,
    VerdictValue,
)


def default_languages() -> list[str]:
    return ["be", "ru", "en"]


def default_lists() -> list[dict]:
    return [
        {"key": "en", "label": "EN", "languages": ["en"]},
        {"key": "be-ru", "label": "BE/RU", "languages": ["be", "ru"]},
    ]


def _period(first: date, last: date) -> str:
    """A period's days in the language in use; also of a form that is refused because they are the wrong way round."""
    return dates.period(*sorted((first, last)), get_language() or "en")


class Publication(models.Model):
    """The whole thing: one row, id 1."""

    name = LocalizedTextField(_("name"))
    strapline = LocalizedTextField(_("strapline"), blank=True)
    newsletter_text = LocalizedTextField(_("text beside the newsletter form"), blank=True, multiline=True)
    languages = models.JSONField(_("languages"), default=default_languages)
    rhythm = models.CharField(_("frequency"), max_length=5, choices=Rhythm.choices, default=Rhythm.WEEK)
    timezone = models.CharField(_("time zone"), max_length=64, default="Europe/Minsk")
    lists = models.JSONField(_("lists"), default=default_lists)
    links = models.JSONField(_("links"), default=list, blank=True)
    sender_name = LocalizedTextField(
        _("sender of our e-mails"), blank=True, help_text=_("If left empty: the name of the publication.")
    )
    sender_address = models.EmailField(
        _("sender address"),
        blank=True,
        help_text=_("It must use the site’s domain or a subdomain of it, so that mail servers trust our e-mails."),
    )
    reply_to = models.EmailField(
        _("reply-to address"), blank=True, help_text=_("If left empty: replies go to the sender.")
    )
    release_weekday = models.PositiveSmallIntegerField(
        _("publication day"), default=0, help_text=_("0 is Monday, counted from the day after the issue ends.")
    )
    release_time = models.TimeField(_("publication time"), default="10:00")
    opens_itself = models.BooleanField(_("open the next issue automatically"), default=False)
    opening_weekday = models.PositiveSmallIntegerField(_("opening day"), default=0)
    opening_time = models.TimeField(_("opening time"), default="09:00")
    reminds = models.BooleanField(
        _("remind writers by e-mail"),
        default=False,
        help_text=_("When an issue opens, the day before the deadline, and once after it has passed."),
    )
    release_rule = models.CharField(
        _("if too few topics are ready at publication time"),
        max_length=7,
        choices=ReleaseRule.choices,
        default=ReleaseRule.PUBLISH,
    )
    shows_panel = models.BooleanField(
        _("show the panel’s ratings beside the verdict"),
        default=False,
        help_text=_(
            "Only totals are shown (worsened, unchanged, improved), never names. Issues already published don’t change."
        ),
    )
    panel_least = models.PositiveSmallIntegerField(
        _("minimum number of ratings to show"),
        default=5,
        validators=[MinValueValidator(3), MaxValueValidator(100)],
        help_text=_("With fewer ratings than this, nothing is shown, so that nobody can be identified. At least 3."),
    )
    release_missing = models.PositiveSmallIntegerField(
        _("hold if this share of topics isn’t ready (%)"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publication")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_publication")]

    def __str__(self) -> str:
        return localized(self.name, get_language() or "en")

    def today(self) -> date:
        """The day by the publication's clock."""
        return datetime.now(ZoneInfo(self.timezone)).date()


class StandingText(models.Model):
    """About, method and privacy, a row a language."""

    kind = models.CharField(_("page"), max_length=10, choices=StandingKind.choices)
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))  # restricted HTML (base.richtext)

    class Meta:
        verbose_name = _("standing text")
        verbose_name_plural = _("standing texts")
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="one_standing_text")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"


class TopicQuerySet(models.QuerySet):
    def tracked_in(self, issue: "Issue") -> "TopicQuerySet":
        """Topics followed during the issue's period, in their order."""
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=issue.last), Q(until__isnull=True) | Q(until__gte=issue.first)
        )

    def awake_in(self, issue: "Issue") -> "TopicQuerySet":
        """Those of `tracked_in` that don't rest on the issue's first day."""
        resting = Rest.objects.filter(
            Q(last__isnull=True) | Q(last__gte=issue.first), topic=OuterRef("pk"), first__lte=issue.first
        )
        return self.tracked_in(issue).filter(~Exists(resting))


class Topic(Addressed):
    """A tracked situation."""

    key = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        help_text=_(
            "Old links keep working after a change. Readers will see the new address with the next publication."
        ),
    )
    names = LocalizedTextField(_("name"))
    about = LocalizedTextField(pgettext_lazy("topic", "about"), blank=True, multiline=True)
    improved = LocalizedTextField(_("what “improved” means"), blank=True, multiline=True)
    worsened = LocalizedTextField(_("what “worsened” means"), blank=True, multiline=True)
    since = models.DateField(_("followed since"), null=True, blank=True)
    until = models.DateField(_("followed until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return localized(self.names, get_language() or "en") or self.key


class TopicAddress(Address):
    """An address that a topic has or had, the first one first: its feed entries are named by that (feeds.entries)."""

    owner = models.ForeignKey(Topic, models.CASCADE, related_name="addresses")

    class Meta:
        ordering = ["pk"]


class IssueQuerySet(models.QuerySet):
    def open(self) -> "IssueQuerySet":
        return self.filter(state=IssueState.OPEN)

    def released(self) -> "IssueQuerySet":
        return self.filter(state=IssueState.RELEASED)

    def regular(self) -> "IssueQuerySet":
        return self.filter(special=False)


class Issue(models.Model):
    """One period of the publication. Its address is its first day.

    A special one stands outside the rhythm: its days may lie within another's, and the next regular one follows the
    regular one before.
    """

    first = models.DateField(_("first day"), unique=True)
    last = models.DateField(_("last day"))
    number = models.PositiveIntegerField(_("number"), unique=True, validators=[MinValueValidator(1)])
    state = models.CharField(_("state"), max_length=10, choices=IssueState.choices, default=IssueState.OPEN)
    special = models.BooleanField(_("special issue"), default=False, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False, default=timezone.now)
    release_at = models.DateTimeField(_("publication time"), null=True, blank=True)
    released_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    #: From when the panel sees all ratings; empty: from publication, or one's own rating, on.
    ratings_open_at = models.DateTimeField(null=True, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-first"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="issue_ends_after_it_begins")]

    def __str__(self) -> str:
        return _period(self.first, self.last)

    @property
    def key(self) -> str:
        """'2020-08-03', the issue's address everywhere."""
        return self.first.isoformat()


class Slot(models.Model):
    """Who writes what by when."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="slots")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="slots", verbose_name=_("writer")
    )
    due = models.DateTimeField(_("deadline"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["topic__position"]
        constraints = [models.UniqueConstraint(fields=["issue", "topic"], name="one_slot_a_topic")]


class PlannedTopic(models.Model):
    """The standing plan: who writes a topic, who steps in, and by when before the release."""

    topic = models.OneToOneField(Topic, models.CASCADE, related_name="plan", verbose_name=_("topic"))
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("writer")
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("substitute")
    )
    days_before = models.PositiveSmallIntegerField(
        _("deadline: days before publication"), default=1, validators=[MaxValueValidator(31)]
    )
    time = models.TimeField(_("deadline: time"), default="18:00")

    class Meta:
        verbose_name = _("planned topic")
        verbose_name_plural = _("planned topics")
        ordering = ["topic__position", "topic__key"]

    def __str__(self) -> str:
        return str(self.topic)


class Absence(models.Model):
    """Days on which somebody does not write: the substitute steps in. Why is nobody's business."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("account")
    )
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-first", "user"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="absence_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.user}: {self.period}"

    @property
    def period(self) -> str:
        """Its days, in the language in use."""
        return _period(self.first, self.last)


class Rest(models.Model):
    """A topic that rests for a while: issues that begin in that time open without it."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="rests", verbose_name=_("topic"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"), null=True, blank=True, help_text=_("If left empty: until further notice."))

    class Meta:
        verbose_name = _("paused topic")
        verbose_name_plural = _("paused topics")
        ordering = ["-first", "topic__position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")), name="rest_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)


class Reminder(models.Model):
    """That somebody was written to about an issue. A row is taken before the mail leaves: never a second one."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ReminderKind.choices)
    about = models.CharField(max_length=20, blank=True)  # the mailing's number, where it is about one
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "user", "kind", "about"], name="one_reminder_of_a_kind")
        ]


class Verdict(models.Model):
    """How a topic moved in an issue: the editor's one decision. An empty value: not rated."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="verdicts")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="verdicts")
    value = models.CharField(_("verdict"), max_length=10, choices=VerdictValue.choices, blank=True)
    outlook = models.JSONField(_("outlook"), default=list, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ["topic__position"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "topic"], name="one_verdict_a_topic_and_issue"),
            models.CheckConstraint(condition=Q(value__in=["", *VerdictValue.values]), name="verdict_is_known"),
        ]


class VerdictChange(models.Model):
    """The log: each decision on a verdict, never changed, never deleted."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="verdict_changes")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10, blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]


class Correction(models.Model):
    """A note to readers that says what was corrected after publication."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="corrections")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=CorrectionKind.choices, default=CorrectionKind.FACT)
    notes = LocalizedTextField(_("note to readers"), multiline=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["date", "id"]
