"""What the audit log adds to Wagtail: its acts, and the right to see it, to be given to a role."""

from django.contrib.auth.models import Permission
from wagtail import hooks

from barograph.people import acts


@hooks.register("register_log_actions")
def audit_actions(actions):
    acts.register(actions)


@hooks.register("register_permissions")
def audit_permission():
    return Permission.objects.filter(content_type__app_label="wagtailcore", codename="view_modellogentry")
