"""What a raw mail means for whom; never a reader silenced for what may pass."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.delivery.bounces import Kind, explain
from tests.delivery.bounces import samples, shapes

EVERY_SAMPLE = [
    *(samples.report(status=status, said=said) for status, said in samples.NOBODY + samples.MAY_PASS),
    *(samples.plain(text, subject=subject) for text, subject, _whom, _kind in samples.IN_WORDS),
    *(samples.answer(headers, text) for headers, text in samples.ANSWERS),
    samples.COMPLAINT,
    samples.RECEIPT,
    *samples.NO_REPORT,
]


@pytest.mark.parametrize(("status", "said"), samples.NOBODY)
def test_where_nobody_is_sending_stops(status, said):
    [judgement] = explain(samples.report(status=status, said=said))
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.PERMANENT)


@pytest.mark.parametrize(("status", "said"), samples.MAY_PASS)
def test_what_may_pass_silences_nobody(status, said):
    [judgement] = explain(samples.report(status=status, said=said))
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.TRANSIENT)


@pytest.mark.parametrize(("text", "subject", "whom", "kind"), samples.IN_WORDS)
def test_reports_in_words_are_read(text, subject, whom, kind):
    found = explain(samples.plain(text, subject=subject))
    assert sorted(judgement.address for judgement in found) == whom
    if kind:
        assert {judgement.kind for judgement in found} == {kind}
    else:
        assert {judgement.address: judgement.kind for judgement in found} == {
            "ala@example.com": Kind.PERMANENT,
            "bob@example.com": Kind.TRANSIENT,
        }


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("delayed", "4.4.1", Kind.TRANSIENT),
        ("delivered", "2.0.0", Kind.DELIVERED),
        ("relayed", "2.1.9", Kind.DELIVERED),
        ("failed", "5.1.1", Kind.PERMANENT),
        ("failed", "5.7.1", Kind.TRANSIENT),
        ("failed", "4.4.7", Kind.TRANSIENT),
        ("failed", "5.0.0", Kind.UNKNOWN),
    ],
)
def test_without_words_the_code_speaks(action, status, kind):
    [judgement] = explain(samples.report(action=action, status=status))
    assert judgement.kind == kind
    assert judgement.status == status


def test_a_user_unknown_in_a_warning_is_still_only_a_delay():
    [judgement] = explain(samples.report(action="delayed", status="4.1.1", said="450 User unknown in local table"))
    assert judgement.kind == Kind.TRANSIENT


def test_the_returned_mail_is_not_taken_for_the_reason():
    [judgement] = explain(samples.report(status="5.0.0", said="", human="It could not be delivered."))
    assert judgement.kind == Kind.UNKNOWN


def test_a_complaint_is_one_and_an_authentication_report_is_none():
    [judgement] = explain(samples.COMPLAINT)
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.COMPLAINT)
    [other] = explain(samples.COMPLAINT.replace(b"Feedback-Type: abuse", b"Feedback-Type: auth-failure"))
    assert other.kind == Kind.UNKNOWN


def test_a_receipt_says_delivered():
    [judgement] = explain(samples.RECEIPT)
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.DELIVERED)


def test_a_receipt_may_also_say_that_the_mailbox_is_full():
    [judgement] = explain(samples.REFUSING_RECEIPT)
    assert (judgement.address, judgement.kind, judgement.counts) == ("ala@example.com", Kind.TRANSIENT, False)


def test_a_report_in_html_is_read():
    [judgement] = explain(samples.MARKUP)
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.PERMANENT)


def test_the_subject_of_our_own_mail_is_not_the_reason():
    text = (
        "Your message\n\n  To:      news@example.net\n  Subject: Virus, spam and quota\n  Sent:    Mon\n\n"
        "did not reach the following recipient(s):\n\nala@example.com on Mon\n    The recipient name is not recognized"
    )
    [judgement] = explain(samples.plain(text, subject="Undeliverable: Virus, spam and quota"))
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.PERMANENT)


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a@" * 100_000, "- " * 100_000, "\n" * 200_000, "<a@b.example>:" * 20_000]
)
def test_hostile_text_takes_no_time(text):
    begun = time.process_time()
    explain(samples.plain(text))
    explain(samples.report(said=text, human=text))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(("headers", "text"), samples.ANSWERS)
def test_an_absence_note_is_no_failure(headers, text):
    [judgement] = explain(samples.answer(headers, text))
    assert (judgement.address, judgement.kind) == ("ala@example.com", Kind.AUTO_REPLY)


@pytest.mark.parametrize("raw", samples.NO_REPORT)
def test_ordinary_mail_is_no_report(raw):
    assert explain(raw) == []


@pytest.mark.parametrize("raw", EVERY_SAMPLE)
def test_line_ends_change_nothing(raw):
    plain = explain(raw)
    assert explain(raw.replace(b"\n", b"\r\n")) == plain
    assert explain(raw.replace(b"\n", b"\r")) == plain


def test_the_address_we_wrote_to_is_meant_not_the_one_it_was_forwarded_to():
    raw = samples.report(status="5.1.1").replace(
        b"Final-Recipient: rfc822; ala@example.com",
        b"Original-Recipient: rfc822; ala@example.com\nFinal-Recipient: rfc822; other@elsewhere.example",
    )
    assert [judgement.address for judgement in explain(raw)] == ["ala@example.com"]


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_only_a_statement_that_delivery_failed_counts(name):
    raw, kind, counts = shapes.SHAPES[name]
    for written in (raw, raw.replace(b"\n", b"\r\n")):
        [judgement] = explain(written)
        assert judgement.address == "ala@example.com"
        assert judgement.counts is counts
        assert kind is None or judgement.kind == kind


@pytest.mark.parametrize("raw", shapes.SUMMARIES)
def test_a_summary_about_a_domain_is_about_nobody(raw):
    assert explain(raw) == []


def test_each_recipient_of_a_report_has_a_word_of_their_own():
    raw = shapes.dsn(
        "Final-Recipient: rfc822; ala@example.com\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; bob@example.com\nAction: delivered\nStatus: 2.1.5\n\n"
        "Final-Recipient: rfc822; cel@example.com\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; dan@example.com\nAction: failed\nStatus: 5.2.2"
    )
    assert {entry.address: (entry.kind, entry.counts) for entry in explain(raw)} == {
        "ala@example.com": ("permanent", True),
        "bob@example.com": ("delivered", False),
        "cel@example.com": ("transient", False),
        "dan@example.com": ("transient", True),
    }


def test_a_complaint_whose_address_was_taken_out_is_still_one():
    [judgement] = explain(shapes.feedback("abuse", named="").replace(b"To: ala@example.com\n", b"To: redacted\n"))
    assert (judgement.address, judgement.kind) == ("", Kind.COMPLAINT)


def test_a_person_who_quotes_a_report_reports_nothing():
    text = b"What is this?\n\nFinal-Recipient: rfc822; ala@example.com\nAction: failed\nStatus: 5.1.1\n"
    assert explain(b"From: ala@example.com\nTo: news@example.org\nSubject: A question\n\n" + text) == []


def test_raw_8_bit_headers_leave_no_word_on_the_terminal(tmp_path):
    (tmp_path / "a.eml").write_bytes(shapes.SHAPES["raw 8-bit headers in KOI8-R"][0])
    done = run(tmp_path / "a.eml", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["recipients"][0]["kind"] == "permanent"


def test_text_in_another_script_survives_in_the_fields_of_a_report():
    raw = shapes.dsn(shapes.ALA + "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 нет такого пользователя")
    for kind in (b"message/delivery-status", b"message/global-delivery-status"):
        [judgement] = explain(raw.replace(b"message/delivery-status", kind))
        assert (judgement.kind, judgement.counts) == (Kind.PERMANENT, True)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw):
    explain(raw)
    explain(samples.report()[:300] + raw)


WHOLE = [raw for raw, _kind, _counts in shapes.SHAPES.values()] + shapes.SUMMARIES + EVERY_SAMPLE


@given(st.sampled_from(WHOLE), st.data())
def test_no_damage_to_a_report_makes_it_fail(raw, data):
    """Bytes cut out, put in, doubled: whatever comes out, an address is text and what counts is a failure."""
    for _time in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), at + data.draw(st.integers(0, 60)))
        raw = raw[:at] + data.draw(st.binary(max_size=12)) + raw[data.draw(st.sampled_from([at, end])) :]
    for judgement in explain(raw):
        assert isinstance(judgement.address, str)
        assert not judgement.counts or judgement.kind in {Kind.PERMANENT, Kind.TRANSIENT, Kind.UNKNOWN}
        assert judgement.kind is not Kind.PERMANENT or judgement.counts


def test_parts_a_thousand_deep_are_no_report_and_no_failure():
    opened = "".join(f'Content-Type: multipart/mixed; boundary="b{depth}"\n\n--b{depth}\n' for depth in range(2000))
    assert explain(b"Subject: Undelivered\n" + opened.encode()) == []


def test_nul_bytes_are_no_part_of_an_address():
    raw = b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\n\0ala@example.com\0: 550 5.1.1 User unknown\n"
    assert [judgement.address for judgement in explain(raw)] == ["ala@example.com"]


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "barograph.cli", "bounce", "explain", *map(str, arguments)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_the_command_prints_one_list(tmp_path):
    (tmp_path / "a.eml").write_bytes(samples.report(status="5.1.1", said="550 5.1.1 User unknown"))
    (tmp_path / "b.eml").write_bytes(samples.NO_REPORT[0])
    done = run(tmp_path / "a.eml", tmp_path / "b.eml", "--json")
    assert done.returncode == 0
    first, second = json.loads(done.stdout)
    assert first["file"] == str(tmp_path / "a.eml")
    assert first["recipients"] == [
        {
            "address": "ala@example.com",
            "kind": "permanent",
            "status": "5.1.1",
            "reason": "no such mailbox",
            "counts": True,
        }
    ]
    assert second["recipients"] == []


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    done = run(tmp_path / "missing.eml")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "missing.eml" in done.stderr
