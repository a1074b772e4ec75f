"""Verbs on commentaries and their translations. Each is one transaction.

A translation is a row of its own that keeps the source texts it was made
from; stale means that today's source differs from them. Scenarios' keys,
order and probabilities, byline and dates are the source's alone. A
translator's words are never thrown away: what loses its place moves to
`leftover_texts`, and every save is a revision. Rights are the views' matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Revision

from barograph.commentaries import texts as words
from barograph.commentaries.checklist import Draft, broken_before_readers
from barograph.commentaries.enums import SourceState, TranslationState
from barograph.commentaries.labels import label
from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.commentaries.texts import LISTS, PLAIN, Change, Texts
from barograph.issues.models import Issue, Topic
from barograph.issues.services import publication
from barograph.people.models import Person

FIELDS = ("headline", "lede", "body", "scenarios", "question", "resolution")
#: What of a translation a save writes; the rest belongs to the source.
EDITED_FIELDS = (*FIELDS, "resolves_by", "source_digest", "source_texts", "leftover_texts", "machine_paths")


def _fields(commentary: Commentary) -> dict:
    values = {name: getattr(commentary, name) for name in FIELDS}
    values["scenarios"] = commentary.scenarios.get_prep_value() if commentary.scenarios else []
    return values


def _standing_fields(source: Commentary) -> dict:
    if source.live or source.latest_revision is None:
        return _fields(source)
    values = dict(source.latest_revision.content)
    values["scenarios"] = json.loads(values.get("scenarios") or "[]")
    return values


def source_texts(commentary: Commentary) -> Texts:
    """{path: text} of this row's words; for its translators see `standing_texts`."""
    return words.texts_of(_fields(commentary))


def standing_texts(source: Commentary) -> Texts:
    """What translations are made from: the signed-off text; where there is none yet, the newest draft."""
    return words.texts_of(_standing_fields(source))


def standing_body(source: Commentary) -> str:
    """The body of what translations are made from, with its elements."""
    return _standing_fields(source)["body"]


def source_digest(commentary: Commentary) -> str:
    """Tells two versions of a commentary's words apart."""
    return words.digest(source_texts(commentary))


def is_stale(translation: Commentary) -> bool:
    """Whether the source says something else than when this was translated. A source is never stale."""
    if translation.source is None:
        return False
    return words.digest(translation.source_texts) != words.digest(standing_texts(translation.source))


def stale_translations(issue: Issue) -> list[Commentary]:
    """Signed-off translations of an issue that were made from an earlier source text, by topic and language."""
    rows = Commentary.objects.translations().ready().filter(issue=issue).select_related("topic", "source")
    return [row for row in rows.order_by("topic__position", "language") if is_stale(row)]


def changes_since(translation: Commentary) -> list[Change]:
    """What changed in the source since it was translated, text by text."""
    if translation.source is None:
        return []
    return words.changes(translation.source_texts, standing_texts(translation.source))


def machine_made(translation: Commentary | None) -> bool:
    """Whether the newest draft has a machine's words that nobody has signed off yet."""
    if translation is None or translation.latest_revision is None:
        return False
    return translation.latest_revision.content.get("machine_paths") not in (None, [], "[]")


def translation_state(translation: Commentary | None) -> TranslationState:
    if translation is None:
        return TranslationState.MISSING
    if is_stale(translation):
        return TranslationState.STALE
    return TranslationState.READY if translation.live else TranslationState.IN_WORK


def source_state(source: Commentary | None, *, in_review: bool = False) -> SourceState:
    if source is None:
        return SourceState.MISSING
    if in_review:
        return SourceState.REVIEW
    return SourceState.READY if source.live else SourceState.DRAFT


def working_copy(commentary: Commentary) -> Commentary:
    """The newest draft, as an unsaved object over its row."""
    return commentary.get_latest_revision_as_object()


@transaction.atomic
def start_commentary(
    *, issue: Issue, topic: Topic, language: str, byline: list[Person] | None = None, by=None
) -> Commentary:
    """The commentary of a topic in an issue, as an empty draft; what is there already is kept.

    Raises ValidationError where the language is none of the publication's.
    """
    _check_language(language)
    source = Commentary.objects.sources().filter(issue=issue, topic=topic).first()
    if source is not None:
        return source
    source = Commentary(issue=issue, topic=topic, language=language, live=False)
    source.bylines = [CommentaryByline(person=person, sort_order=n) for n, person in enumerate(byline or [])]
    source.save()
    source.save_revision(user=by, clean=False, log_action="wagtail.create")
    return source


