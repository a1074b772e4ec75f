"""What Wagtail says in English though its catalogues know better.

Some fields bear no label: Django would make one of their name in the code. Others, and some texts of choosers, were
translated once, when their module was imported: in English, or in the language of whoever came first.
"""

from django.forms import ChoiceField
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import account, auth, choosers, workflows
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.forms import TaskStateCommentForm
from wagtail.images.forms import GroupImagePermissionFormSet, ImageInsertionForm, URLGeneratorForm
from wagtail.users.forms import UserCreationForm, UserEditForm

LABELS = {
    auth.LoginForm: {"password": _("Password")},
    choosers.ExternalLinkChooserForm: {"link_text": _("Link text")},
    choosers.AnchorLinkChooserForm: {"link_text": _("Link text")},
    choosers.EmailLinkChooserForm: {
        "email_address": _("E-mail address"),
        "link_text": _("Link text"),
        "subject": _("Subject"),
        "body": _("E-mail"),
    },
    choosers.PhoneLinkChooserForm: {"phone_number": _("Phone number"), "link_text": _("Link text")},
    workflows.WorkflowPageForm: {"page": _("Page")},
    workflows.WorkflowContentTypeForm: {"content_types": _("Kinds of text")},
}
#: Nobody at the desk has to give a name and a surname: who writes under a pseudonym may have a reason.
NAMING = (account.NameEmailForm, UserCreationForm, UserEditForm)
FROZEN_FORMS = (ImageInsertionForm, URLGeneratorForm, TaskStateCommentForm, GroupImagePermissionFormSet.form)
FROZEN_TEXTS = ("choose_one_text", "choose_another_text", "edit_item_text", "search_tab_label", "create_action_label")


def _thawed(text):
    return _(text) if isinstance(text, str) else text


def _counted(pages: WagtailPaginator) -> str:
    """Below a list. Wagtail's own has one plural, so that eight would be “8 темы”."""
    return str(_("Total: %(count)s") % {"count": pages.count})


def put() -> None:
    """Once, at the start, before any language is chosen."""
    WagtailPaginator.items_count_label = property(_counted)
    for form, labels in LABELS.items():
        for field, label in labels.items():
            form.base_fields[field].label = label
    for form in NAMING:
        form.base_fields["first_name"].required = form.base_fields["last_name"].required = False
        form.base_fields["first_name"].help_text = _("Shown to your colleagues in the desk. Readers don’t see it.")
    for form in FROZEN_FORMS:
        for field in form.base_fields.values():
            field.label = _thawed(field.label)
            if isinstance(field, ChoiceField) and isinstance(field.choices, list):
                field.choices = [(value, _thawed(label)) for value, label in field.choices]
    for name in FROZEN_TEXTS:
        setattr(ChooserViewSet, name, _thawed(getattr(ChooserViewSet, name)))
    kinds = GroupImagePermissionFormSet.permission_types
    kinds[:] = [(name, _thawed(short), _thawed(long)) for name, short, long in kinds]
