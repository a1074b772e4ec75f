"""Wagtail's app of users, with the desk's own pages of accounts and roles in it (accounts.py)."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    user_viewset = "barograph.desk.accounts.AccountViewSet"
    group_viewset = "barograph.desk.accounts.RoleViewSet"
