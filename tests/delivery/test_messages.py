"""The bytes of a mail: what any mail program reads is exactly what was frozen, with one's own links."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import given
from hypothesis import strategies as st

from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Body, Letter, Person, Template, is_smooth
from barograph.delivery.transports.smtp.connection import transparent

LINKS = {UNSUBSCRIBE: "https://example.org/be/unsubscribe/abc=_-:x/", SETTINGS: "https://example.org/s/" + "t" * 150}
WORDS = st.text(st.sampled_from("abc =.\nжўі—\t") | st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", UNSUBSCRIBE, SETTINGS])), max_size=6), st.integers(0, 5))
def test_both_encodings_give_back_the_text_with_the_links_in_place(parts, length):
    text = "".join(words + mark for words, mark in parts)
    body = Body(text)
    links = {mark: value + "x" * length for mark, value in LINKS.items()}
    raw = b"".join(body.fill(links))
    assert raw.isascii()
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + body.name + b"\r\n\r\n"
    seen = message_from_bytes(head + raw).get_payload(decode=True).decode().replace("\r\n", "\n")
    for mark, value in links.items():
        text = text.replace(mark, value)
    assert seen.rstrip("\n") == text.rstrip("\n")


KEYS = ["economy", "belarus-russia", "security"]
PIECE = st.text(st.sampled_from("ab =.\nжўі—"), max_size=120).map(lambda text: text + "\n")


@given(PIECE, st.lists(PIECE, min_size=3, max_size=3), PIECE, st.lists(st.sampled_from([*KEYS, "gone"]), unique=True))
def test_a_letter_holds_the_chosen_sections_with_the_first_choice_first(before, parts, after, wanted):
    marked = "".join(f"<!--section:{key}-->\n{part}<!--/section-->\n" for key, part in zip(KEYS, parts, strict=True))
    body = Body(f"{before}{marked}{after}{SETTINGS}\n")
    raw = b"".join(body.fill(LINKS, wanted))
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + body.name + b"\r\n\r\n"
    seen = message_from_bytes(head + raw).get_payload(decode=True).decode().replace("\r\n", "\n")
    order = [key for key in KEYS if not wanted or key in wanted]
    if wanted and wanted[0] in order:
        order = [wanted[0], *(key for key in order if key != wanted[0])]
    expected = before + "".join(parts[KEYS.index(key)] for key in order) + after + LINKS[SETTINGS]
    assert [line.rstrip() for line in seen.strip().split("\n")] == [
        line.rstrip() for line in expected.strip().split("\n")
    ]


@given(st.lists(st.sampled_from([b".", b"a", b"\r\n", b"\n", b"\r", b"\r\n.\r\n"]), max_size=8))
def test_smooth_is_what_a_line_carries_unchanged(parts):
    raw = b"".join(parts) + b"\r\n"
    assert is_smooth(raw) == (transparent(raw) == raw + b".\r\n")


DOTTED = st.text(st.sampled_from("ab .=\nжў"), max_size=120).map(lambda text: text + "\n")


@given(DOTTED, st.lists(DOTTED, min_size=3, max_size=3), DOTTED, st.sampled_from([[], [*KEYS], ["security"], ["gone"]]))
def test_a_letter_needs_no_look_for_dots_and_line_ends_before_it_is_sent(before, parts, after, wanted):
    """Whatever its text, its links and its sections: so it is looked at once a mailing, not once a mail."""
    marked = "".join(f"<!--section:{key}-->\n{part}<!--/section-->\n" for key, part in zip(KEYS, parts, strict=True))
    text = f"{before}{marked}.{SETTINGS}.{after}"
    template = Template(Letter("k", "A <a@example.org>", "s", text, text, datetime(2020, 8, 10, tzinfo=UTC)))
    assert template.is_smooth
    links = {SETTINGS: "https://example.org/" + "a." * 60, UNSUBSCRIBE: "https://example.org/"}
    assert is_smooth(template.fill(Person("reader@example.org", "<id@example.org>", links), wanted))


@given(WORDS)
def test_a_subject_arrives_as_it_was_written(words):
    subject = " ".join(f"3 – 9 жніўня: горш — 2, без змен — 5 {words}".split())
    letter = Letter("key", "Сітуацыя <a@example.org>", subject, "", "", datetime(2020, 8, 10, tzinfo=UTC))
    raw = Template(letter).fill(Person("reader@example.org", "<id@example.org>"))
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == subject
    assert mail["From"].addresses[0].display_name == "Сітуацыя"
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


def test_a_filled_mail_has_what_relays_and_mail_programs_ask_for():
    letter = Letter(
        key="issue:2020-08-03:be-ru",
        sender='"Сітуацыя ў Беларусі" <bulletin@example.org>',
        subject="Сітуацыя ў Беларусі, 3 – 9 жніўня 2020: 2 пагоршыліся, 5 без змен, і яшчэ трохі слоў, каб было доўга",
        html=f'<p>Прывітанне</p><a href="{UNSUBSCRIBE}">Адпісацца</a>',
        text=f".\nПрывітанне\n{SETTINGS}\n",
        date=datetime(2020, 8, 10, 7, tzinfo=UTC),
        headers={"List-Id": "<be-ru.example.org>", "Precedence": "bulk"},
    )
    raw = Template(letter).fill(Person("reader@example.org", "<id@example.org>", LINKS))
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == letter.subject
    assert mail["From"].addresses[0].display_name == "Сітуацыя ў Беларусі"
    assert mail["To"] == "reader@example.org"
    assert mail["Message-ID"] == "<id@example.org>"
    assert mail["Date"].datetime == letter.date
    assert mail["List-Unsubscribe"] == f"<{LINKS[UNSUBSCRIBE]}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<be-ru.example.org>"
    assert LINKS[UNSUBSCRIBE] in mail.get_body(("html",)).get_content()
    assert LINKS[SETTINGS] in mail.get_body(("plain",)).get_content()
    assert not mail.defects
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
