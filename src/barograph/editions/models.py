"""Editions: immutable snapshots. Everything public is made from these alone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from barograph.issues.models import Issue


class Immutable(Exception):
    """An edition was about to be changed. Make a new version instead."""


class Snapshot(models.Model):
    """JSON that is written once."""

    content = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.pk is not None and not kwargs.get("force_insert"):
            raise Immutable("An edition never changes: freeze a new version.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Immutable("An edition is never deleted.")


class EditionQuerySet(models.QuerySet):
    def standing(self) -> "EditionQuerySet":
        """Editions that were not withdrawn."""
        return self.filter(withdrawal__isnull=True)

    def current(self) -> "EditionQuerySet":
        """The latest version of each issue and language that stands: what the public sees."""
        newer = (
            EditionQuerySet(self.model)
            .standing()
            .filter(
                issue_id=models.OuterRef("issue_id"),
                language=models.OuterRef("language"),
                version__gt=models.OuterRef("version"),
            )
        )
        return self.standing().filter(~models.Exists(newer))

    def in_language(self, language: str) -> "EditionQuerySet":
        return self.filter(language=language)


class Edition(Snapshot):
    """An issue in one language; `content` as documented in docs/edition-schema.md."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="editions")
    first = models.DateField(db_index=True)  # the issue's first day, its address
    language = models.CharField(max_length=12)
    version = models.PositiveIntegerField()

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-first", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "language", "version"], name="one_edition_a_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="versions_begin_at_1"),
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.language} v{self.version}"


class Withdrawal(models.Model):
    """That an edition was taken back before anybody had it by mail: to the public it is as if it had not been."""

    edition = models.OneToOneField(Edition, models.CASCADE, primary_key=True, related_name="withdrawal")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.edition_id} taken back"


class Summary(models.Model):
    """What a bake has to know of an edition whose pages it doesn't write (editions/summaries.py).

    Made from the edition alone: rows may be deleted and are made again at any time.
    """

    edition = models.OneToOneField(Edition, models.CASCADE, primary_key=True, related_name="summary")
    first = models.DateField()
    language = models.CharField(max_length=12)
    current = models.BooleanField(default=True)  # as EditionQuerySet.current has it
    content = models.TextField()  # JSON, as summaries.summarize makes it
    head = models.TextField()  # JSON, the part of it that every bake reads
    cells = models.TextField()  # JSON, the values of a Cell a topic

    class Meta:
        db_table = "editions_line"  # the name of its first version
        indexes = [models.Index(fields=["current", "first", "language"], name="current_lines")]

    def __str__(self) -> str:
        return f"{self.first} {self.language}"


class Imprint(Snapshot):
    """The publication as readers see it: name, languages, lists, links, topics, people, standing texts."""

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"imprint {self.pk}"
