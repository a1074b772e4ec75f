"""Commentaries in the desk: the editing form, the list, and the rights on every one of their addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import django_filters
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.forms.utils import ErrorDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.models import TaskState
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import CreateView, IndexView, SnippetViewSet

from barograph.base import languages
from barograph.commentaries import checklist, review
from barograph.commentaries.editing import CommentaryEdit, not_handed_on
from barograph.commentaries.models import Commentary
from barograph.commentaries.permissions import is_editor
from barograph.issues.models import Issue, Topic
from barograph.issues.services import publication
from barograph.people.models import Pen

#: What each address asks for. One that isn't named here is refused.
RIGHTS = {
    "list": "",
    "list_results": "",
    "add": "",  # leads to the week, where writing begins
    "preview_on_add": "add",
    "edit": "change",
    "delete": "delete",
    "usage": "change",
    "history": "change",
    "history_results": "change",
    "preview_on_edit": "change",
    "revisions_view": "change",
    "revisions_revert": "change",
    "revisions_compare": "change",
    "revisions_unschedule": "publish",
    "unpublish": "publish",
    "lock": "lock",
    "unlock": "unlock",
    "workflow_action": "change",
    "collect_workflow_action_data": "change",
    "confirm_workflow_cancellation": "change",
    "workflow_history": "change",
    "workflow_history_detail": "change",
    "workflow_preview": "change",
}
#: Addresses that would change a translation outside its own screen, where its structure is locked.
SOURCES_ONLY = frozenset(
    {"revisions_revert", "preview_on_edit", "workflow_action", "collect_workflow_action_data", "workflow_preview"}
)


#: A list of more hits than these helps nobody, and a database takes so many at once.
MOST_HITS = 500
#: Of a wrong field, so many characters are kept as typed.
LONGEST_AS_TYPED = 100_000


def guarded(name: str, view: Callable) -> Callable:
    """The view behind the rights of its object; ids inside the address must belong to that object."""

    @wraps(view)
    def guard(request, *args, **kwargs):
        if name not in RIGHTS:
            raise PermissionDenied
        if "pk" not in kwargs:
            return view(request, *args, **kwargs)
        commentary = get_object_or_404(Commentary.objects.select_related("source"), pk=kwargs["pk"])
        if name == "edit" and commentary.is_translation:
            return redirect("desk_translate", commentary.source_id, commentary.language)
        policy = policy_registry.get_by_type(Commentary)
        if not policy.user_has_permission_for_instance(request.user, RIGHTS[name], commentary):
            raise PermissionDenied
        if name in SOURCES_ONLY and commentary.is_translation:
            raise PermissionDenied
        if "task_state_id" in kwargs:
            get_object_or_404(TaskState.objects.for_instance(commentary), pk=kwargs["task_state_id"])
        if name == "workflow_action" and kwargs.get("action_name") == "approve" and request.method == "POST":
            needed = checklist.blocking(review.remarks(commentary.get_latest_revision_as_object()))
            if needed:
                messages.error(request, not_handed_on(needed))
                return redirect(Commentary.snippet_viewset.get_url_name("edit"), commentary.pk)
        return view(request, *args, **kwargs)

    return guard


class CommentaryForm(WagtailAdminModelForm):
    """The editing form. An analyst sets only bylines that are theirs; co-authors stay as they are.

    A draft is saved whatever is wrong in it: `keep_as_typed` takes what is wrong aside, and a form that is opened
    again shows it as it was typed, marked.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.said_wrong: list[str] = []
        self.is_partly_wrong = False
        if not self.is_bound:
            self._mark_what_is_wrong()
        if self.for_user is None or is_editor(self.for_user) or "bylines" not in self.formsets:
            return
        own = set(Pen.objects.filter(user=self.for_user).values_list("person_id", flat=True))
        there = {row.person_id for row in self.instance.bylines.all()}
        for form in self._byline_forms():
            form.fields["person"].queryset = form.fields["person"].queryset.filter(pk__in=own | there)
        self._own, self._there = own, there

    def _byline_forms(self):
        formset = self.formsets["bylines"]
        return [*formset.forms, formset.empty_form]

    def _mark_what_is_wrong(self) -> None:
        """The errors of what a draft has kept as typed."""
        errors = ErrorDict()
        for name, text in self.instance.as_typed.items():
            if name in self.fields:
                self.initial[name] = text
                try:
                    self.fields[name].clean(text)
                except ValidationError as error:
                    errors[name] = self.error_class(error.error_list)
        stream = self.instance.scenarios
        if "scenarios" in self.fields and stream and (error := stream.stream_block.wrong_probabilities(stream)):
            errors["scenarios"] = self.error_class([error])
        self._errors = errors or None

    def keep_as_typed(self) -> bool:
        """Take aside what is wrong, so that the rest can be saved as a draft. False where something can't be.

        A field keeps the value it had, what was typed stands in the instance's `as_typed`. A byline that is wrong
        stays as it was saved last; `said_wrong` says so.
        """
        as_typed = {}
        if any(name not in self.fields for name in self.errors if name != NON_FIELD_ERRORS):
            return False
        for name in list(self.errors):
            if name == NON_FIELD_ERRORS:
                self.said_wrong += self.errors[name]
                self.formsets.pop("bylines", None)
            elif name == "scenarios" or not isinstance(raw := self.data.get(self.add_prefix(name)), str):
                return False
            else:
                as_typed[name] = raw.replace("\x00", "")[:LONGEST_AS_TYPED]
            del self._errors[name]
        formset = self.formsets.get("bylines")
        if formset is not None and not formset.is_valid():
            lines = [
                *formset.non_form_errors(),
                *(line for row in formset.errors for said in row.values() for line in said),
            ]
            self.said_wrong += dict.fromkeys(str(line) for line in lines)
            del self.formsets["bylines"]
        self.instance.as_typed, self.is_partly_wrong = as_typed, True
        return True

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if valid and not self.is_partly_wrong:
            self.instance.as_typed = {}
        if not valid or not hasattr(self, "_own") or "bylines" not in self.formsets:
            return valid
        rows = [data for data in self.formsets["bylines"].cleaned_data if data.get("person")]
        after = {data["person"].pk for data in rows if not data.get("DELETE")}
        if (after ^ self._there) - self._own:
            self.add_error(None, _("You can add and remove only your own names. Ask an editor for others."))
            return False
        return True


