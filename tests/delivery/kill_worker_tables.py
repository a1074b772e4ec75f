"""The tables that sending needs and a mailing in them, without the migrations of everything. Django is set up."""

from django.db import connection
from django_tasks_db.models import DBTaskResult

from barograph.delivery import installation
from barograph.delivery.models import Delivery, Mailing, Sender
from barograph.subscribers.models import FormerSubscriber, ImportRun, Subscriber, Subscription, Suppression
from tests.delivery.mailings import mailing, readers


def prepare(number: int) -> None:
    with connection.schema_editor() as editor:
        people = (ImportRun, Subscriber, FormerSubscriber, Subscription, Suppression)
        for model in (*people, Mailing, Delivery, Sender, DBTaskResult):
            editor.create_model(model)
    installation.ensure()
    readers(number)
    mailing()
