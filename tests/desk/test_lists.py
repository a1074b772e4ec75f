"""The desk's lists lead to what they name, its search finds texts, and what was made by mistake can be removed."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.admin.search import admin_search_areas

from barograph.issues import services as issues
from barograph.issues.models import Issue
from barograph.people.models import Pen
from tests.desk.test_every_address import world  # noqa: F401


def links(client, url):
    page = BeautifulSoup(client.get(url).content, "html.parser")
    return {tag["href"].split("?")[0]: tag.get_text(strip=True) for tag in page.select("main table a[href]")}


@pytest.mark.parametrize("place", ["plan", "issues", "absences", "rests", "topics", "standing", "analysts", "glossary"])
def test_every_row_leads_to_its_form(cast, sign_in, world, place):  # noqa: F811
    found = links(sign_in(cast["editor"]), reverse(f"{place}:index"))
    assert found.get(reverse(f"{place}:edit", args=[world[place]]))


def test_a_correction_leads_to_its_week(cast, sign_in, world):  # noqa: F811
    assert reverse("wagtailadmin_home") in links(sign_in(cast["editor"]), reverse("corrections:index"))


def test_a_right_to_a_byline_is_withdrawn_from_the_list(cast, sign_in, world):  # noqa: F811
    client, withdrawal = sign_in(cast["editor"]), reverse("pens:delete", args=[world["pens"]])
    assert links(client, reverse("pens:index"))[withdrawal] == "Withdraw"
    client.post(withdrawal)
    assert not Pen.objects.filter(pk=world["pens"]).exists()


@pytest.fixture
def mistaken(issue):
    return issues.open_issue(first=datetime.date(2020, 8, 10))


def test_an_issue_with_nothing_on_it_is_removed_and_its_number_is_free(cast, sign_in, mistaken):
    client, url = sign_in(cast["editor"]), reverse("issues:delete", args=[mistaken.pk])
    assert client.get(url).status_code == 200
    client.post(url)
    assert not Issue.objects.filter(pk=mistaken.pk).exists()
    assert issues.open_issue(first=datetime.date(2020, 8, 10)).number == mistaken.number


def test_one_with_a_text_a_verdict_or_a_rating_stays(cast, sign_in, source, mistaken):
    client = sign_in(cast["editor"])
    topic = mistaken.slots.first().topic
    issues.decide_verdict(issue=mistaken, topic=topic, value="improved", by=cast["editor"])
    for issue in (source.issue, mistaken):
        answer = client.post(reverse("issues:delete", args=[issue.pk]), follow=True)
        assert "This issue can’t be deleted" in answer.content.decode()
        assert Issue.objects.filter(pk=issue.pk).exists()
        with pytest.raises(Exception, match="can’t be deleted"):
            issues.remove_issue(issue=issue)


@pytest.mark.parametrize("role", ["analyst", "translator", "publisher", "operator", "nobody"])
def test_nobody_else_removes_an_issue(cast, sign_in, mistaken, role):
    sign_in(cast[role]).post(reverse("issues:delete", args=[mistaken.pk]))
    assert Issue.objects.filter(pk=mistaken.pk).exists()
    assert Permission.objects.filter(codename="delete_issue").exists()


@pytest.mark.parametrize(("role", "finds"), [("editor", 1), ("analyst", 1), ("translator", 0), ("other", 0)])
def test_the_search_of_the_menu_finds_texts_by_each_ones_rights(cast, sign_in, source, rf, role, finds):
    source.headline = "Цэны на ЎЗЛЁЦЕ"
    source.save()
    request = rf.get("/desk/")
    request.user = cast[role]
    client = sign_in(cast[role])
    client.get("/desk/")
    first = admin_search_areas.search_items_for_request(request)[0]
    assert first.name == "commentaries"
    page = client.get(first.url, {"q": "ўзлёце цэны"}).content.decode()
    assert ("Цэны на ЎЗЛЁЦЕ" in page) is bool(finds)
    assert "Цэны на ЎЗЛЁЦЕ" not in client.get(first.url, {"q": "нічога такога"}).content.decode()


def test_who_sees_no_text_searches_none(cast, sign_in, rf):
    sign_in(cast["operator"]).get("/desk/")
    request = rf.get("/desk/")
    request.user = cast["operator"]
    assert "commentaries" not in {area.name for area in admin_search_areas.search_items_for_request(request)}


def test_every_time_zone_that_is_offered_is_one_that_browsers_know():
    assert "Europe/Minsk" in settings.WAGTAIL_USER_TIME_ZONES
    assert not {"localtime", "posixrules", "Factory"} & set(settings.WAGTAIL_USER_TIME_ZONES)
