"""The translator's screen: the source beside its translation, what changed in between, files for tools.

Only translators and editors come in. The structure is the source's; nothing sent from here can
change a scenario's key, its probability, a byline or a date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.ui.autosave import AutosaveIndicator
from wagtail.rich_text import expand_db_html

from barograph.base import languages
from barograph.commentaries import exchange, machine, memory, po, xliff
from barograph.commentaries import texts as words
from barograph.commentaries.labels import label
from barograph.commentaries.models import Commentary, Term
from barograph.commentaries.permissions import may_translate
from barograph.commentaries.services import (
    changes_since,
    machine_made,
    missing_texts,
    save_translation,
    sign_off,
    source_texts,
    standing_texts,
    start_translation,
    translation_state,
    working_copy,
)
from barograph.desk.forms import ExchangeForm, TranslationForm
from barograph.desk.glossary import Glossary, TermUse
from barograph.desk.rich_text import with_known_formats
from barograph.issues.services import publication


@dataclass(frozen=True)
class Offered:
    """What was translated before, beside its field; `label` names the paragraph of a body."""

    label: str
    offer: memory.Offer

    @property
    def origin(self) -> str:
        """Where it comes from and how near it is."""
        names = {"issue": self.offer.pair.issue, "percent": self.offer.likeness}
        if self.offer.likeness == 100:
            return _("%(issue)s: same text") % names
        return _("%(issue)s: %(percent)s%% match") % names


@dataclass
class Line:
    """One text: the source's, what changed in it, and the field for the translation."""

    path: str
    label: str
    source: str
    html: bool
    field: forms.BoundField
    changes: list[words.Change] = field(default_factory=list)
    terms: list[TermUse] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    open: bool = False  # the offers are in view: the field is empty, or one was just taken over
    machine: bool = False
    too_long: str = ""  # by how much the words in the field are, in words
    message: str = ""  # what became of a press on one of its buttons


def _source(request: HttpRequest, pk: int, language: str) -> Commentary:
    if not may_translate(request.user):
        raise PermissionDenied
    rows = Commentary.objects.sources().select_related("issue", "topic", "latest_revision")
    source = get_object_or_404(rows, pk=pk)
    if language == source.language or language not in publication().languages:
        raise Http404
    return source


def _translation(source: Commentary, language: str) -> Commentary | None:
    return source.translations.select_related("latest_revision", "issue", "topic").filter(language=language).first()


