"""A release that stops at night: whoever may publish is told, once, and `publish` goes on with it."""

import pytest
from django.utils import timezone

from barograph import cli
from barograph.issues import services as issues
from barograph.publishing import release_alerts, services, steps
from barograph.publishing.enums import ReleaseState
from tests.factories import CommentaryFactory
from tests.publishing.cast import signed_in


@pytest.fixture
def stopped(db, data_folder, monkeypatch):
    issues.publication()
    issue = CommentaryFactory(language="ru").issue
    real = steps.BY_NAME["index"]

    def refuse(release, progress):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setitem(steps.BY_NAME, "index", steps.StepKind(real.name, real.title, refuse))
        with pytest.raises(services.StepFailed):
            services.run(services.request(issue=issue, mail=False).pk)
    return issue


def test_publishers_are_told_once(stopped, outbox):
    signed_in("Publishers", email="publisher@example.org")
    signed_in("Analysts", email="analyst@example.org")
    assert release_alerts.check(now=timezone.now()) == 1
    assert release_alerts.check(now=timezone.now()) == 0
    assert [to for _from, to, _mail in outbox] == ["publisher@example.org"]


def test_publish_goes_on_from_the_step_where_it_stopped(stopped, monkeypatch, capsys):
    monkeypatch.setattr(cli, "setup", lambda *_access, **_rules: None)
    assert cli.main(["publish", stopped.key, "--no-mail"]) == 0
    release = stopped.releases.get()
    assert release.state == ReleaseState.DONE
    assert release.steps.get(name="index").tries == 2
    assert "is public" in capsys.readouterr().out
