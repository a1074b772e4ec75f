"""After an address key is lost for good, only what no key opens is given up, and the installation goes on."""

import pytest
from django.utils import timezone

from barograph.people.models import Invitation
from barograph.subscribers import addresses, key_check, lost_key, services
from barograph.subscribers.enums import Act, Refusal
from barograph.subscribers.models import Export, Subscriber, Suppression
from tests.delivery.mailings import readers
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings):
    """An address key in the data folder, as on a machine of its own."""
    settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_KEPT, settings.ADDRESS_KEY_IS_NEW = "ab" * 32, True, False
    path = settings.DATA / "keys" / "address.key"
    path.parent.mkdir()
    path.write_text("ab" * 32 + "\n")
    key_check.ensure()
    return path


def test_with_the_right_key_nothing_is_given_up(kept):
    readers(2)
    with pytest.raises(lost_key.NothingLost):
        lost_key.replace()
    assert Subscriber.objects.count() == 2


def test_after_a_lost_key_a_new_one_is_made_and_sign_ups_work_again(kept, settings):
    readers(3)
    services.refuse(keys=addresses.lookup_keys("no@example.org"), reason=Refusal.COMPLAINT)
    kept.unlink()
    settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_NEW = "cd" * 32, True
    assert lost_key.measure() == lost_key.Loss(subscribers=3, suppressions=1)
    assert Subscriber.objects.count() == 3
    lost_key.replace()
    assert kept.read_text().strip() == "cd" * 32
    assert (Subscriber.objects.count(), Suppression.objects.count()) == (0, 1)
    key_check.check()
    readers(1)
    assert Subscriber.objects.get().address()
    assert Export.objects.get().act == Act.LOST_KEY


def test_with_another_key_only_what_it_does_not_open_is_given_up(kept, settings):
    readers(2)
    settings.ADDRESS_KEY = "cd" * 32
    kept.write_text("cd" * 32 + "\n")
    opened = Subscriber(language="en", state="pending", created_at=Subscriber.objects.first().created_at)
    opened.seal("new@example.org")
    opened.save(force_insert=True)
    lost_key.replace()
    assert list(Subscriber.objects.values_list("pk", flat=True)) == [opened.pk]
    key_check.check()


def test_accounts_get_plain_names_and_unreadable_invitations_end(kept, settings):
    user = UserFactory(username="zofia", first_name="Zofia")
    invitation = Invitation.objects.create(
        email="guest@example.org", name="Guest", language="en", by=user, secret="x", expires_at=timezone.now()
    )
    used = Invitation.objects.create(
        email="", name="Used", language="en", by=user, secret="y", expires_at=timezone.now(), used_at=timezone.now()
    )
    readers(1)
    kept.unlink()
    settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_NEW = "cd" * 32, True
    lost_key.replace()
    user.refresh_from_db()
    assert (user.username, user.first_name, user.email) == (f"account-{user.pk}", "", "")
    assert not Invitation.objects.filter(pk=invitation.pk).exists()
    assert Invitation.objects.filter(pk=used.pk).exists()
