"""Import → export → import is the identity, importing twice changes nothing, a problem writes nothing."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from wagtail.images import get_image_model
from wagtail.models import Revision

import barograph.demo
from barograph.commentaries import services
from barograph.commentaries.models import Commentary
from barograph.interchange.exporting import ExportRefused, export_folder
from barograph.interchange.importing import import_folder
from barograph.interchange.yaml_text import Word, dump
from barograph.issues.models import Issue, Publication, StandingText, Topic, Verdict, VerdictChange
from barograph.panel.models import Rating
from barograph.people.models import Person
from tests.interchange.folders import PUBLICATION, commentary, good, read, write

DEMO = Path(barograph.demo.__file__).parent / "content"
EN = "2020-08-03/economy.en.md"
BE = "2020-08-03/economy.be.md"
ISSUE = """\
number: 12
last: 2020-08-12
verdicts:
  security: unchanged
outlook:
  security: [risk, opportunity]
reasons:
  economy: "Because: «так»\\nand so on"
  security: "No news"
ratings:
  - topic: economy
    by: north-wind
    verdict: unchanged
    confidence: 0.7
    why: "It held: «так»"
    blind: worsened
    given: "2020-08-12T18:30:00+00:00"
corrections:
  - topic: economy
    date: 2020-08-13
    kind: fact
    notes:
      be: "Выпраўлена"
      en: "Corrected"
