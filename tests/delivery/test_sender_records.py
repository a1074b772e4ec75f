"""`doctor` tells which DNS records the sender's domain lacks, in words that can be pasted into a zone."""

import socket
import threading

import dns.message
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from barograph.delivery import sender_records
from barograph.delivery.dkim import Signer
from tests.delivery.test_dkim import pem

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signer(key=None):
    return Signer.from_pem(pem(key or ed25519.Ed25519PrivateKey.generate()), domain="example.org", selector="b1")


SIGNER = signer()
WHOLE = {
    ("return.example.org", "TXT"): ["v=spf1 a:relay.example.org -all"],
    ("example.org", "TXT"): ["v=spf1 a:relay.example.org -all"],
    ("return.example.org", "MX"): ["10 example.org."],
    ("b1._domainkey.example.org", "TXT"): [SIGNER.dns.replace("; ", ";  ")],
    ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=quarantine; adkim=r"],
    ("_mta-sts.return.example.org", "TXT"): ["v=STSv1; id=1"],
    ("relay.example.org", "A"): ["192.0.2.7"],
    ("192.0.2.7", "PTR"): ["relay.example.org."],
}


def found(zone=WHOLE, **changes):
    given = {
        "sender": "example.org",
        "relay": "relay.example.org",
        "site": "example.org",
        "bounces": "return.example.org",
        "signers": [SIGNER],
        **changes,
    }
    asked = sender_records.examine(**given, ask=lambda name, kind: zone.get((name, kind), []))
    return {finding.name: finding for finding in asked}


def test_a_domain_with_everything_is_well():
    assert all(finding.ok for finding in found().values())
    assert set(found()) == {"SPF", "SPF, sender", "DKIM", "DMARC", "MTA-STS", "bounces", "PTR"}


def test_the_sender_s_own_domain_is_examined_too():
    """Confirmations, passwords and alarms leave from it, whatever the return paths of mailings are."""
    lacking = {key: value for key, value in WHOLE.items() if key != ("example.org", "TXT")}
    told = found(lacking)
    assert told["SPF"].ok
    assert not told["SPF, sender"].ok
    assert 'example.org. IN TXT "v=spf1 a:relay.example.org -all"' in told["SPF, sender"].message
    assert "SPF, sender" not in found(lacking, bounces="")  # one domain, looked at once


def test_return_paths_outside_the_sender_s_domain_are_told():
    strange = {**WHOLE, ("return.example.net", "TXT"): ["v=spf1 a:relay.example.org -all"]}
    findings = sender_records.examine(
        sender="example.org", relay="relay.example.org", site="example.org", bounces="return.example.net", signers=[],
        ask=lambda name, kind: strange.get((name, kind), []),
    )  # fmt: skip
    assert any(one.name == "DMARC" and not one.ok and "return.example.net" in one.message for one in findings)


def test_an_empty_zone_is_told_each_record_to_add():
    told = found({("relay.example.org", "A"): ["192.0.2.7"]})
    assert 'return.example.org. IN TXT "v=spf1 a:relay.example.org -all"' in told["SPF"].message
    assert f'b1._domainkey.example.org. IN TXT "{SIGNER.dns}"' in told["DKIM"].message
    assert '_dmarc.example.org. IN TXT "v=DMARC1; p=quarantine"' in told["DMARC"].message
    assert "return.example.org. IN MX 10 example.org." in told["bounces"].message
    assert "192.0.2.7 has no name" in told["PTR"].message
    assert not any(told[name].ok for name in ("SPF", "DKIM", "DMARC", "bounces", "PTR"))


def test_a_long_key_comes_in_pieces_that_dns_takes():
    long = signer(RSA)
    message = found({}, signers=[long])["DKIM"].message
    pieces = message.split(" IN TXT ")[1].split('"')[1::2]
    assert max(map(len, pieces)) <= 255
    assert "".join(pieces) == long.dns


@pytest.mark.parametrize(
    ("records", "word"),
    [
        (["v=spf1 a -all", "v=spf1 mx -all"], "2 SPF records"),
        (["v=spf1 +all"], "lets everybody"),
        (["v=spf1 ?all"], "lets everybody"),
        (["v=spf10 -all"], "does not say"),
    ],
)
def test_spf_that_protects_nobody_is_refused(records, word):
    told = found({**WHOLE, ("return.example.org", "TXT"): records})["SPF"]
    assert not told.ok
    assert word in told.message


def test_another_key_in_dns_is_not_ours():
    assert not found({**WHOLE, ("b1._domainkey.example.org", "TXT"): [signer().dns]})["DKIM"].ok
    assert "the relay has to sign" in found(signers=[])["DKIM"].message


@pytest.mark.parametrize(
    ("policy", "ok"), [("v=DMARC1; p=none", True), ("v=DMARC1; p=maybe", False), ("p=none", False)]
)
def test_a_dmarc_policy_is_one_of_three(policy, ok):
    assert found({**WHOLE, ("_dmarc.example.org", "TXT"): [policy]})["DMARC"].ok is ok


def test_a_name_must_lead_back_to_its_address():
    told = found({**WHOLE, ("192.0.2.7", "PTR"): ["other.example.net."]})["PTR"]
    assert (told.ok, "other.example.net" in told.message) == (False, True)
    local = {("example.org", "A"): ["192.0.2.1"], ("192.0.2.1", "PTR"): ["example.org."]}
    assert found({**WHOLE, **local}, relay="127.0.0.1")["PTR"].message == "192.0.2.1 is example.org"


def test_without_return_paths_the_senders_domain_carries_spf():
    told = found({("example.org", "TXT"): ["v=spf1 include:relay.example -all"]}, bounces="")
    assert told["SPF"].ok
    assert told["bounces"].ok


def test_a_silent_resolver_is_said_and_does_not_stop_the_others():
    def ask(name, kind):
        if kind == "MX":
            raise sender_records.Unanswered("timed out")
        return WHOLE.get((name, kind), [])

    told = sender_records.examine(
        sender="example.org",
        relay="relay.example.org",
        site="example.org",
        bounces="return.example.org",
        signers=[SIGNER],
        ask=ask,
    )
    assert [finding.ok for finding in told if finding.name == "bounces"] == [False]
    assert [finding.ok for finding in told if finding.name == "PTR"] == [True]


@pytest.fixture
def name_server(monkeypatch):
    """A real one on loopback that knows a few names; what it doesn't know doesn't exist."""
    records = {
        ("example.org.", "TXT"): ['"v=spf1 " "-all"'],
        ("example.org.", "A"): ["192.0.2.7"],
        ("7.2.0.192.in-addr.arpa.", "PTR"): ["example.org."],
    }
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while (told := server.recvfrom(4096))[0]:
            question, place = dns.message.from_wire(told[0]), told[1]
            name, kind = question.question[0].name, dns.rdatatype.to_text(question.question[0].rdtype)
            answer = dns.message.make_response(question)
            if values := records.get((str(name), kind)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *values))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), place)

    thread = threading.Thread(target=serve)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    yield
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", server.getsockname())  # nothing asked: the end
    thread.join(5)
    server.close()


def test_a_real_name_server_is_asked(name_server):
    assert sender_records.ask("example.org", "TXT") == ["v=spf1 -all"]
    assert sender_records.ask("example.org", "A") == ["192.0.2.7"]
    assert sender_records.ask("192.0.2.7", "PTR") == ["example.org."]
    assert sender_records.ask("nowhere.example.org", "MX") == []
