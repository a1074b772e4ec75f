"""Of several machines one has the site: releases and bakes run there, and no other says that they are done."""

import pytest

from barograph.machines import site
from barograph.publishing import services
from barograph.publishing.enums import ReleaseState
from barograph.website import bake
from tests.factories import CommentaryFactory

pytestmark = pytest.mark.postgres


@pytest.fixture
def issue(db, data_folder):
    return CommentaryFactory(language="ru").issue


def test_a_machine_without_the_site_leaves_a_release_to_the_one_that_has_it(issue, data_folder, settings, tmp_path):
    services.run(services.request(issue=issue, mail=False).pk)
    asked = services.request(issue=issue, mail=False)
    here, settings.DATA = settings.DATA, tmp_path / "other"
    settings.DATA.mkdir()
    assert services.run(asked.pk).state == ReleaseState.WAITING
    assert services.unfinished() == []
    with pytest.raises(site.SiteElsewhere, match="another machine"):
        bake.prepare()
    assert not (settings.DATA / "site").exists()
    settings.DATA = here
    assert asked.pk in services.unfinished()
    assert services.run(asked.pk).state == ReleaseState.DONE


def test_the_site_moves_by_a_word(issue, data_folder, settings, tmp_path):
    services.run(services.request(issue=issue, mail=False).pk)
    settings.DATA = tmp_path / "other"
    settings.DATA.mkdir()
    site.claim()
    assert bake.prepare(everything=True).written > 0
