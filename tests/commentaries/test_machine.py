"""A machine drafts what is empty and nothing else, is told apart until a person signs off, and may fail."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from barograph.base.environment import MachineTranslation
from barograph.commentaries import machine, po, services, xliff
from barograph.commentaries.models import Commentary
from barograph.publishing import services as publishing
from tests.commentaries.conftest import FULL, change


@pytest.fixture
def service(settings):
    """A service that turns "x" into "be: x"; `answer` makes (code, bytes) from what was asked."""

    class Service(BaseHTTPRequestHandler):
        asked: list[dict] = []
        answer = None

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.asked.append(asked)
            code, data = self.server.answer(asked)
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            with contextlib.suppress(OSError):  # nobody waits for it any more
                self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        server.asked = Service.asked = []
        server.answer = answered(lambda text, target: f"{target}: {text}")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.MACHINE_TRANSLATION = MachineTranslation(f"http://127.0.0.1:{server.server_port}/translate", "secret")
        yield server
        server.shutdown()


def answered(form):
    return lambda asked: (
        200,
        json.dumps({"translatedText": [form(text, asked["target"]) for text in asked["q"]]}).encode(),
    )


def fresh(commentary):
    return Commentary.objects.get(pk=commentary.pk)


def newest(commentary):
    return services.working_copy(fresh(commentary))


@pytest.fixture
def begun(source, translator):
    """A translation in which a person wrote the headline."""
    translation = services.start_translation(source, "be", by=translator)
    services.save_translation(translation=translation, texts={"headline": "Мой"}, by=translator)
    return fresh(translation)


def test_it_fills_what_is_empty_and_keeps_markup(service, begun, translator):
    assert machine.draft(begun, by=translator) == machine.Drafted(11, 0)
    draft = newest(begun)
    assert draft.headline == "Мой"
    assert draft.lede == "be: A lede."
    assert draft.body == ("<p>be: First paragraph.</p><h2>be: A heading</h2><p>be: Second <b>paragraph</b>.</p>")
    assert services.missing_texts(draft) == []
    assert "headline" not in draft.machine_paths
    assert {"lede", "body", "scenarios.calm.pros.1"} <= set(draft.machine_paths)
    assert {(asked["format"], asked["source"], asked["target"], asked["api_key"]) for asked in service.asked} == {
        ("text", "ru", "be", "secret"),
        ("html", "ru", "be", "secret"),
    }
    assert not services.is_stale(fresh(begun))
    assert machine.draft(fresh(begun)) == machine.Drafted(0, 0)
    assert newest(begun).lede == draft.lede


def test_it_is_told_apart_until_a_person_signs_off_and_readers_get_none_of_it(service, begun, data_folder):
    machine.draft(begun)
    assert services.machine_made(fresh(begun))
    services.save_translation(translation=begun, texts={"lede": "Пераробленае."})
    assert services.machine_made(fresh(begun))
    publishing.run(publishing.request(issue=begun.issue).pk)
    pages = [path.read_text() for path in (data_folder / "site" / "current").rglob("*.html")]
    assert pages
    assert not any("be: " in page or "Пераробленае" in page for page in pages)
    services.sign_off(commentary=fresh(begun))
    assert not services.machine_made(fresh(begun))
    assert fresh(begun).machine_paths == newest(begun).machine_paths == []


def test_a_draft_over_signed_off_words_leaves_these_to_readers(service, ready):
    services.save_translation(translation=ready, texts={"lede": ""})
    machine.draft(fresh(ready))
    assert newest(ready).lede == "be: A lede."
    assert fresh(ready).lede == FULL["lede"]
    assert services.machine_made(fresh(ready))
    services.save_translation(translation=fresh(ready), texts={"lede": ""})
    assert not services.machine_made(fresh(ready)), "nothing of it is left"


def test_a_body_somebody_has_begun_is_left_alone(service, begun):
    services.save_translation(translation=begun, texts={"body": "<p>Пачатак.</p>"})
    machine.draft(fresh(begun))
    assert newest(begun).body == "<p>Пачатак.</p>"
    assert not any(asked["format"] == "html" for asked in service.asked)


def test_a_translation_of_an_older_source_is_filled_from_todays(service, begun, source):
    change(source, lede="Another lede.", body="<p>Another.</p><p></p><p>Body.</p>")
    machine.draft(fresh(begun))
    draft = newest(begun)
    assert (draft.lede, draft.body) == ("be: Another lede.", "<p>be: Another.</p><p>be: Body.</p>")
    assert not services.is_stale(draft)


def test_it_goes_out_to_tools_as_in_need_of_review(service, begun):
    machine.draft(begun)
    assert "#, fuzzy" in po.export(fresh(begun)).decode()
    assert b"needs-review-translation" in xliff.export(fresh(begun))
    xliff.take_in(fresh(begun), xliff.export(fresh(begun)))
    assert not services.is_stale(newest(begun))


def test_what_comes_back_without_its_markup_or_too_long_stays_empty(service, begun):
    service.answer = answered(
        lambda text, _target: text.replace("<b>", "").replace("</b>", "").replace("Calm", "ж" * 201)
    )
    assert machine.draft(begun) == machine.Drafted(9, 2)
    draft = newest(begun)
    assert draft.body == "<p>First paragraph.</p><h2>A heading</h2><p></p>"
    assert services.missing_texts(draft) == ["scenarios.calm.title"]


def test_script_that_a_service_sends_is_none(service, begun):
    service.answer = answered(lambda text, _target: text + "<script>alert(1)</script>")
    machine.draft(begun)
    draft = newest(begun)
    assert draft.body == ""
    assert draft.lede == "A lede.<script>alert(1)</script>", "plain text is text"


def test_words_written_meanwhile_win(service, begun):
    real = machine._translate

    def slow(*args):
        found = real(*args)
        services.save_translation(translation=fresh(begun), texts={"lede": "Хутчэйшы."})
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "_translate", slow)
        machine.draft(begun)
    assert newest(begun).lede == "Хутчэйшы."
    assert "lede" not in newest(begun).machine_paths


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((403, b'{"error": "secret"}'), "refused the request: 403"),
        ((500, b""), "refused the request: 500"),
        ((302, b""), "refused the request: 302"),
        ((200, b"<html>"), "did not return a translation"),
        ((200, b"[]"), "did not return a translation"),
        ((200, b'{"translatedText": "one"}'), "did not return a translation"),
        ((200, b'{"translatedText": []}'), "did not return a translation"),
        ((200, b'{"translatedText": [1,2,3,4,5,6,7,8,9]}'), "did not return a translation"),
        ((200, b"x" * 1_100_000), "did not return a translation"),
    ],
)
def test_a_service_that_fails_changes_nothing(service, begun, answer, message):
    service.answer = lambda _asked: answer
    revisions = begun.revisions.count()
    with pytest.raises(machine.MachineProblem, match=message):
        machine.draft(begun)
    assert begun.revisions.count() == revisions
    assert len(service.asked) == 1, "no redirect is followed"


def test_a_service_that_is_away_or_slow_is_given_up(service, begun, monkeypatch, settings):
    pause = threading.Event()
    service.answer = lambda _asked: (pause.wait(5), (200, b""))[1]
    monkeypatch.setattr(machine, "SILENCE", 0.2)
    with pytest.raises(machine.MachineProblem, match="is not responding"):
        machine.draft(begun)
    pause.set()
    settings.MACHINE_TRANSLATION = MachineTranslation("http://127.0.0.1:9/translate")
    with pytest.raises(machine.MachineProblem, match="is not responding"):
        machine.draft(begun)
    settings.MACHINE_TRANSLATION = None
    with pytest.raises(machine.MachineProblem, match="set up"):
        machine.draft(begun)


def test_long_texts_go_in_several_requests(service, source, translator):
    change(source, body="".join(f"<p>{'слова ' * 300}{n}</p>" for n in range(6)))
    translation = services.start_translation(source, "be", by=translator)
    machine.draft(translation)
    assert len(services.source_texts(newest(translation))) == 15
    assert sum(asked["format"] == "html" for asked in service.asked) == 3
