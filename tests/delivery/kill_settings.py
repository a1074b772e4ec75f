"""The settings with only what sending needs, so that a worker of the kill test starts fast."""

from barograph.base import key_files
from barograph.settings import *  # noqa: F403
from barograph.settings import ADDRESS_KEY, ADDRESS_KEY_IS_NEW, DATA, SECRET_KEY, SECRET_KEY_IS_NEW

if ADDRESS_KEY_IS_NEW:  # what a first start does
    ADDRESS_KEY = key_files.keep(DATA / "keys", "address.key", ADDRESS_KEY)
if SECRET_KEY_IS_NEW:
    SECRET_KEY = key_files.keep(DATA / "keys", "secret.key", SECRET_KEY)
ADDRESS_KEY_IS_NEW = SECRET_KEY_IS_NEW = False

INSTALLED_APPS = [
    "barograph.delivery",
    "barograph.subscribers",
    "barograph.people",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "barograph.machines",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "wagtail",  # the audit log's table is Wagtail's
    "taggit",
]
