"""Commentaries in Wagtail: their forms, and what "publish" is called here."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem
from wagtail.snippets.models import register_snippet

from barograph.commentaries.admin import CommentaryViewSet
from barograph.commentaries.models import Commentary

register_snippet(CommentaryViewSet)


class SignOff(PublishMenuItem):
    template_name = "commentaries/sign_off.html"


class TakeBack(UnpublishMenuItem):
    label = _("Withdraw sign-off")


@hooks.register("construct_snippet_action_menu")
def own_words(menu_items, request, context):
    """What Wagtail calls publishing is signing off: readers see a commentary only with its issue."""
    if context.get("model") is not Commentary:
        return
    if any(item.name == "approve" for item in menu_items):  # in review: one way to sign off, which ends the review
        menu_items[:] = [item for item in menu_items if item.name != "action-publish"]
    own = {"action-publish": SignOff, "action-unpublish": TakeBack}
    menu_items[:] = [own[item.name](order=item.order) if item.name in own else item for item in menu_items]
    for item in menu_items:
        if item.name == "approve":
            item.label = _("Sign off with a comment") if item.launch_modal else _("Sign off (ready)")
        elif item.name == "reject":
            item.label = _("Return to the writer")
        elif item.name == "action-cancel-workflow":
            item.label = _("Withdraw from review")


@hooks.register("register_log_actions", order=100)
def actions(registry):
    """Log entries of our own, and true words for Wagtail's: publishing a commentary only signs it off."""
    registry.register_action(
        "barograph.kept_beside", _("Save text beside a newer version"), _("Saved beside a newer version")
    )
    registry.register_action("wagtail.publish", _("Sign off"), _("Signed off"))
    registry.register_action("wagtail.unpublish", _("Withdraw a sign-off"), _("Sign-off withdrawn"))
