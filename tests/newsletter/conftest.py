"""Mail goes to a list in memory; tasks are run by the test itself."""

from email import message_from_bytes, policy

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from barograph.delivery.transports.memory import MemoryTransport


class Post:
    """What has been mailed, as mails."""

    def __init__(self):
        MemoryTransport.outbox.clear()
        MemoryTransport.answers.clear()

    def work(self):
        """Run every task that is due, as a worker would; what waits for the commit comes first."""
        while connection.run_on_commit:
            connection.run_on_commit.pop(0)[1]()
        while row := DBTaskResult.objects.ready().first():
            row.delete()
            row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])

    @property
    def mails(self):
        return [message_from_bytes(raw, policy=policy.default) for _, _, raw in MemoryTransport.outbox]


@pytest.fixture
def post(settings):
    settings.BAROGRAPH_TRANSPORT = "barograph.delivery.transports.memory.MemoryTransport"
    return Post()
