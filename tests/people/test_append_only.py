"""The audit log can be added to, never changed: the database itself refuses, on either kind."""

import pytest
from django.db import DatabaseError, connection, transaction
from wagtail.models import ModelLogEntry

from barograph.people import append_only, audit
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """In a test's own transaction: gone with it."""
    append_only.keep()
    assert append_only.is_kept()


def refused(do):
    with pytest.raises(DatabaseError, match="added to only"), transaction.atomic():
        do()


def test_a_line_can_neither_be_changed_nor_deleted(kept):
    user = UserFactory()
    line = audit.note("sign_in", about=user, by=user)
    line.label = "someone else"
    refused(line.save)
    refused(lambda: ModelLogEntry.objects.filter(pk=line.pk).update(user=None))
    refused(line.delete)
    refused(ModelLogEntry.objects.all().delete)
    assert ModelLogEntry.objects.get().label == user.username


def test_lines_of_a_deleted_account_stay_and_keep_its_name(kept):
    user, operator = UserFactory(username="gone"), UserFactory(is_superuser=True)
    audit.note("sign_in", about=user, by=user)
    user.delete()
    line = audit.lines_in_words(audit.lines(operator))[0]
    assert (line.by, line.name, str(line.kind)) == ("gone", "gone", "sign-ins")


def test_the_whole_table_is_not_emptied_at_once(kept):
    audit.note("sign_in", about=UserFactory())
    connection.check_constraints()  # what is still to be checked would hinder it, too
    verb = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"

    def empty():
        with connection.cursor() as cursor:
            cursor.execute(f"{verb} {append_only.TABLE}")

    refused(empty)
    assert ModelLogEntry.objects.exists()


def test_keeping_twice_changes_nothing_and_migrations_lift_it(kept):
    append_only.keep()
    append_only.lift()
    assert not append_only.is_kept()
    append_only.lift()
    line = audit.note("sign_in", about=UserFactory())
    line.delete()