def translate(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """GET shows and changes nothing; POST saves a draft or signs off, or answers an autosave in JSON."""
    source = _source(request, pk, language)
    translation = _translation(source, language)
    draft = working_copy(translation) if translation else None
    standing = standing_texts(source)
    own = {**source_texts(draft), "body": draft.body} if draft else {}
    base = _base(translation)
    initial = {"seen": words.digest(standing), "base": base}
    form, message = (
        TranslationForm(request.POST or None, source=standing, own=own, language=language, initial=initial),
        "",
    )
    if request.method == "POST" and _valid(form):
        if not request.accepts("text/html"):
            return _autosave(request, source, language, form)
        if "take" in request.POST:
            own, message = _take_over(request.POST["take"], source, draft, form, language)
            sent = {name: form.cleaned_data[name] for name in initial}
            form = TranslationForm(None, source=standing, own=own, language=language, initial=sent)
        elif _keep(request, source, language, form):
            if "machine" in request.POST:
                _machine_draft(request, _translation(source, language))
            return redirect("desk_translate", source.pk, language)
        else:
            form = _overtaken(form, _base(_translation(source, language)))
    elif form.is_bound and not request.accepts("text/html"):
        return _refused(" ".join(text for errors in form.errors.values() for text in errors), "validation_error")
    status = 422 if form.errors or (request.method == "POST" and form.too_long()) else 200
    context = _context(source, translation, draft, form, language, own)
    taken = request.POST.get("take", "").partition("~")[0]
    for line in context["lines"]:
        here = line.path == ("body" if taken.startswith("body.") else taken)
        line.message = message if here else ""
        line.open = here or not words.visible(line.field.value() or "").strip()
    context["unsaved"] = form.is_bound or "take" in request.POST
    return render(request, "desk/translate.html", context, status=status)


def _base(translation: Commentary | None) -> str:
    """Names the version that stands under what is typed; an autosave gives its version a new time."""
    newest = translation.latest_revision if translation else None
    return f"{newest.pk} {newest.created_at.isoformat()}" if newest else ""


def _refused(message: str, code: str) -> JsonResponse:
    """What Wagtail's autosave understands as an error; its words stay in the page."""
    return JsonResponse({"success": False, "error_code": code, "error_message": message}, status=400)


def _autosave(request: HttpRequest, source: Commentary, language: str, form: TranslationForm) -> JsonResponse:
    """Keep the words as a draft without a press. One page's autosaves are one version; never over somebody else's."""
    row = _save(request, source, language, form, request.POST.get("overwrite_revision_id", ""))
    if row is None:
        return _refused(_("Someone has saved a newer version."), "invalid_revision")
    newest = row.latest_revision
    return JsonResponse(
        {
            "success": True,
            "pk": row.pk,
            "revision_id": newest.pk,
            "revision_created_at": newest.created_at.isoformat(),
            "field_updates": {"base": _base(row)},
        }
    )


@transaction.atomic
def _save(
    request: HttpRequest, source: Commentary, language: str, form: TranslationForm, overwrite: str = ""
) -> Commentary | None:
    """The translation with the words as its newest draft; None where somebody saved since the form was opened."""
    Commentary.objects.select_for_update(of=("self",)).get(pk=source.pk)  # one at a time, also the first
    translation = _translation(source, language)
    newest = translation.latest_revision if translation else None
    if form.cleaned_data["base"] not in {_base(translation), str(newest.pk) if newest else ""}:
        return None
    own = newest if newest and str(newest.pk) == overwrite and newest.user_id == request.user.pk else None
    translation = translation or start_translation(source, language, by=request.user)
    save_translation(translation=translation, texts=form.texts(), by=request.user, instead_of=own)
    return _translation(source, language)


def _valid(form: TranslationForm) -> bool:
    """Whether it can be kept. A body that no browser of ours sent is refused, not an error of ours."""
    try:
        return form.is_valid()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SuspiciousOperation("the body is no rich text") from None


def _overtaken(form: TranslationForm, base: str) -> TranslationForm:
    """Somebody saved meanwhile: the words stay in the fields, the next Save keeps them on top of theirs."""
    form.data = form.data.copy()
    form.data["base"] = base
    form.add_error(
        None,
        _(
            "Someone else has saved this translation. Your text is below and not saved yet. Saving "
            "again replaces theirs."
        ),
    )
    return form


def _take_over(key: str, source, draft, form: TranslationForm, language: str) -> tuple[dict[str, str], str]:
    """The words as they were typed, with the offer whose button was pressed, and what to say. Nothing is saved."""
    typed = form.texts()
    offered = (offer for near in memory.offers(source, language).values() for offer in near)
    offer = next((offer for offer in offered if offer.key == key), None)
    if offer is None:
        return typed, _("This earlier translation is no longer offered.")
    message = _("Inserted, not saved yet.")
    if former := typed.get(offer.path, "").strip():
        message += " " + _("Previously: “%(text)s”") % {"text": former}
    return memory.take_over(offer, typed, source, draft.source_texts if draft else {}), message


def _keep(request: HttpRequest, source: Commentary, language: str, form: TranslationForm) -> bool:
    """Save, and sign off where that button was pressed. False where somebody saved meanwhile: nothing is done."""
    translation = _save(request, source, language, form)
    if translation is None:
        return False
    if "sign-off" not in request.POST:
        messages.success(request, _("The draft is saved."))
        return True
    try:
        sign_off(commentary=translation, by=request.user, seen=form.cleaned_data["seen"])
    except ValidationError as error:
        messages.error(request, _("The draft is saved.") + " " + " ".join(error.messages))
    else:
        messages.success(request, _("Signed off. It will be published with the issue."))
    return True


def _machine_draft(request: HttpRequest, translation: Commentary) -> None:
    """What was typed is kept already; now the machine fills what is empty."""
    try:
        drafted = machine.draft(translation, by=request.user)
    except machine.MachineProblem as problem:
        messages.error(request, str(problem))
        return
    message = _("Translated by machine: %(count)s. Check every word, then sign off.") % {"count": drafted.filled}
    messages.info(request, message)
    if drafted.unusable:
        message = _("Unusable and left empty: %(count)s.") % {"count": drafted.unusable}
        messages.warning(request, message)


def _machine() -> str:
    """What is to be known before the button is pressed; empty where no machine is set up."""
    service = settings.MACHINE_TRANSLATION
    if service is None:
        return ""
    question = _(
        "What you typed will be saved. The source of empty fields will be sent to %(host)s before publication."
    )
    return question % {"host": service.host}


def _context(source, translation, draft, form: TranslationForm, language: str, own: dict[str, str]) -> dict:
    changed = changes_since(draft) if draft else []
    by_path: dict[str, list[words.Change]] = {}
    for change in changed:
        by_path.setdefault("body" if change.path.startswith("body.") else change.path, []).append(change)
    standing = standing_texts(source)
    body = expand_db_html(with_known_formats((source if source.live else working_copy(source)).body))
    known = memory.offers(source, language)
    glossary = Glossary(Term.objects.all(), source.language, language)
    lines, long = [], form.too_long()
    for path, bound in form.rows():
        text = body if path == "body" else standing.get(path, "")
        line = Line(path, label(path), text, path == "body", bound, by_path.pop(path, []))
        line.terms = glossary.terms_in(text, own.get(path, ""))
        line.machine = draft is not None and path in draft.machine_paths
        line.too_long = _too_long(long[path]) if path in long else ""
        line.offers = list(_offers(path, known, own.get(path, "")))
        lines.append(line)
    departures = sum(not term.is_used for line in lines for term in line.terms)
    return {
        "source": source,
        "translation": translation,
        "state": translation_state(translation),
        "draft_newer": bool(translation and translation.live and translation.has_unpublished_changes),
        "form": form,
        "autosave_indicator": AutosaveIndicator(),
        "lines": lines,
        "gone": [change for changes in by_path.values() for change in changes],
        "changed": bool(changed),
        "leftover": [(label(path), text) for path, text in (draft.leftover_texts if draft else {}).items()],
        "machine_told": _machine() if draft is None or missing_texts(draft) else "",
        "machine_made": machine_made(translation),
        "departures": departures,
        "departures_told": _departures(departures),
        "missing": len(missing_texts(draft)) if draft else 0,
        "language": language,
        "language_name": languages.name(language),
        "direction": languages.direction(language),
        "source_direction": languages.direction(source.language),
        "source_language_name": languages.name(source.language),
        "file_form": ExchangeForm(),
        "other_languages": [
            (code, languages.name(code)) for code in publication().languages if code not in {language, source.language}
        ],
    }


def _offers(path: str, known: dict[str, list[memory.Offer]], own: str) -> Iterator[Offered]:
    """A field's offers, or those of each paragraph of the body; without what stands there already."""
    there = {block.inner for block in words.blocks(own)} if path == "body" else {own}
    for where, near in known.items():
        if where == path or (path == "body" and where.startswith("body.")):
            for offer in near:
                if offer.pair.target not in there:
                    yield Offered(label(where) if where != path else "", offer)


def _too_long(number: int) -> str:
    message = ngettext("%(number)s character too long.", "%(number)s characters too long.", number)
    return message % {"number": number}


def _departures(number: int) -> str:
    message = ngettext(
        "%(number)s name or term doesn’t match the glossary; it is marked below.",
        "%(number)s names or terms don’t match the glossary; they are marked below.",
        number,
    )
    return message % {"number": number}


#: A kind of file → what makes and takes it, its suffix, its media type.
FILES = {
    "po": (po, "po", "text/x-gettext-translation; charset=utf-8"),
    "xliff": (xliff, "xlf", "application/x-xliff+xml; charset=utf-8"),
}


@require_GET
def file_out(request: HttpRequest, pk: int, language: str, kind: str) -> HttpResponse:
    """The translation as a file for a translator's tool, the glossary's words in its notes."""
    source = _source(request, pk, language)
    translation = _translation(source, language)
    if translation is None:
        raise Http404
    form, suffix, media = FILES[kind]
    glossary = Glossary(Term.objects.all(), source.language, language)
    data = form.export(translation, lambda text: [term.line for term in glossary.terms_in(text, "")])
    response = HttpResponse(data, content_type=media)
    name = f"{source.issue.key}-{source.topic.key}.{language}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def file_begin(request: HttpRequest, pk: int, language: str, kind: str) -> HttpResponse:
    """Begin the translation, so that there is a file to take away."""
    source = _source(request, pk, language)
    start_translation(source, language, by=request.user)
    return redirect(f"desk_translate_{kind}", source.pk, language)


@require_POST
def file_in(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Take a PO or XLIFF file in as a draft, whole or not at all."""
    source = _source(request, pk, language)
    form = ExchangeForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a PO or XLIFF file first."))
    elif form.cleaned_data["file"].size > exchange.LARGEST:
        messages.error(request, _("The file is too large for a commentary."))
    else:
        file = form.cleaned_data["file"]
        _take_in(request, source, language, file.name or "", file.read())
    return redirect("desk_translate", source.pk, language)


def _take_in(request: HttpRequest, source: Commentary, language: str, name: str, data: bytes) -> None:
    markup = name.lower().endswith((".xlf", ".xliff")) or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    form = FILES["xliff" if markup else "po"][0]
    try:
        with transaction.atomic():  # a file that is refused begins no translation either
            translation = start_translation(source, language, by=request.user)
            count = form.take_in(translation, data, by=request.user)
    except exchange.FileProblems as error:
        for problem in error.problems[:10]:
            text = _("Line %(line)s: %(message)s") % {"line": problem.line, "message": problem.message}
            messages.error(request, text)
        messages.error(request, _("Nothing was imported from the file."))
        return
    messages.success(request, _("Texts imported as a draft: %(count)s.") % {"count": count})


@require_GET
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The newest draft as readers would see it."""
    source = _source(request, pk, language)
    translation = _translation(source, language)
    if translation is None:
        raise Http404
    draft = working_copy(translation)
    return draft.make_preview_request(request, draft.default_preview_mode)
