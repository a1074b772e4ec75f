"""The settings with only what sending needs, so that a worker of the kill test starts fast."""

from barograph.settings import *  # noqa: F403

INSTALLED_APPS = [
    "barograph.delivery",
    "barograph.subscribers",
    "barograph.people",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "wagtail",  # the audit log's table is Wagtail's
    "taggit",
]
