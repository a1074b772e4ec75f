"""Accounts and roles in the desk: Wagtail's pages, with what changed told to the audit log.

Wagtail notes that an account or a group was edited, not what changed in it; and of what is done to several accounts
at once it notes nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import cached_property
from wagtail.images.forms import GroupImagePermissionFormSet
from wagtail.users.views import groups, users

from barograph.desk import old_address, plan, roles
from barograph.people import audit
from barograph.people.models import User


class _NoHigher:
    """Who is no administrator makes none, and changes nothing about one: an account's keeper could else become one."""

    def get_object(self, *args, **kwargs):
        account = super().get_object(*args, **kwargs)
        if account and account.is_superuser and not self.request.user.is_superuser:
            raise PermissionDenied
        return account

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        if "is_superuser" in form.fields:
            form.fields["is_superuser"].disabled = not self.request.user.is_superuser
        if "groups" in form.fields:
            form.fields["groups"].label_from_instance = roles.label
        return form


class EditAccount(_NoHigher, users.EditView):
    @transaction.atomic
    def save_instance(self):
        before = audit.state_of(self.object)
        address = User.objects.values_list("email", flat=True).get(pk=self.object.pk)
        instance = super().save_instance()
        audit.note_account(user=instance, before=before, by=self.request.user)
        old_address.note_change(user=instance, before=address)
        if not instance.is_active and (moved := plan.hand_over(user=instance)):
            messages.info(self.request, plan.handed_over(moved))
        return instance


class AddAccount(_NoHigher, users.CreateView):
    @transaction.atomic
    def save_instance(self):
        instance = super().save_instance()
        nothing = {"roles": [], "active": True, "administrator": False}
        audit.note_account(user=instance, before=nothing, by=self.request.user)
        return instance


class DeleteAccount(_NoHigher, users.DeleteView):
    pass


class AccountFilters(users.UserFilterSet):
    """Roles by their names in the language in use."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "group" in self.filters:
            self.filters["group"].field.label_from_instance = roles.label


class AccountList(users.IndexView):
    """The names are sealed, so that the database can't put them in order (people/models.py)."""

    def order_queryset(self, queryset):
        if self.ordering in {"name", "-name", "username", "-username"}:
            ordered = queryset.by_name()
            return ordered.reverse() if self.ordering.startswith("-") else ordered
        return super().order_queryset(queryset)


class AccountViewSet(users.UserViewSet):
    index_view_class = AccountList
    filterset_class = AccountFilters
    add_view_class = AddAccount
    edit_view_class = EditAccount
    delete_view_class = DeleteAccount
    copy_view_enabled = False


class _WithoutPages:
    """Wagtail's panels of rights to pages, documents and collections are left out: the desk has none of these."""

    @cached_property
    def permission_panel_forms(self):
        return [panel for panel in super().permission_panel_forms if isinstance(panel, GroupImagePermissionFormSet)]


class AddRole(_WithoutPages, groups.CreateView):
    pass


class EditRole(_WithoutPages, groups.EditView):
    @transaction.atomic
    def save_instance(self):
        before = audit.rights_of(self.object)
        instance = super().save_instance()
        audit.note_rights(group=instance, before=before, by=self.request.user)
        return instance


class RoleViewSet(groups.GroupViewSet):
    add_view_class = AddRole
    edit_view_class = EditRole


def before_several(request: HttpRequest, act: str, accounts: list[Any], view: Any) -> None:
    """Wagtail's hook before something is done to several rows at once, in the same transaction."""
    if not all(isinstance(account, User) for account in accounts):
        return
    if any(account.is_superuser for account in accounts) and not request.user.is_superuser:
        raise PermissionDenied
    view.states_before = {account.pk: audit.state_of(account) for account in accounts}
    if act == "delete":
        for account in accounts:
            audit.note("account_deleted", about=account, by=request.user)


def after_several(request: HttpRequest, act: str, accounts: list[Any], view: Any) -> None:
    """Wagtail's hook after it."""
    for account in accounts:
        if isinstance(account, User) and act != "delete":
            audit.note_account(user=account, before=view.states_before[account.pk], by=request.user)
            if gone := User.objects.filter(pk=account.pk, is_active=False).first():
                plan.hand_over(user=gone)
