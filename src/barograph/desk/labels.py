"""Fields of Wagtail's forms that bear no label: Django would make one of their name in the code, in English."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import auth, choosers, workflows

LABELS = {
    auth.LoginForm: {"password": _("Password")},
    choosers.ExternalLinkChooserForm: {"link_text": _("Link text")},
    choosers.AnchorLinkChooserForm: {"link_text": _("Link text")},
    choosers.EmailLinkChooserForm: {
        "email_address": _("E-mail address"),
        "link_text": _("Link text"),
        "subject": _("Subject"),
        "body": _("Letter"),
    },
    choosers.PhoneLinkChooserForm: {"phone_number": _("Phone number"), "link_text": _("Link text")},
    workflows.WorkflowPageForm: {"page": _("Page")},
    workflows.WorkflowContentTypeForm: {"content_types": _("Kinds of text")},
}


def put() -> None:
    for form, labels in LABELS.items():
        for field, label in labels.items():
            form.base_fields[field].label = label
