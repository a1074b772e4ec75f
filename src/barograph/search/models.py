"""The index: a row per commentary and language, made from current editions alone and rebuilt at any time."""

from __future__ import annotations

from functools import reduce
from operator import add

from django.db import models
from django.db.models import Case, F, IntegerField, Value, When

from barograph.editions.models import Edition
from barograph.search.words import Word

HEADLINE, BODY = 2, 1


class DocumentQuerySet(models.QuerySet):
    def with_words(self, words: list[Word]) -> DocumentQuerySet:
        """Documents in which every word occurs, with `points`: a word counts more in the headline."""
        found = self
        for word in words:
            found = found.filter(folded__contains=word.pattern())
        points = [
            Case(
                When(folded_headline__contains=word.pattern(), then=Value(HEADLINE)),
                default=Value(BODY),
                output_field=IntegerField(),
            )
            for word in words
        ]
        return found.annotate(points=reduce(add, points))

    def best_first(self) -> DocumentQuerySet:
        """By points, then the newest, then in the publication's order: the same on every database."""
        return self.order_by(F("points").desc(), F("first").desc(), "position", "id")


class Document(models.Model):
    """One commentary in one language, as search sees it."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    language = models.CharField(max_length=12)
    topic = models.CharField(max_length=80)
    topic_name = models.TextField()
    position = models.PositiveSmallIntegerField()  # the topic's, in the edition
    verdict = models.CharField(max_length=10, blank=True)
    url = models.CharField(max_length=200)
    headline = models.TextField()
    text = models.TextField()
    folded_headline = models.TextField()
    folded = models.TextField()  # all words: headline, text, topic, byline, scenarios

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-first", "language", "position"]
        constraints = [
            models.UniqueConstraint(fields=["first", "language", "topic"], name="one_document_a_commentary"),
        ]
        indexes = [models.Index(fields=["language", "-first"], name="documents_of_a_language")]

    def __str__(self) -> str:
        return self.url
