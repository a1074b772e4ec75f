"""Groups with least rights, and the way of a commentary from analyst to editor.

What a group may do with which object is narrowed further in
commentaries.permissions; nothing here names a person.
"""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Workflow,
    WorkflowContentType,
    WorkflowTask,
)

from barograph.commentaries.models import Commentary

ANALYSTS, TRANSLATORS, EDITORS = "Analysts", "Translators", "Editors"
#: Whoever releases what others have signed off; and whoever keeps the accounts, and sees no draft.
PUBLISHERS, OPERATORS = "Publishers", "Operators"

#: Whoever translates keeps the glossary.
TERMS = {f"commentaries.{verb}_term" for verb in ("add", "change", "delete", "view")}

#: Permissions by group: app.codename. The whole truth: what is not named is taken away.
PERMISSIONS = {
    ANALYSTS: {"wagtailadmin.access_admin", "commentaries.change_commentary"},
    TRANSLATORS: {
        "wagtailadmin.access_admin",
        "commentaries.translate_commentary",
        "commentaries.view_commentary",
        *TERMS,
    },
    EDITORS: {
        "wagtailadmin.access_admin",
        "commentaries.change_commentary",
        "commentaries.delete_commentary",
        "commentaries.publish_commentary",
        "commentaries.lock_commentary",
        "commentaries.unlock_commentary",
        "commentaries.translate_commentary",
        "commentaries.view_commentary",
        *TERMS,
        "issues.add_issue",
        "issues.change_issue",
        "issues.delete_issue",  # one opened by mistake, while nothing hangs on it
        "issues.change_slot",
        "issues.change_verdict",
        "issues.add_topic",
        "issues.change_topic",
        "issues.add_standingtext",
        "issues.change_standingtext",
        "issues.change_publication",
        "issues.view_correction",
        *(
            f"issues.{verb}_{kind}"
            for verb in ("add", "change", "delete")
            for kind in ("plannedtopic", "absence", "rest")
        ),
        "people.add_person",
        "people.change_person",
        "people.view_pen",
        "people.add_pen",
        "people.delete_pen",
        "publishing.add_release",
        "wagtailcore.view_modellogentry",  # the audit log: of what they may see anyway
    },
    PUBLISHERS: {
        "wagtailadmin.access_admin",
        "commentaries.view_commentary",
        "publishing.add_release",
        "wagtailcore.view_modellogentry",
    },
    OPERATORS: {
        "wagtailadmin.access_admin",
        *(f"people.{verb}_user" for verb in ("add", "change", "delete")),
        "wagtailcore.view_modellogentry",
    },
}
#: Pictures stand in the root collection.
PICTURES = {ANALYSTS: {"add_image", "choose_image"}, EDITORS: {"add_image", "change_image", "choose_image"}}


#: What they are called in the desk; a group of the publication's own is called as it is.
NAMES = {
    ANALYSTS: _("Analysts"),
    TRANSLATORS: _("Translators"),
    EDITORS: _("Editors"),
    PUBLISHERS: _("Publishers"),
    OPERATORS: _("Operators"),
}


def label(group: Group) -> str:
    """A role's name in the language in use."""
    return str(NAMES.get(group.name, group.name))


@transaction.atomic
def ensure_roles() -> None:
    """Make or mend groups and workflow; a second call changes nothing."""
    apps.get_app_config("wagtailsnippets").make_permissions()
    for name in PERMISSIONS:
        group = Group.objects.get_or_create(name=name)[0]
        group.permissions.set(_permissions(PERMISSIONS[name]))
        GroupPagePermission.objects.filter(group=group).delete()
        _pictures(group)
    _drop_moderators()
    _workflow()


def _permissions(names: set[str]) -> list[Permission]:
    pairs = {tuple(name.split(".")) for name in names}
    permissions = Permission.objects.filter(codename__in={codename for _app, codename in pairs})
    return [p for p in permissions.select_related("content_type") if (p.content_type.app_label, p.codename) in pairs]


def _pictures(group: Group) -> None:
    root = Collection.get_first_root_node()
    permissions = Permission.objects.filter(
        content_type__app_label="wagtailimages", codename__in=PICTURES.get(group.name, set())
    )
    given = GroupCollectionPermission.objects.filter(group=group)
    given.exclude(collection=root, permission__in=permissions).delete()
    for permission in permissions:
        given.get_or_create(group=group, collection=root, permission=permission)


def _drop_moderators() -> None:
    """The role Wagtail brings for pages; Barograph has none. One that somebody is in stays."""
    Group.objects.filter(name="Moderators", user__isnull=True).delete()


#: Rows have one name for all: it speaks the three languages of the desk.
_WORKFLOW, _TASK = "Рэдакцыя · Редакция · Editors", "Рэдактар · Редактор · Editor"


def _workflow() -> None:
    kind = ContentType.objects.get_for_model(Commentary)
    bound = WorkflowContentType.objects.filter(content_type=kind).select_related("workflow").first()
    workflow = bound.workflow if bound else Workflow.objects.get_or_create(name=_WORKFLOW)[0]
    step = WorkflowTask.objects.filter(workflow=workflow).first()
    known = {"pk": step.task_id} if step else {"name": _TASK}
    task = GroupApprovalTask.objects.get_or_create(**known)[0]
    workflow.name, task.name = _WORKFLOW, _TASK
    workflow.save()
    task.save()
    task.groups.set(Group.objects.filter(name=EDITORS))
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowContentType.objects.update_or_create(content_type=kind, defaults={"workflow": workflow})
