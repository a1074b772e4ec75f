"""A paste is cleaned as a Word file is; only those who write get an answer, and nothing is stored."""

import json

import pytest
from django.urls import reverse

from tests.commentaries import clipboard
from tests.desk.forms import address


def send(client, **sent):
    return client.post(reverse("desk_paste"), json.dumps(sent), content_type="application/json")


def test_a_paste_says_the_same_and_what_was_lost(cast, sign_in):
    found = send(sign_in(cast["analyst"]), html=clipboard.MEANING, notes=["1"]).json()
    assert found["html"] == (
        '<p>10⁶ м² link [^2] desk</p><p>cell <a href="https://example.org/t">t</a> · two</p><p>[^2]: Note.</p>'
    )
    assert len(found["left_out"]) == 4


@pytest.mark.parametrize("html", [clipboard.WORD, clipboard.GOOGLE])
def test_a_word_processors_rubbish_stays_outside(cast, sign_in, html):
    found = send(sign_in(cast["translator"]), html=html).json()["html"]
    assert 'href="https://example.org/' in found
    assert not [rubbish for rubbish in ("mso", "style", "span", "script", "javascript") if rubbish in found]


@pytest.mark.parametrize("sent", ["", "[]", "{}", '{"html": 1}', '{"html": "x", "notes": 3}', "null", "x" * 100])
def test_what_no_page_of_ours_sends_is_refused(cast, sign_in, sent):
    answer = sign_in(cast["analyst"]).post(reverse("desk_paste"), sent, content_type="application/json")
    assert answer.status_code == 400


def test_too_much_is_said(cast, sign_in):
    assert send(sign_in(cast["analyst"]), html="<b>" * 50_000).status_code == 422


@pytest.mark.parametrize("role", ["nobody", "operator"])
def test_only_those_who_write_are_answered(cast, sign_in, role):
    assert send(sign_in(cast[role]), html="<p>x</p>").status_code in {302, 403}


def test_a_picture_of_a_format_that_nobody_knows_keeps_no_page_from_opening(cast, sign_in, source):
    source.body = '<p>Text</p><embed embedtype="image" id="1" alt="x" format="nonsense"/>'
    source.save()
    source.save_revision(clean=False)
    client = sign_in(cast["editor"])
    assert client.get(address(source)).status_code == 200
    assert client.get(reverse("desk_translate", args=[source.pk, "be"])).status_code == 200
