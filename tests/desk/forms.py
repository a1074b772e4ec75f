"""The editing form as a browser sends it."""

from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from barograph.commentaries.models import BODY_FEATURES


def address(commentary, name="edit", *args) -> str:
    return reverse(f"wagtailsnippets_commentaries_commentary:{name}", args=[commentary.pk, *args])


def form_of(commentary, **values):
    """The form's fields with the commentary's newest words; `values` stand in for what was typed."""
    draft = commentary.get_latest_revision_as_object()
    body = values.pop("body", draft.body)
    scenarios = values.pop("scenarios", [])
    latest = commentary.latest_revision
    rows = [{"id": row.pk or "", "person": row.person_id} for row in draft.bylines.all()]
    return nested_form_data(
        {
            "headline": draft.headline,
            "lede": draft.lede,
            "body": rich_text(body, features=BODY_FEATURES),
            "question": draft.question,
            "resolves_by": draft.resolves_by or "",
            "resolution": draft.resolution,
            "scenarios": streamfield([("scenario", scenario(**one)) for one in scenarios]),
            "bylines": inline_formset(rows, initial=len([row for row in rows if row["id"]])),
            "loaded_revision_id": latest.pk if latest else "",
            "loaded_revision_created_at": latest.created_at.isoformat() if latest else "",
        }
        | values
    )


def scenario(title="Calm", probability="", pros=("cheap",), cons=("dull",)):
    lists = {"pros": streamfield_list(pros), "cons": streamfield_list(cons)}
    return {"key": "", "title": title, "text": "", "probability": probability, **lists}


def streamfield_list(items):
    rows = {str(place): {"value": text, "deleted": "", "order": str(place)} for place, text in enumerate(items)}
    return rows | {"count": str(len(items))}
