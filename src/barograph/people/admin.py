"""Bylines, and which sign-in writes under which of them, in the desk."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from barograph.base.versions import VersionedForm
from barograph.people.models import Pen, Person


def _yes_or_no(person: Person) -> str:
    return gettext("yes") if person.pseudonym else gettext("no")


class PersonViewSet(ModelViewSet):
    model = Person
    icon = "user"
    name = "analysts"
    menu_label = _("Bylines")
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["__str__", "slug", Column("pseudonym", label=_("Pseudonym"), accessor=_yes_or_no)]
    edit_handler = ObjectList(
        [FieldPanel("names"), FieldPanel("slug"), FieldPanel("about"), FieldPanel("pseudonym")],
        base_form_class=VersionedForm,
    )


def _withdraw(pen: Pen) -> str:
    return gettext("Withdraw")


def _withdrawal(pen: Pen) -> str:
    return reverse("pens:delete", args=[pen.pk])


class PenViewSet(ModelViewSet):
    """The one place where a sign-in and a byline stand together."""

    model = Pen
    icon = "edit"
    name = "pens"
    menu_label = _("Rights to bylines")
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        "user",
        Column("person", label=_("Analyst")),
        TitleColumn("pk", label=_("Right"), accessor=_withdraw, get_url=_withdrawal),
    ]
    edit_handler = ObjectList([FieldPanel("user"), FieldPanel("person")])


VIEWSETS = (PersonViewSet, PenViewSet)
