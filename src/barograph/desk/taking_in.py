"""A Word file becomes the text of a draft: chosen, looked at beside the text that is there, then put in.

Into an empty draft it goes at once where it is all as in the file. The file itself is never kept; what it was turned
into travels with the page that shows it and is cleaned again before it is put in.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages as admin_messages
from wagtail.permissions import policy_registry
from wagtail.rich_text import expand_db_html

from barograph.commentaries import word_files
from barograph.commentaries.checklist import count_words
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import replace_body, working_copy
from barograph.commentaries.word_files import Taken
from barograph.desk.rich_text import clean_body, with_known_formats


class WordForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Word file (.docx)"),
        help_text=gettext_lazy(
            "Imported: paragraphs, headings, lists, quotations, bold, italics, links and footnotes. "
            "Left out: styles, comments, struck-out and hidden text, pictures. Before anything is "
            "saved, you’ll see whatever else differs from the file."
        ),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": gettext_lazy("Choose a file first."), "empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> Taken:
        sent = self.cleaned_data["file"]
        if sent.size > word_files.LARGEST:
            raise ValidationError(_("The file is too large for a commentary."))
        taken = word_files.take(sent.read())
        return Taken(clean_body(taken.body), taken.left_out)


class PutInForm(forms.Form):
    """What was looked at; `seen` is the draft's newest version at that time."""

    body = forms.CharField(widget=forms.HiddenInput, max_length=1_000_000)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_body(self) -> str:
        return clean_body(word_files.clean(self.cleaned_data["body"]).body)


def _commentary(request: HttpRequest, pk: int) -> Commentary:
    """A text the analyst writes, for whom it is and while nobody holds it locked."""
    row = get_object_or_404(Commentary.objects.select_related("issue", "topic", "latest_revision"), pk=pk)
    policy = policy_registry.get_by_type(Commentary)
    if row.is_translation or not policy.user_has_permission_for_instance(request.user, "change", row):
        raise PermissionDenied
    return row


def _edit(row: Commentary) -> str:
    return reverse(Commentary.snippet_viewset.get_url_name("edit"), args=[row.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def word_file(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for the file, POST of a file shows its text, POST of a text puts it in."""
    row = _commentary(request, pk)
    lock = row.get_lock()
    if lock and lock.for_user(request.user):
        messages.error(request, lock.get_message(request.user) or _("Someone else is editing this text."))
        return redirect(_edit(row))
    if request.method != "POST":
        return _ask(request, row, WordForm())
    if "body" in request.POST:
        form = PutInForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("There is no text to import. Choose the file again."))
            return _ask(request, row, WordForm(), status=422)
        return _put_in(request, row, form.cleaned_data["body"], form.cleaned_data["seen"])
    word = WordForm(request.POST, request.FILES)
    if not word.is_valid():
        return _ask(request, row, word, status=422)
    taken = word.cleaned_data["file"]
    draft = working_copy(row)
    if not count_words(draft.body) and not taken.left_out:  # what isn't as in the file is said before it is taken
        return _put_in(request, row, taken.body, row.latest_revision_id)
    context = {
        "commentary": row,
        "edit": _edit(row),
        "new": expand_db_html(taken.body),
        "old": expand_db_html(with_known_formats(draft.body)),
        "left_out": taken.left_out,
        "form": PutInForm(initial={"body": taken.body, "seen": row.latest_revision_id}),
    }
    return render(request, "desk/word_look.html", context)


def _ask(request: HttpRequest, row: Commentary, form: WordForm, status: int = 200) -> HttpResponse:
    context = {"commentary": row, "edit": _edit(row), "form": form}
    return render(request, "desk/word_file.html", context, status=status)


def _put_in(request: HttpRequest, row: Commentary, body: str, seen: int | None) -> HttpResponse:
    before = row.latest_revision_id
    try:
        row = replace_body(commentary=row, body=body, seen=seen, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_edit(row))
    buttons = []
    if before:
        compare = Commentary.snippet_viewset.get_url_name("revisions_compare")
        address = reverse(compare, args=[row.pk, before, row.latest_revision_id])
        buttons.append(admin_messages.button(address, _("Compare with the previous text")))
    admin_messages.success(request, _("The text of the file is now in the draft."), buttons=buttons)
    return redirect(_edit(row))