@transaction.atomic
def replace_body(*, commentary: Commentary, body: str, seen: int | None, by=None) -> Commentary:
    """Another text in the draft; what stood there stays as the version before. Returns the row.

    `seen` is the revision its writer had in view. Raises ValidationError where there is a newer one.
    """
    row = Commentary.objects.select_for_update(of=("self",)).get(pk=commentary.pk)
    if row.latest_revision_id != seen:
        raise ValidationError(_("The text has changed in the meantime. Review it, then import the file again."))
    draft = working_copy(row)
    draft.body = body
    if not row.live:
        draft.save(update_fields=["body", "touched_at"])
    draft.save_revision(user=by, clean=False, changed=True, log_action=True)
    row.refresh_from_db()
    return row


def newer_by_others(commentary: Commentary, *, since: datetime, by) -> Revision | None:
    """The newest version that somebody else has saved since a moment."""
    return commentary.revisions.filter(created_at__gt=since).exclude(user=by).order_by("-created_at", "-pk").first()


@transaction.atomic
def keep_beside(*, draft: Commentary, by) -> Revision:
    """Words typed over a text that changed meanwhile: a version of their own, which is not the newest.

    It is dated a moment before the newest one, so that whatever goes by the date still finds that.
    """
    row = Commentary.objects.select_for_update(of=("self",)).select_related("latest_revision").get(pk=draft.pk)
    moment = row.latest_revision.created_at - timedelta(microseconds=1) if row.latest_revision else None
    revision = Revision.objects.create(
        content_object=draft,
        base_content_type=draft.get_base_content_type(),
        user=by,
        created_at=moment,
        content=draft.serializable_data(),
        object_str=str(draft),
    )
    log(instance=row, action="barograph.kept_beside", user=by, revision=revision, content_changed=True)
    return revision


@transaction.atomic
def start_translation(source: Commentary, language: str, by=None) -> Commentary:
    """The translation of a source into a language, begun where it isn't there yet.

    Raises ValidationError for a language that is not the publication's or is the source's own.
    """
    source = source.origin
    _check_language(language)
    if language == source.language:
        raise ValidationError(_("The commentary is already written in this language."))
    existing = source.translations.filter(language=language).first()
    if existing is not None:
        return existing
    texts = standing_texts(source)
    translation = Commentary(
        issue=source.issue,
        topic=source.topic,
        language=language,
        source=source,
        live=False,
        resolves_by=source.resolves_by,
        source_texts=texts,
        source_digest=words.digest(texts),
    )
    _fit(translation, source, {})
    translation.save()
    translation.save_revision(user=by, clean=False, log_action="wagtail.create")
    return translation


def _check_language(language: str) -> None:
    if language not in publication().languages:
        raise ValidationError(_("This language is not one of the publication’s."))


@transaction.atomic
def save_translation(
    *,
    translation: Commentary,
    texts: Mapping[str, str],
    by=None,
    made_from: Mapping[str, str] | None = None,
    machine: Iterable[str] = (),
    instead_of: Revision | None = None,
) -> Commentary:
    """Keep a translator's words as a new draft; what is not named in `texts` stays as it is.

    `texts` has paths, and `body` as a whole. `made_from` says which source texts they were made
    from, where that is not what it was before; `machine` which of them a machine drafted;
    `instead_of` the person's own newest version, which an autosave goes on with. Returns the draft.
    """
    row = Commentary.objects.select_for_update(of=("self",)).get(pk=translation.pk)
    if row.source is None:
        raise ValidationError(_("This is not a translation."))
    draft = working_copy(row)
    before = {path: text for path, text in source_texts(draft).items() if not path.startswith("body.")}
    if "body" in texts:
        draft.body = texts["body"]
    if made_from is not None:
        draft.source_texts, draft.source_digest = dict(made_from), words.digest(made_from)
    _fit(draft, row.source, before | {path: text for path, text in texts.items() if path != "body"})
    left = {path.partition(".")[0] if path.startswith("body.") else path for path in source_texts(draft)}
    draft.machine_paths = sorted({*draft.machine_paths, *machine} & left)
    _keep(draft, row, by, instead_of)
    return draft


