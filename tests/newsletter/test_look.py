"""How the letter arrives: with its pictures inside, light enough, told in words where pictures are off, no spam."""

import io
import os
import re
import subprocess
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from PIL import Image

from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Template
from barograph.newsletter import bulletin, digest, mails, pictures, services
from tests.newsletter.letters import IMPRINT, LANGUAGES, content, week

AT = datetime(2020, 9, 28, 7, tzinfo=UTC)
LINKS = {mark: f"https://bulletin.example.org/en/{mark.strip('{}')}/{'x' * 120}/" for mark in (SETTINGS, UNSUBSCRIBE)}


def composed(language, **more):
    editions, history = week(language, **more)
    return bulletin.compose(editions, [language], history, IMPRINT, language.upper())


def mail(language, letter=None, **more):
    made = letter or composed(language, **more)
    whole = Letter(
        key=f"issue:2020-09-21:{language}",
        sender=mails.sender(IMPRINT, language).replace("webmaster@localhost", "bulletin@example.org"),
        subject=made.subject,
        html=made.html,
        text=made.text,
        date=AT,
        headers=services.headers("issue", {"key": language}, [language], issue_key="2020-09-21"),
        pictures=made.pictures,
    )
    return Template(whole).fill(Person("reader@example.net", "<0a1b2c3d4e5f@bulletin.example.org>", LINKS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_come_inside_the_mail_and_are_told_in_words(language):
    letter = message_from_bytes(mail(language), policy=policy.default)
    assert not [part.defects for part in letter.walk() if part.defects]
    assert letter.get_content_type() == "multipart/alternative"
    plain, related = letter.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    html, *images = related.iter_parts()
    source = html.get_content()
    named = re.findall(r'<img src="cid:([^"]+)"[^>]* alt="([^"]+)"', source)
    assert source.count("<img") == len(named) == 6
    assert {f"<{name}>" for name, _alt in named} == {image["Content-ID"] for image in images}
    weeks = {"be": "тыд", "ru": "недел", "en": "weeks"}[language]
    assert all(weeks in alt and any(digit in alt for digit in "123456") for _name, alt in named)
    for image in images:
        assert image.get_content_disposition() == "inline"
        with Image.open(io.BytesIO(image.get_content())) as picture:
            assert picture.size == (2 * pictures.WIDTH, 2 * pictures.HEIGHT)
            assert picture.convert("RGBA").getpixel((5, 5))[3] == 0  # a clear ground


def test_nothing_is_fetched_from_anywhere():
    source = composed("be").html
    assert not re.search(r"\ssrc=\"(?!cid:)|url\(|@import|<link|<script|<form", source)


def test_the_same_editions_give_the_same_bytes():
    assert mail("be") == mail("be")


def test_like_lines_share_one_picture_and_a_single_week_has_none():
    calm = [(str(n), "unchanged") for n in range(8)]
    moved = [*calm[:-1], ("7", "worsened")]
    found = pictures.drawn({"a": calm, "b": calm, "c": moved, "new": calm[:1]})
    assert found["a"] is found["b"]
    assert found["a"] != found["c"]
    assert "new" not in found


def _contrast(one, other):
    def light(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#fbfaf6", "#14171a", "#000000"])
def test_pictures_stand_out_from_any_ground(ground):
    assert all(_contrast(colour, ground) >= 3 for colour in (pictures.INK, *pictures.MOVES.values()))


@pytest.mark.parametrize(("topics", "paragraphs"), [(6, 3), (8, 12), (20, 8), (60, 1)])
def test_a_mail_stays_under_what_mail_programs_cut(topics, paragraphs):
    words = "<p>" + "Дзве тысячы знакаў тэксту пра падзеі тыдня. " * 6 + "</p>"
    letter = composed("be", topics=topics, body=words * paragraphs)
    assert len(mail("be", letter)) < 100_000
    for place in range(topics):  # every topic is there with its verdict and a way to read on, however little room
        assert f"/be/2020-09-21/topic-{place}/" in letter.html
        assert f"/be/2020-09-21/topic-{place}/" in letter.text
    assert sum(len(picture.content) for picture in letter.pictures) <= pictures.MOST_BYTES


def test_a_summary_of_a_month_stays_as_light():
    weeks = [content("be", date(2020, 8, day), ["worsened", "improved"] * 30) for day in (3, 10, 17, 24, 31)]
    letter = digest.compose([{"be": week} for week in weeks], ["be"], IMPRINT, "BE")
    assert len(mail("be", letter)) < 100_000
    assert all(f"{IMPRINT['name']['be']} {place}" in letter.text for place in range(60))


def test_what_moved_keeps_its_text_longest():
    words = "<p>" + "Слова за словам пра падзеі тыдня. " * 70 + "</p>"
    editions, history = week("be", topics=8, body=words)
    for place, topic in enumerate(editions["be"]["topics"]):
        topic["verdict"] = "worsened" if place == 7 else "unchanged"
        topic["commentary"]["body"] = f"<p>Змест-{place}</p>" + words * 2
    letter = bulletin.compose(editions, ["be"], history, IMPRINT, "BE")
    assert "Змест-7" in letter.html
    assert "Змест-0" not in letter.html
    assert letter.html.index("topic-7") < letter.html.index("topic-0")


def test_spam_rules_find_nothing(tmp_path):
    """SpamAssassin without the network; tools/test_system.sh installs it. Below 1 point each, where 5 is spam."""
    confirm = mails.rendered(
        "confirm",
        {
            **mails.common(IMPRINT, "be"),
            "list": "BE/RU",
            "link": "https://bulletin.example.org/be/subscribe/" + "a" * 150,
        },
        language="be",
    )
    raw = [*(mail(language) for language in LANGUAGES), mail("be", bulletin.Bulletin(*confirm, ()))]
    box = tmp_path / "mbox"
    box.write_bytes(
        b"".join(b"From a@example.org Mon Sep 28 07:00:00 2020\n" + m.replace(b"\r\n", b"\n") + b"\n" for m in raw)
    )
    done = subprocess.run(
        ["spamassassin", "--local", "--test-mode", "--nocreate-prefs", "--mbox", str(box)],
        env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C"}, capture_output=True, timeout=280, check=True,
    )  # fmt: skip
    scores = [float(found) for found in re.findall(rb"X-Spam-Status: \w+, score=(-?[\d.]+)", done.stdout)]
    assert len(scores) == len(raw)
    assert max(scores) < 1, scores
