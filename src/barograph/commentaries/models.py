"""Commentaries: what an analyst writes on a topic in an issue, and its translations.

One row a language. The row whose `source` is empty is the one the analyst
wrote; the others are its translations. Byline, verdict, dates and
probabilities belong to the source (or the issue) and are never a
translation's. "Live" in Wagtail's sense means *ready*: signed off. Nothing
here is public: the public reads editions alone.
"""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from barograph.base import languages
from barograph.base.fields import LocalizedTextField
from barograph.base.languages import localized
from barograph.issues.models import Issue, Topic
from barograph.people.models import Person
from barograph.scenarios.blocks import ScenariosBlock

#: What a body may hold; the same as a content folder's Markdown.
BODY_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "blockquote", "image"]


class CommentaryQuerySet(models.QuerySet):
    def sources(self) -> "CommentaryQuerySet":
        return self.filter(source__isnull=True)

    def translations(self) -> "CommentaryQuerySet":
        return self.filter(source__isnull=False)

    def ready(self) -> "CommentaryQuerySet":
        """Signed off: what a release takes up."""
        return self.filter(live=True)


class Commentary(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel):
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="commentaries", verbose_name=_("issue"))
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="commentaries", verbose_name=_("topic"))
    language = models.CharField(_("language"), max_length=12, default="be")
    source = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="translations", editable=False
    )
    headline = models.CharField(_("headline"), max_length=300)
    lede = models.TextField(_("lede"), blank=True, help_text=_("One or two sentences shown on the front page."))
    body = RichTextField(
        _("text"),
        features=BODY_FEATURES,
        blank=True,
        help_text=_("For a footnote, put [^1] in the text and add a last paragraph that starts with “[^1]: ”."),
    )
    scenarios = StreamField(ScenariosBlock(), blank=True, verbose_name=_("scenarios"))
    question = models.CharField(_("question"), max_length=300, blank=True)
    resolves_by = models.DateField(_("resolution date"), null=True, blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    people = models.ManyToManyField(Person, through="CommentaryByline", related_name="+")
    # of a translation: the source's text it was made from, and that text itself (for the difference)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    source_texts = models.JSONField(default=dict, blank=True, editable=False)
    # of a translation: a translator's words that have no place in today's source any more
    leftover_texts = models.JSONField(default=dict, blank=True, editable=False)
    # of a translation: paths of texts that a machine drafted; a sign-off empties it
    machine_paths = models.JSONField(default=list, blank=True, editable=False)
    # of a draft: {field: what was typed there and can't be saved}; the fields themselves have what was right before
    as_typed = models.JSONField(default=dict, blank=True, editable=False)
    touched_at = models.DateTimeField(auto_now=True)

    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="commentary")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="commentary",
        for_concrete_model=False,
    )

    objects = CommentaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("commentary")
        verbose_name_plural = _("commentaries")
        ordering = ["-issue__first", "topic__position", "language"]
        permissions = [("translate_commentary", "Can translate commentaries")]
        constraints = [
            models.UniqueConstraint(fields=["issue", "topic", "language"], name="one_commentary_a_language"),
            models.UniqueConstraint(
                fields=["issue", "topic"], condition=Q(source__isnull=True), name="one_source_a_topic_and_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.headline or f"{self.topic} ({self.language})"

    @property
    def revisions(self):
        return self._revisions

    @property
    def origin(self) -> "Commentary":
        """The source commentary: itself where it is one."""
        return self.source or self

    @property
    def is_translation(self) -> bool:
        return self.source_id is not None

    def language_name(self) -> str:
        return languages.name(self.language)

    # preview: rendered by the layer that renders pages (settings.BAROGRAPH_PREVIEW)
    def serve_preview(self, request, mode_name):
        return import_string(settings.BAROGRAPH_PREVIEW)(self, request, mode_name)


class CommentaryByline(Orderable):
    """Whose names stand under a commentary, in order."""

    commentary = ParentalKey(Commentary, on_delete=models.CASCADE, related_name="bylines")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("analyst"))

    class Meta(Orderable.Meta):
        verbose_name = _("byline")
        constraints = [models.UniqueConstraint(fields=["commentary", "person"], name="one_byline_each")]

    def __str__(self) -> str:
        return localized(self.person.names, get_language() or "en")


class Term(models.Model):
    """A name or term as the publication writes it in each of its languages: a line of the glossary."""

    words = LocalizedTextField(
        _("in each language"), help_text=_("The base form. If two spellings are correct, separate them with “|”.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("glossary entry")
        verbose_name_plural = _("glossary entries")
        ordering = ["pk"]

    def __str__(self) -> str:
        return localized(self.words, get_language() or "en")

    def spellings(self, language: str) -> list[str]:
        """What is right in a language, the first choice first; none where nothing is said."""
        return [word.strip() for word in self.words.get(language, "").split("|") if word.strip()]


class Note(models.Model):
    """A word at the desk about a text and its translations: for those who work on it, never public."""

    commentary = models.ForeignKey(Commentary, models.CASCADE, related_name="notes")  # the source
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