def _fit(draft: Commentary, source: Commentary, texts: Mapping[str, str]) -> None:
    """Put texts into the source's structure; what has no place there moves to the leftovers."""
    fields = _standing_fields(source)
    places = {path for path in words.texts_of(fields) if not path.startswith("body.")} | {"headline"}
    leftover = dict(draft.leftover_texts)
    texts = dict(texts)
    for path in places & leftover.keys():
        if texts.get(path, "").strip() in {"", leftover[path]}:
            texts[path] = leftover.pop(path)
    for path, text in texts.items():
        if path not in places and text.strip():
            _put_aside(leftover, path, text)
    for name in PLAIN:
        setattr(draft, name, texts.get(name, "") if name in places else "")
    stream = []
    for child, value in zip(fields["scenarios"], words.scenario_values(fields["scenarios"]), strict=True):
        stem = f"scenarios.{value.get('key') or ''}"
        own = {name: texts.get(f"{stem}.{name}", "") for name in ("title", "text")}
        own |= {n: [texts.get(f"{stem}.{n}.{i}", "") for i in range(len(value[n]))] for n in LISTS}
        stream.append({"type": "scenario", "id": child.get("id"), "value": {**value, **own}})
    draft.scenarios = json.dumps(stream)
    draft.leftover_texts = leftover
    draft.resolves_by = source.resolves_by


def _put_aside(leftover: Texts, path: str, text: str) -> None:
    """Keep words without a place beside those kept before, never instead of them."""
    key, number = path, 1
    while leftover.get(key, text) != text:
        number += 1
        key = f"{path}~{number}"
    leftover[key] = text


def _keep(draft: Commentary, row: Commentary, by, instead_of: Revision | None = None) -> None:
    """A new revision; while nothing is signed off, the row itself holds the newest words, too.

    Words that are too long for the row stand in the revision alone.
    """
    if not row.live:
        long = words.too_long({name: getattr(draft, name) for name in words.PLAIN})
        fitting = [name for name in EDITED_FIELDS if name not in long]
        draft.save(update_fields=[*fitting, "touched_at"])
    draft.save_revision(user=by, clean=False, changed=True, overwrite_revision=instead_of)


def missing_texts(translation: Commentary) -> list[str]:
    """Paths of the source that have no words in this translation (the body counts as one)."""
    if translation.source is None:
        return []
    own = source_texts(translation)
    needed = standing_texts(translation.source)
    missing = [path for path in needed if not path.startswith("body.") and path not in own]
    if any(path.startswith("body.") for path in needed) and not any(path.startswith("body.") for path in own):
        missing.append("body")
    return missing


@transaction.atomic
def sign_off(*, commentary: Commentary, by=None, seen: str = "") -> Commentary:
    """The newest draft is ready: a release takes it up. Wagtail's publish is Barograph's ready.

    Of a translation all texts must be there, and it counts as made from today's source. `seen` is
    the digest of the source the translator had in view. No link may lead where readers can't go, no
    footnote stand broken. Raises ValidationError, the draft stays.
    """
    row = Commentary.objects.select_for_update(of=("self",)).get(pk=commentary.pk)
    draft = working_copy(row)
    if row.source is not None:
        texts = standing_texts(row.source)
        if seen and seen != words.digest(texts):
            raise ValidationError(_("The source has just changed. Review the changes, then sign off."))
        draft.source_texts, draft.source_digest = texts, words.digest(texts)
        draft.machine_paths = []
        own = {path: text for path, text in source_texts(draft).items() if not path.startswith("body.")}
        _fit(draft, row.source, own)
        if missing := missing_texts(draft):
            names = ", ".join(str(label(path)) for path in missing)
            raise ValidationError(_("Not ready yet. These fields are empty: %(names)s.") % {"names": names})
        if long := words.too_long(source_texts(draft)):
            names = ", ".join(str(label(path)) for path in long)
            raise ValidationError(_("Not ready yet. These fields are too long: %(names)s.") % {"names": names})
        draft.body = "".join(block.html for block in words.blocks(draft.body) if block.inner)
    elif draft.as_typed or any(
        "probability_typed" in one for one in words.scenario_values(_fields(draft)["scenarios"])
    ):
        raise ValidationError(_("Not ready yet. There is an error in the form, and it is marked there."))
    elif not draft.headline.strip():
        raise ValidationError(_("Not ready yet: the headline is empty."))
    source_body = standing_body(row.source) if row.source is not None else None
    if faults := broken_before_readers(Draft(body=draft.body, source_body=source_body)):
        raise ValidationError(_("Not ready yet: %(needs)s") % {"needs": " ".join(faults)})
    revision = draft.save_revision(user=by, clean=row.source is None)
    revision.publish(user=by, skip_permission_checks=True)
    row.refresh_from_db()
    return row
