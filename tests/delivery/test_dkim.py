"""DKIM: what we sign, an independent verifier accepts; what was changed on the way, it does not."""

from datetime import UTC, datetime

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from barograph.delivery.dkim import Signer, UnfitKey
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Template

LINKS = {UNSUBSCRIBE: "https://example.org/be/unsubscribe/abc/", SETTINGS: "https://example.org/s/def/"}
KEYS = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def mail():
    letter = Letter(
        key="issue:2020-08-03:be-ru",
        sender="Сітуацыя ў Беларусі <bulletin@example.org>",
        subject="3 – 9 жніўня 2020: 2 пагоршыліся, 5 без змен, і яшчэ трохі слоў, каб загаловак быў доўгі",
        html=f'<p>Прывітанне</p><a href="{UNSUBSCRIBE}">Адпісацца</a>',
        text=f".\nПрывітанне\n{SETTINGS}\n\n\n",
        date=datetime(2020, 8, 10, 7, tzinfo=UTC),
        headers={"List-Id": "<be-ru.example.org>", "Precedence": "bulk"},
    )
    return Template(letter).fill(Person("reader@example.org", "<id@example.org>", LINKS))


def is_valid(signer, signed):
    return verifier.verify(signed, dnsfunc=lambda name, timeout=5: signer.dns.encode())


@pytest.mark.parametrize("kind", KEYS)
def test_an_independent_verifier_accepts_the_signature_and_no_change(kind):
    signer = Signer.from_pem(pem(KEYS[kind]), domain="example.org", selector="barograph")
    signed = signer.sign(mail())
    assert is_valid(signer, signed)
    assert signed.endswith(mail())
    assert all(len(line) <= 78 or b":" not in line for line in signed.split(b"\r\n")[:12])
    assert not is_valid(signer, signed.replace(b"List-Id: <be-ru", b"List-Id: <en"))
    assert not is_valid(signer, signed.replace(b"reader@", b"other@"))
    assert not is_valid(signer, signed.replace(b"\r\n\r\n", b"\r\nFrom: x@example.com\r\n\r\n", 1))
    assert not is_valid(signer, signed[:-60] + b"A" + signed[-59:])


def test_a_key_that_cannot_sign_mail_is_refused():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for unfit in (pem(short), pem(ec.generate_private_key(ec.SECP256R1())), b"no key"):
        with pytest.raises(UnfitKey):
            Signer.from_pem(unfit, domain="example.org", selector="barograph")
