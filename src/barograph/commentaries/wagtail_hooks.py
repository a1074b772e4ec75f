"""Commentaries in Wagtail: their rights, their forms, and what "publish" is called here."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem
from wagtail.snippets.models import register_snippet

from barograph.commentaries.models import Commentary
from barograph.commentaries.permissions import CommentaryPolicy

register_permission_policy(Commentary, CommentaryPolicy(Commentary))

from barograph.commentaries.admin import CommentaryViewSet  # noqa: E402 (rights first)

register_snippet(CommentaryViewSet)


class SignOff(PublishMenuItem):
    template_name = "commentaries/sign_off.html"


class TakeBack(UnpublishMenuItem):
    label = _("Take back sign-off")


@hooks.register("construct_snippet_action_menu")
def own_words(menu_items, request, context):
    """What Wagtail calls publishing is signing off: readers see a commentary only with its issue."""
    if context.get("model") is not Commentary:
        return
    own = {"action-publish": SignOff, "action-unpublish": TakeBack}
    menu_items[:] = [own[item.name](order=item.order) if item.name in own else item for item in menu_items]
    for item in menu_items:
        if item.name == "approve":
            item.label = _("Sign off (ready)")


@hooks.register("register_log_actions")
def actions(found):
    found.register_action(
        "barograph.kept_beside", _("Keep words beside a newer version"), _("Kept beside a newer version")
    )