class CommentaryFilters(WagtailFilterSet):
    issue = django_filters.ModelChoiceFilter(queryset=Issue.objects.all(), label=gettext_lazy("Issue"))
    topic = django_filters.ModelChoiceFilter(queryset=Topic.objects.all(), label=gettext_lazy("Topic"))
    language = django_filters.ChoiceFilter(
        choices=lambda: [(code, languages.name(code)) for code in publication().languages],
        label=gettext_lazy("Language"),
    )

    class Meta:
        model = Commentary
        fields = ["issue", "topic", "language"]


class CommentaryIndex(IndexView):
    def get_base_queryset(self):
        policy = policy_registry.get_by_type(Commentary)
        rows = policy.instances_user_has_any_permission_for(self.request.user, ["change", "view"])
        return rows.select_related("issue", "topic", "latest_revision", "source")

    def search_queryset(self, queryset):
        """Texts with every typed word in the headline, lede or topic, in small or capital letters of any script.

        SQLite compares without regard to capitals in ASCII alone, so the words are compared here.
        """
        terms = self.search_query.casefold().split() if self.is_searching else []
        if not terms:
            return queryset
        rows = queryset.values_list("pk", "headline", "lede", "topic__names")
        matching = []
        for pk, headline, lede, names in rows.iterator():
            text = " ".join((headline, lede, *names.values())).casefold()
            if all(word in text for word in terms):
                matching.append(pk)
        return queryset.filter(pk__in=matching[:MOST_HITS])

    def get_add_url(self):
        return None

    @property
    def header_more_buttons(self):
        return []


class CommentaryAdd(CreateView):
    """Writing begins on the week's screen, where issue, topic and byline are known."""

    def dispatch(self, request, *args, **kwargs):
        messages.info(request, _("Choose a topic on the week page and press Write."))
        return redirect("wagtailadmin_home")


class LanguagePanel(FieldPanel):
    """The language's name instead of its code."""

    def format_value_for_display(self, value):
        return languages.name(value)


class CommentaryViewSet(SnippetViewSet):
    model = Commentary
    icon = "doc-full"
    menu_label = gettext_lazy("Commentaries")
    menu_name = "commentaries"
    menu_order = 110
    add_to_admin_menu = True
    url_prefix = "commentaries"
    copy_view_enabled = False
    inspect_view_enabled = False
    index_view_class = CommentaryIndex
    add_view_class = CommentaryAdd
    edit_view_class = CommentaryEdit
    filterset_class = CommentaryFilters
    search_fields = ["headline"]
    search_backend_name = None
    list_per_page = 30
    list_display = [
        "__str__",
        Column("topic", label=gettext_lazy("Topic")),
        Column("issue", label=gettext_lazy("Issue")),
        Column("language_name", label=gettext_lazy("Language")),
        UpdatedAtColumn(label=gettext_lazy("Updated")),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    MultiFieldPanel(
                        [
                            FieldPanel("topic", read_only=True),
                            FieldPanel("issue", read_only=True),
                            LanguagePanel("language", read_only=True),
                        ],
                        heading=gettext_lazy("Place in the issue"),
                        classname="desk-facts",
                    ),
                    # what was typed while the connection was away is saved when it is back
                    FieldPanel("headline", attrs={"data-action": "online@window->w-unsaved#notify"}),
                    FieldPanel("lede"),
                    FieldPanel("body"),
                    InlinePanel("bylines", heading=gettext_lazy("Byline"), label=gettext_lazy("Analyst")),
                ],
                heading=gettext_lazy("Text"),
            ),
            ObjectList(
                [
                    FieldPanel("question"),
                    FieldPanel("scenarios"),
                    FieldPanel("resolves_by"),
                    FieldPanel("resolution"),
                ],
                heading=gettext_lazy("Scenarios"),
            ),
        ],
        base_form_class=CommentaryForm,
    )

    #: Wagtail's own is in the language of the start.
    breadcrumbs_items = [{"url": reverse_lazy("wagtailadmin_home"), "label": gettext_lazy("Home")}]

    def register_chooser_viewset(self):
        """None: nothing chooses a commentary, and Wagtail's chooser shows everybody all headlines, drafts' too."""

    def get_urlpatterns(self):
        patterns = super().get_urlpatterns()
        for pattern in patterns:
            pattern.callback = guarded(pattern.name, pattern.callback)
        return patterns