"""


def empty() -> None:
    """An empty database again."""
    for model in (Commentary, Rating, Verdict, VerdictChange, Issue, Topic, Person, StandingText, Publication):
        model.objects.all().delete()
    Revision.objects.all().delete()
    get_image_model().objects.all().delete()


def brought_in(root: Path, **options):
    report = import_folder(root, **options)
    assert report.problems == []
    return report


def picture(**options) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", (8, 6), "teal").save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.django_db
def test_the_demo_comes_back_as_it_was(tmp_path):
    first = brought_in(DEMO)
    assert (first.issues, first.topics, first.people) == (8, 6, 6)
    assert first.commentaries >= 40
    assert (first.updated, first.unchanged) == (0, 0)
    assert Commentary.objects.ready().count() == Revision.objects.count() == first.commentaries + first.translations
    assert not any(services.is_stale(row) for row in Commentary.objects.translations().select_related("source"))
    again = brought_in(DEMO)
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)
    assert Revision.objects.count() == Commentary.objects.count()
    export_folder(tmp_path / "one")
    assert brought_in(tmp_path / "one").updated == 0
    empty()
    assert brought_in(tmp_path / "one").created == first.created
    export_folder(tmp_path / "two")
    assert read(tmp_path / "two") == read(tmp_path / "one")
    own = read(DEMO)
    assert {name for name in own if not name.endswith((".py", ".pyc"))} == set(read(tmp_path / "one"))


@pytest.mark.django_db
def test_everything_a_folder_can_say_comes_back(tmp_path):
    files = good() | {
        "2020-08-03/issue.yaml": ISSUE,
        "2020-08-03/map.jpg": picture(),
        EN: commentary(
            outlook="[opportunity]",
            question='"What: now?"',
            resolves_by="2020-10-31",
            resolution='"It “did”"',
            scenarios='\n  - {key: a, title: "null", text: t, pros: [p], cons: ["c: d"], probability: 1}'
            '\n  - {key: b, title: "2"}',
            body="A [link](https://example.org)[^1].\n\n![A map](map.jpg)\n\n[^1]: Note.\n",
        ),
        BE: commentary(
            "be",
            outlook="[opportunity]",
            scenarios='\n  - {key: a, title: "А", probability: 1.0}\n  - {key: b, title: "Б"}',
            body="Сям’я — *так*\u00a0**вось**.\n",
        ),
        "about.be.md": '---\ntitle: "Пра праект"\n---\n\nТэкст.\n',
        "publication.yaml": PUBLICATION + 'release_weekday: 2\nrelease_time: "09:30"\n',
        "2020-09-01/issue.yaml": "",
    }
    brought_in(write(tmp_path / "in", files))
    export_folder(tmp_path / "one")
    one = read(tmp_path / "one")
    assert one["2020-08-03/issue.yaml"].decode() == ISSUE
    assert "images/map.jpg" in one
    assert "resolves_by: 2020-10-31" in one[BE].decode()  # dates are the source's
    again = brought_in(tmp_path / "one")
    assert (again.created, again.updated) == (0, 0)
    empty()
    brought_in(tmp_path / "one")
    export_folder(tmp_path / "two")
    assert read(tmp_path / "two") == one


@pytest.mark.django_db
def test_a_changed_text_is_a_new_revision_and_its_translation_goes_stale(tmp_path):
    root = write(tmp_path / "in", good())
    brought_in(root)
    write(root, {EN: commentary(body="Other.\n", verdict="improved"), BE: commentary("be", verdict="improved")})
    (root / BE).unlink()
    report = brought_in(root)
    assert (report.created, report.updated) == (0, 2)  # the commentary and its issue's verdict
    source, translation = Commentary.objects.sources().get(), Commentary.objects.translations().get()
    assert source.body == "<p>Other.</p>"
    assert source.live
    assert source.revisions.count() == 2
    assert translation.revisions.count() == 1
    assert services.is_stale(translation)
    assert [change.after for change in VerdictChange.objects.order_by("id")] == ["worsened", "improved"]
    write(root, {BE: commentary("be", verdict="improved", body="Іншае.\n")})
    assert brought_in(root).updated == 1


@pytest.mark.django_db
def test_drafts_are_no_more_than_drafts(tmp_path):
    root = write(tmp_path / "in", good())
    report = brought_in(root, draft=True)
    assert Commentary.objects.ready().count() == 0
    assert Revision.objects.count() == 2
    assert brought_in(root, draft=True).unchanged == report.created
    export_folder(tmp_path / "out")
    assert EN not in read(tmp_path / "out")
    assert brought_in(root).updated == 2
    assert Commentary.objects.ready().count() == 2
    write(root, {EN: commentary(body="Draft.\n")})
    brought_in(root, draft=True)
    source = Commentary.objects.sources().get()
    assert (source.body, source.live, source.has_unpublished_changes) == ("<p>Text.</p>", True, True)
    assert services.working_copy(source).body == "<p>Draft.</p>"


@pytest.mark.django_db
def test_another_source_language_makes_that_row_the_source(tmp_path):
    root = write(tmp_path / "in", good())
    brought_in(root)
    write(root, {EN: commentary(source_language="be"), BE: commentary("be", source_language="be")})
    brought_in(root)
    source = Commentary.objects.sources().get()
    assert source.language == "be"
    assert [row.person.slug for row in source.bylines.all()] == ["jan-tuman"]
    assert [row.language for row in source.translations.all()] == ["en"]
    assert brought_in(root).updated == 0


@pytest.mark.django_db
def test_numbers_may_change_places(tmp_path):
    files = good() | {"2020-08-03/issue.yaml": "number: 1\n", "2020-08-10/issue.yaml": "number: 2\n"}
    brought_in(write(tmp_path / "in", files))
    files |= {"2020-08-03/issue.yaml": "number: 2\n", "2020-08-10/issue.yaml": "number: 1\n"}
    brought_in(write(tmp_path / "in", files))
    assert list(Issue.objects.order_by("first").values_list("number", flat=True)) == [2, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["problem", "dry run"])
def test_nothing_is_written(tmp_path, data_folder, how):
    files = good() | {"2020-08-03/a.jpg": picture(), EN: commentary(body="![A](a.jpg)\n")}
    if how == "problem":
        files[BE] = commentary("be", headline=None)
    report = import_folder(write(tmp_path / "in", files), dry_run=how == "dry run")
    assert bool(report.problems) == (how == "problem")
    assert (report.created > 0) == (how == "dry run")
    for model in (Publication, Topic, Person, Issue, Commentary, Revision, get_image_model()):
        assert not model.objects.exists()
    assert not any(path.is_file() for path in data_folder.rglob("*"))


@pytest.mark.django_db
def test_images_lose_what_a_camera_noted(tmp_path):
    exif = Pillow.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    noted = picture(exif=exif, comment=b"SECRET-COMMENT")
    assert b"SECRET-CAMERA" in noted
    root = write(tmp_path / "in", good() | {"images/a.jpg": noted, EN: commentary(body="![A](../images/a.jpg)\n")})
    brought_in(root)
    image = get_image_model().objects.get()
    with image.file.open("rb") as file:
        assert b"SECRET" not in file.read()
    assert brought_in(root).updated == 0
    assert get_image_model().objects.count() == 1


@pytest.mark.django_db
def test_an_export_needs_an_empty_folder(tmp_path):
    brought_in(write(tmp_path / "in", good()))
    with pytest.raises(ExportRefused):
        export_folder(tmp_path / "in")
    (tmp_path / "empty").mkdir()
    assert export_folder(tmp_path / "empty")["commentaries"] == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.django_db
def test_an_archive_is_written_in_few_queries(tmp_path, django_assert_max_num_queries):
    files = good()
    for day in range(10, 31, 7):
        files |= {name.replace("08-03", f"08-{day}"): text for name, text in good().items() if name.startswith("2020")}
    root = write(tmp_path / "in", files)
    brought_in(root)
    with django_assert_max_num_queries(80):
        brought_in(root)


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff")
    | st.sampled_from("\"'\\:#-{}[]&*!|>%@`«»’\u00a0"),
    min_size=1,
    max_size=30,
).filter(str.strip)
shares = st.none() | st.floats(0, 0.5, allow_subnormal=False)


@st.composite
def folders(draw) -> dict[str, str]:
    """Small folders over everything that front matter can say."""
    words = st.fixed_dictionaries({"be": texts}, optional={"ru": texts, "en": texts})
    files = {
        "publication.yaml": dump({"name": draw(words), "languages": [Word("be"), Word("ru"), Word("en")]}),
        "topics.yaml": dump([{"key": Word("economy"), "names": draw(words), "about": draw(words)}]),
        "people.yaml": dump([{"slug": Word("jan"), "names": draw(words), "pseudonym": draw(st.booleans())}]),
    }
    odds = draw(st.lists(shares, max_size=2))
    common = {
        "verdict": Word(draw(st.sampled_from(["worsened", "unchanged", "improved"]))),
        "source_language": Word("ru"),
    }
    for language in ("ru", *draw(st.sets(st.sampled_from(["be", "en"])))):
        head = common | {"headline": draw(texts), "lede": draw(texts), "question": draw(texts)}
        head |= {
            "scenarios": [
                {"key": f"k{n}", "title": draw(texts), "pros": draw(st.lists(texts, max_size=2))}
                | ({} if share is None else {"probability": share})
                for n, share in enumerate(odds)
            ]
        }
        files[f"2020-08-03/economy.{language}.md"] = f"---\n{dump(head)}---\n\nText.\n"
    return files


@pytest.mark.django_db
@given(folders())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_folder_comes_back(tmp_path_factory, files):
    root = tmp_path_factory.mktemp("folders")
    empty()
    first = brought_in(write(root / "in", files))
    export_folder(root / "one")
    assert brought_in(root / "one").unchanged == first.created
    empty()
    brought_in(root / "one")
    export_folder(root / "two")
    assert read(root / "two") == read(root / "one")
