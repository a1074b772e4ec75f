"""For the kill test: makes a publication with an issue just out; or takes it back, and is shot after one part of it."""

import os
import signal
import sys
from dataclasses import replace

import django

django.setup()

from django.db import transaction  # noqa: E402

from barograph.issues import services as issues  # noqa: E402
from barograph.issues.models import Issue  # noqa: E402
from barograph.publishing import services, steps, withdrawal  # noqa: E402
from barograph.takeaway import making  # noqa: E402
from tests.factories import CommentaryFactory, IssueFactory  # noqa: E402


def prepare():
    issues.publication()
    making._make_files = lambda edition, imprint: {"card.png": b"a card"}
    for number in (1, 2):
        CommentaryFactory(language="en", issue=IssueFactory(number=number))
        services.run(services.request(issue=Issue.objects.get(number=number), mail=number == 2).pk)


def shot_after(part):
    def shot(release, progress):
        real.do(release, progress)
        os.kill(os.getpid(), signal.SIGKILL)

    issue = Issue.objects.get(number=2)
    if part == "withdraw":
        with transaction.atomic():
            withdrawal.request(issue=issue)
            os.kill(os.getpid(), signal.SIGKILL)
    if part == "request":
        withdrawal.request(issue=issue)
        os.kill(os.getpid(), signal.SIGKILL)
    real = steps.BY_NAME[part]
    steps.BY_NAME[part] = replace(real, do=shot)
    services.run(issue.releases.first().pk)


prepare() if sys.argv[1] == "prepare" else shot_after(sys.argv[1])
