"""The index: a row per commentary and language, made from current editions alone and rebuilt at any time.

`Document` has little, `DocumentText` what snippets are cut from; `DocumentTerms` is the full-text table (FTS5 on
SQLite, tsvector on PostgreSQL: migration 0002). `Form` has each word form of the texts, with its terms.
"""

from __future__ import annotations

from datetime import date

from django.db import models

from barograph.editions.models import Edition

TOPICS, LANGUAGES = 1_000, 1_000


class IndexedLanguage(models.Model):
    """A language with documents, and the version of the analysis that its words went through."""

    code = models.CharField(max_length=12, unique=True)
    analysis = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.code


class Document(models.Model):
    """One commentary in one language. Its id says its place in time (see `number`): the highest is the newest."""

    id = models.BigIntegerField(primary_key=True)
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

    class Meta:
        ordering = ["-first", "language", "position"]
        constraints = [
            models.UniqueConstraint(fields=["first", "language", "topic"], name="one_document_a_commentary"),
        ]

    def __str__(self) -> str:
        return self.url

    @staticmethod
    def number(*, first: date, position: int, language: IndexedLanguage) -> int:
        """A document's id: by its week, then by the topic's place in the publication, then by language."""
        place = TOPICS - 1 - min(position, TOPICS - 1)
        return (first.toordinal() * TOPICS + place) * LANGUAGES + language.pk % LANGUAGES


class DocumentText(models.Model):
    """A document's text as plain words, for snippets."""

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="text")
    text = models.TextField()

    class Meta:
        db_table = "search_text"

    def __str__(self) -> str:
        return self.text[:60]


class DocumentTerms(models.Model):
    """A document's terms, apart by spaces. Written and read by barograph.search.engines only."""

    id = models.BigIntegerField(primary_key=True, db_column="rowid")
    headline = models.TextField()
    body = models.TextField()
    labels = models.TextField()  # what filters ask for: "=l:be =t:economy =v:worsened =y:2020 =a:slug"

    class Meta:
        db_table = "search_words"

    def __str__(self) -> str:
        return str(self.pk)


class Form(models.Model):
    """A word form of the texts, folded: its terms, and the keys by which spellings of elsewhere find it."""

    language = models.CharField(max_length=12)
    form = models.CharField(max_length=60)
    terms = models.TextField()  # apart by spaces
    sound = models.CharField(max_length=60, blank=True)  # only of forms that stand with a capital amid a sentence
    plain = models.CharField(max_length=90, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "form"], name="one_analysis_a_form")]
        indexes = [
            models.Index(fields=["language", "sound"], name="forms_by_sound"),
            models.Index(fields=["language", "plain"], name="forms_by_plain_letters"),
        ]

    def __str__(self) -> str:
        return self.form


class Facet(models.Model):
    """A value that a reader may filter by, with its name in that language as the newest edition gives it."""

    language = models.CharField(max_length=12)
    kind = models.CharField(max_length=8)  # topic, author, year
    value = models.CharField(max_length=80)
    name = models.TextField()
    newest = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "kind", "value"], name="one_facet_a_value")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"
