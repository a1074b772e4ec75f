"""The text-only variant: words alone, under 4 KB on the line, of the present issue; and what can be taken along."""

import re

import pytest
from django.utils.translation import gettext

from barograph.editions.models import Edition
from barograph.takeaway import making
from barograph.takeaway.telling import bulletin
from barograph.website import bake
from tests.website import contents
from tests.website.test_bake import tree

pytestmark = pytest.mark.django_db
LONG = "<p>" + "</p><p>".join(["Сітуацыя застаецца складанай, і ніхто не ведае, што будзе далей. " * 4] * 6) + "</p>"


def test_lite_pages_are_small_whole_and_without_pictures():
    contents.found(contents.imprint())
    editions = contents.issue()
    for content in editions.values():
        content["topics"][0]["commentary"]["body"] = LONG + '<p><img src="/images/x.png" alt="Мапа"></p>'
    contents.publish(editions)
    files = tree(bake.bake().path)
    for language in contents.LANGUAGES:
        overview = files[f"{language}/lite/index.html"].decode()
        assert "Economy" in overview
        assert len(files[f"{language}/lite/index.html"]) < 4096
        for path in (f"{language}/lite/index.html.br", f"{language}/lite/economy/index.html.br"):
            assert len(files[path]) < 4096
        page = files[f"{language}/lite/economy/index.html"].decode()
        assert "<img" not in page
        assert "<i>Мапа</i>" in page
        assert "[^1]" not in files[f"{language}/lite/security/index.html"].decode()


def test_the_pages_of_the_issue_before_leave_with_it():
    contents.found(contents.imprint())
    contents.publish(contents.issue(0))
    assert "be/lite/economy/index.html" in tree(bake.bake().path)
    contents.publish(contents.issue(1, languages=("ru",)))
    files = tree(bake.bake().path)
    assert "be/lite/economy/index.html" not in files
    assert "be/lite/economy/index.html.br" not in files
    assert "ru/lite/economy/index.html" in files


def test_an_issue_lists_its_files_with_sizes_once_they_are_there_and_no_sooner():
    contents.found(contents.imprint())
    row = contents.publish(contents.issue())
    before = tree(bake.bake().path)
    page = before["be/2020-08-03/index.html"].decode()
    assert "bulletin.pdf" not in page
    assert "og:image" not in before["be/2020-08-03/economy/index.html"].decode()
    making.make(Edition.objects.current())
    report = bake.bake()
    after = tree(report.path)
    listed = after["be/2020-08-03/index.html"].decode()
    for form in ("PDF", "EPUB"):
        link = rf'<a href="/be/2020-08-03/bulletin\.{form.lower()}">{form}</a><span class="fine">,&nbsp;\d+\xa0КБ'
        assert re.search(link, listed)
    assert "/be/2020-08-03/economy/card.png" in after["be/2020-08-03/economy/index.html"].decode()
    assert after["be/2020-08-03/economy/card.png"].startswith(b"\x89PNG")
    assert "/be/archive/2020.zip" in after["be/archive/2020/index.html"].decode()
    assert after == tree(bake.bake(everything=True).path)
    contents.publish({"be": contents.issue(verdicts=("improved", None, None))["be"]}, version=2, row=row)
    corrected = tree(bake.bake().path)
    assert corrected["be/2020-08-03/bulletin.pdf"] == after["be/2020-08-03/bulletin.pdf"], "a public file never goes"
    assert "bulletin.pdf" not in corrected["be/2020-08-03/index.html"].decode()


def test_a_missing_translation_is_told_as_on_the_whole_site():
    contents.found(contents.imprint())
    editions = contents.issue()
    editions["be"]["topics"][0] |= {"commentary": None, "languages": ["ru", "en"]}
    editions["be"]["topics"][1] |= {"commentary": None, "languages": []}
    contents.publish(editions)
    page = tree(bake.bake().path)["be/lite/index.html"].decode()
    key = editions["be"]["topics"][0]["key"]
    assert page.count("На гэты раз без каментарыя.") == 1
    assert f'href="/ru/2020-08-03/{key}/">Русский</a>' in page
    told = {topic["key"]: topic["none"] for topic in bulletin(editions["be"], contents.imprint(), {}, "")["topics"]}
    assert "Русский, English" in told[key]
    assert told[editions["be"]["topics"][1]["key"]] == gettext("No commentary this time.")
