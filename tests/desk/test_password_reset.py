"""A forgotten password: the request tells nothing, the worker writes to the team alone, with a link to our own site."""

import pytest
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

pytestmark = pytest.mark.django_db


def test_the_letter_is_written_by_the_worker_and_its_link_cannot_be_led_astray(cast, settings):
    editor = cast["editor"]
    editor.set_password("one-of-old-times")
    editor.save()
    settings.ALLOWED_HOSTS = ["*"]
    answers = [
        Client(HTTP_HOST="evil.example").post("/desk/password_reset/", {"email": address})
        for address in (editor.email, "stranger@example.org")
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/desk/password_reset/done/")}
    assert not mail.outbox
    rows = list(DBTaskResult.objects.all())
    assert len(rows) == 2
    assert not any("@" in str(row.args_kwargs) for row in rows)
    for row in rows:
        row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    (letter,) = mail.outbox
    assert letter.to == [editor.email]
    assert f"{settings.WAGTAILADMIN_BASE_URL}/desk/password_reset/confirm/" in letter.body
    assert "evil.example" not in letter.body
