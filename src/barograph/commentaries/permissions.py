"""Who may do what with a commentary: the one place that decides it.

Editors: everything. Analysts: the commentaries of their slots and bylines, as
they write them; never sign-off. Translators: translations. Groups give the
Django permissions (desk.roles); this narrows them to the object.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.issues.models import Slot
from barograph.people.models import Pen

WRITING = frozenset({"change", "view"})


def is_editor(user) -> bool:
    """Signs off, decides verdicts, publishes."""
    return user.has_perm("commentaries.publish_commentary")


def may_write(user, commentary: Commentary) -> bool:
    """Whether this sign-in may change a commentary its analyst writes."""
    if is_editor(user):
        return True
    if commentary.is_translation or not user.has_perm("commentaries.change_commentary"):
        return False
    if may_write_slot(user, issue_id=commentary.issue_id, topic_id=commentary.topic_id):
        return True
    return CommentaryByline.objects.filter(
        commentary_id=commentary.pk, person__in=Pen.objects.filter(user=user).values("person")
    ).exists()


def may_write_slot(user, *, issue_id: int, topic_id: int) -> bool:
    """Whether this sign-in may begin the commentary of a topic in an issue."""
    if is_editor(user):
        return True
    return (
        user.has_perm("commentaries.change_commentary")
        and Slot.objects.filter(issue_id=issue_id, topic_id=topic_id, writer_id=user.pk).exists()
    )


def reads_every_draft(user) -> bool:
    """Whether somebody may read words that are not published yet, whoever writes them: editors, translators, and who
    releases. Analysts read their own alone (`may_write`), who keeps the accounts none.
    """
    return is_editor(user) or user.has_perm("commentaries.view_commentary")


def may_translate(user) -> bool:
    return is_editor(user) or user.has_perm("commentaries.translate_commentary")


class CommentaryPolicy(ModelPermissionPolicy):
    """Wagtail's question "may this sign-in do that with this one?", answered by the above."""

    def user_has_permission_for_instance(self, user, action: str, instance: Commentary) -> bool:
        if not user.is_active or not user.is_authenticated:
            return False
        if is_editor(user):
            return self.user_has_permission(user, action)
        return action in WRITING and may_write(user, instance)

    def user_has_any_permission_for_instance(self, user, actions: Iterable[str], instance: Commentary) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user, actions: Iterable[str]) -> QuerySet:
        rows = Commentary.objects.all()
        if not self.user_has_any_permission(user, actions):
            return rows.none()
        if is_editor(user):
            return rows
        if user.has_perm("commentaries.translate_commentary"):
            return rows.translations()
        slot = Slot.objects.filter(issue_id=OuterRef("issue_id"), topic_id=OuterRef("topic_id"), writer_id=user.pk)
        pens = Pen.objects.filter(user=user).values("person")
        own = CommentaryByline.objects.filter(commentary_id=OuterRef("pk"), person__in=pens)
        return rows.sources().filter(Q(Exists(slot)) | Q(Exists(own)))
