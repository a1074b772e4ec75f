"""What a new publication needs before its first issue can be opened: four steps, each with where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from barograph.base import languages
from barograph.base.languages import localized
from barograph.commentaries.permissions import is_editor
from barograph.issues.models import Topic
from barograph.issues.services import publication
from barograph.people.models import Person


@dataclass(frozen=True)
class Step:
    """One thing to do: its title, how it stands in words, whether it is done, and the address where it is done."""

    title: str
    state: str
    done: bool
    url: str


def first_steps(user) -> list[Step]:
    """The steps in order, for an editor of a publication that has no issue yet; none for anybody else."""
    if not is_editor(user):
        return []
    current = publication()
    name = localized(current.name, get_language() or "en", current.languages)
    names = ", ".join(languages.name(code) for code in current.languages)
    topics, people = Topic.objects.count(), Person.objects.count()
    return [
        Step(_("Name and languages"), f"{name} · {names}" if name else names, bool(name), _may(user, "publication")),
        Step(
            _("Topics"),
            ngettext("%(count)s topic", "%(count)s topics", topics) % {"count": topics} if topics else _("none yet"),
            bool(topics),
            _may(user, "topic"),
        ),
        Step(
            _("Analysts"),
            ngettext("%(count)s analyst", "%(count)s analysts", people) % {"count": people}
            if people
            else _("none yet"),
            bool(people),
            reverse("analysts:index") if user.has_perm("people.add_person") else "",
        ),
        Step(_("First issue"), _("open it with the button above once you have topics"), False, ""),
    ]


def _may(user, model: str) -> str:
    """Address of the list of a kind of thing, for whoever may change it; else ''."""
    if not user.has_perm(f"issues.change_{model}"):
        return ""
    return reverse({"publication": "publication:index", "topic": "topics:index"}[model])
