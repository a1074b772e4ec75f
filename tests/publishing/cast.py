"""Someone of a role, signed in to the desk."""

from django.contrib.auth.models import Group
from django.test import Client
from wagtail.users.models import UserProfile

from tests.factories import UserFactory


def signed_in(group: str, email: str = "editor@example.org", language: str = "") -> Client:
    user = UserFactory(password=None, email=email)
    user.groups.add(Group.objects.get(name=group))
    if language:
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client()
    client.force_login(user)
    return client
