"""The tables that sending needs and a mailing in them, without the migrations of everything. Django is set up."""

from django.db import connection
from django_tasks_db.models import DBTaskResult

from barograph.delivery import installation
from barograph.delivery.models import Delivery, DomainRefusal, Mailing, Sender
from barograph.machines.models import AddressKey
from barograph.subscribers.models import Bounce, FormerSubscriber, ImportRun, Subscriber, Subscription, Suppression
from tests.delivery.mailings import mailing, readers


def prepare(number: int) -> None:
    with connection.schema_editor() as editor:
        people = (ImportRun, Subscriber, FormerSubscriber, Subscription, Suppression, Bounce)
        for model in (*people, Mailing, Delivery, DomainRefusal, Sender, DBTaskResult, AddressKey):
            editor.create_model(model)
    installation.ensure()
    readers(number)
    mailing()
