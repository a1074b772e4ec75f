"""Every mail the product makes goes one way: signed with the same keys, dated when it is handed over, safe headers."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import dkim as verifier
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import DataError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from barograph.base.control_characters import CONTROLS
from barograph.delivery import services
from barograph.delivery.backend import EmailBackend, Refused
from barograph.delivery.dkim import Signer
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Template, address_in, parted, with_name
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.desk import password_reset, reminders
from barograph.issues.services import publication
from barograph.newsletter import own_data, signups
from barograph.newsletter.models import SignUpRequest
from barograph.subscribers import addresses
from tests.delivery.mailings import mailing, readers
from tests.delivery.test_dkim import pem

pytestmark = [pytest.mark.django_db]
KEYS = {
    "s1": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "s2": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.fixture(autouse=True)
def keys(settings, outbox):
    settings.DEFAULT_FROM_EMAIL = "bulletin@example.org"
    settings.EMAIL_BACKEND = "barograph.delivery.backend.EmailBackend"
    folder = settings.DATA / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    for selector, key in KEYS.items():
        (folder / f"dkim.{selector}.pem").write_bytes(pem(key))


def dns(name, timeout=5):
    selector, _, domain = name.decode().rstrip(".").partition("._domainkey.")
    assert domain == "example.org"
    return Signer.from_pem(pem(KEYS[selector]), domain=domain, selector=selector).dns.encode()


def confirmation(address="ann@example.org"):
    signups.ask(address=address, list_key="en", language="en", network="n")
    assert signups.answer(SignUpRequest.objects.get().pk) is None


def already():
    readers(1)
    confirmation("reader-0@example.org")


def own():
    (subscriber,) = readers(1)
    own_data._send(subscriber.pk, timezone.now() - timedelta(days=5))


def a_letter(**more):
    long_ago = timezone.now() - timedelta(days=5)
    return reminders.plain_letter(
        **{"key": "k", "house": publication(), "subject": "S", "text": "T", "at": long_ago} | more
    )


def alarm():
    services.send_system_mail(letter=a_letter(), address="ann@example.org", recipient="r")


def invitation():
    words = f"{SETTINGS} invites you: {UNSUBSCRIBE}"
    letter = a_letter(key="invitation:1", subject=words, text=words)
    services.send_system_mail(letter=letter, address="ann@example.org", recipient="r")


def reset():
    user = get_user_model().objects.create_user("ann", "ann@example.org", "long enough for anybody")
    sealed = addresses.seal(user.email, bound_to="password reset").hex()
    templates = "wagtailadmin/account/password_reset/email_subject.txt", "wagtailadmin/account/password_reset/email.txt"
    password_reset.write.func(sealed, *templates, "ru")


def notice():
    EmailMultiAlternatives("Сообщение", "Text", "webmaster@localhost", ["ann@example.org"]).send()


def a_mailing():
    readers(1)
    made = mailing()
    Mailing.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=5), due_at=timezone.now())
    services.send(made.pk)


ALL = [confirmation, already, own, alarm, invitation, reset, notice, a_mailing]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_is_signed_dated_and_from_our_sender(kind, outbox):
    kind()
    ((envelope, recipient, raw),) = outbox
    for index in range(len(KEYS)):
        assert verifier.DKIM(raw).verify(idx=index, dnsfunc=dns)
    mail = message_from_bytes(raw, policy=policy.default)
    assert envelope == "bulletin@example.org"
    assert mail["From"].addresses[0].addr_spec == "bulletin@example.org"
    assert mail["To"] == recipient
    assert abs(parsedate_to_datetime(mail["Date"]) - timezone.now()) < timedelta(minutes=1)
    assert len(mail.get_all("Date")) == len(mail.get_all("Message-ID")) == 1
    assert raw.partition(b"\r\n\r\n")[0].isascii()
    assert mail["Message-ID"].endswith("@127.0.0.1>")
    altered = raw.replace(mail["Date"].encode(), b"Mon, 03 Aug 2020 10:00:00 +0000")
    assert not verifier.DKIM(altered).verify(dnsfunc=dns)


def test_words_that_look_like_marks_stay_words(outbox):
    invitation()
    mail = message_from_bytes(outbox[0][2], policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert text.replace("\u2060", "").strip() == f"{SETTINGS} invites you: {UNSUBSCRIBE}"


def test_a_mail_that_is_sent_again_has_a_new_date_and_the_same_identity(outbox, monkeypatch):
    readers(1)
    made = mailing()
    now = timezone.now()
    MemoryTransport.answers.append(Answer(451, "4.2.1 later"))
    seen = []
    send = MemoryTransport.send

    def kept(self, sender, recipient, message):
        seen.append(message_from_bytes(message))
        return send(self, sender, recipient, message)

    monkeypatch.setattr(MemoryTransport, "send", kept)
    services.send(made.pk)
    made.deliveries.update(next_try_at=now)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=5))
    services.send(made.pk)
    first, second = seen
    assert first["Message-ID"] == second["Message-ID"]
    assert parsedate_to_datetime(second["Date"]) - parsedate_to_datetime(first["Date"]) > timedelta(hours=4)


def test_a_key_that_cannot_sign_sends_nothing_unsigned(settings, outbox):
    (settings.DATA / "keys/dkim.s3.pem").write_bytes(b"no key")
    with pytest.raises(Unreachable, match="DKIM key"):
        alarm()
    assert outbox == []


def test_django_s_mails_say_when_they_did_not_leave(outbox):
    MemoryTransport.answers += [Answer(550, "5.1.1 no"), Unreachable("away"), Answer(451, "later"), Unreachable("away")]
    mail = EmailMessage("S", "T", None, ["ann@example.org"])
    for kind in (Refused, Unreachable, Unreachable):
        with pytest.raises(kind):
            EmailBackend().send_messages([mail])
    assert EmailBackend(fail_silently=True).send_messages([mail]) == 0
    assert EmailBackend().send_messages([mail]) == 1


def test_a_password_mail_is_tried_again_while_the_relay_is_away(outbox):
    from django_tasks_db.models import DBTaskResult

    MemoryTransport.answers.append(Unreachable("away"))
    reset()
    assert outbox == []
    (row,) = DBTaskResult.objects.all()
    assert "@" not in str(row.args_kwargs)
    row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    assert len(outbox) == 1


NAMES = [
    "Pub\\\rX-Injected: yes",
    "Pub\rBcc: victim@evil.example",
    "Pub\nBcc: v@evil.example",
    "a\0b",
    "a\u2028b",
    "\u202egro.live\u202c",
    'A "quoted" <evil@evil.example>',
    "back\\slash",
    "a, b; c",
    "Сітуацыя\rBcc: x@y.example",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_never_becomes_a_header_or_another_sender(name, outbox):
    house = publication()
    house.name = {"en": name, "be": name, "ru": name}
    try:
        with transaction.atomic():
            house.save()
    except DataError:  # PostgreSQL keeps no NUL
        return
    for kind in (confirmation, alarm):
        kind()
    for envelope, _recipient, raw in outbox:
        mail = message_from_bytes(raw, policy=policy.default)
        assert envelope == "bulletin@example.org"
        (sender,) = mail["From"].addresses
        assert sender.addr_spec == "bulletin@example.org"
        assert mail["Bcc"] is None
        assert mail["X-Injected"] is None
        assert not CONTROLS.search(sender.display_name)
        assert b"\r" not in raw.replace(b"\r\n", b"")


@given(st.text(max_size=60))
def test_a_name_and_its_address_stay_a_pair(name):
    assert address_in(with_name(name, "news@example.org")) == "news@example.org"
    assert parted(with_name(name, "news@example.org"))[0] == " ".join(CONTROLS.sub(" ", name).split())


@given(st.text(max_size=40), st.sampled_from(["From", "Subject", "List-Id", "Reply-To"]))
def test_no_header_holds_a_control_character(words, place):
    values = {"From": f'"{words}" <a@example.org>' if place == "From" else "a@example.org"}
    letter = Letter(
        "k", values["From"], words if place == "Subject" else "s", "<p>h</p>", "t", datetime(2020, 8, 3, tzinfo=UTC),
        {place: words} if place in {"List-Id", "Reply-To"} else {},
    )  # fmt: skip
    try:
        raw = Template(letter).fill(Person("r@example.org", "<i@example.org>"))
    except ValueError:
        return
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert not CONTROLS.search(head.replace("\r\n", ""))
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert len(names) == len(set(names))


def test_sender_and_answers_are_the_publication_s_choice_then_the_environment_s(settings, outbox):
    settings.MAIL_FROM_NAME, settings.MAIL_REPLY_TO = "The office", "office@example.org"
    alarm()
    house = publication()
    house.sender_name, house.sender_address = {"en": "News, daily"}, "news@example.org"
    house.reply_to = "desk@example.org"
    house.save()
    alarm()
    notice()
    seen = [message_from_bytes(raw, policy=policy.default) for *_, raw in outbox]
    assert [str(mail["Reply-To"]) for mail in seen] == ["office@example.org", "desk@example.org", "desk@example.org"]
    assert [mail["From"].addresses[0].addr_spec for mail in seen] == [
        "bulletin@example.org", "news@example.org", "news@example.org",
    ]  # fmt: skip
    assert [mail["From"].addresses[0].display_name for mail in seen] == ["The office", "News, daily", "News, daily"]
    assert all(verifier.DKIM(raw).verify(dnsfunc=dns) for *_, raw in outbox)
    assert b"reply-to" in outbox[0][2].partition(b"h=")[2][:200]
