"""A URL in a variable is what its writer meant, or refused in a sentence that names it; never another host."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from barograph.base import environment, hosts
from barograph.base.environment import EnvironmentProblem

READERS = {
    "BAROGRAPH_SMTP_URL": (environment.parse_smtp, "smtp://{user}:{password}@relay.example.org:587?tls=starttls"),
    "BAROGRAPH_BOUNCE_IMAP": (environment.parse_imap, "imaps://{user}:{password}@relay.example.org:993/INBOX"),
    "BAROGRAPH_DATABASE_URL": (environment.database, "postgres://{user}:{password}@relay.example.org:5432/barograph"),
}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30)


def host_of(found):
    return found["HOST"] if isinstance(found, dict) else found.host


def password_of(found):
    return found["PASSWORD"] if isinstance(found, dict) else found.password


@pytest.mark.parametrize("name", READERS)
@given(user=WORDS, password=WORDS)
@example(user="me", password="p[w")
@example(user="me", password="p]w")
@example(user="me", password="12/rest")
@example(user="me@127.0.0.1:8203/rest", password="x")
@example(user="me", password="12?tls=none")
@example(user="me", password="12#x")
@example(user="me", password="50%")
@example(user="me", password="a@b")
@example(user="me", password="a\tb")
@example(user="me", password="\\@evil.example")
def test_a_raw_password_gives_that_host_or_one_sentence(name, user, password):
    read, form = READERS[name]
    try:
        found = read(form.format(user=user, password=password))
    except EnvironmentProblem as problem:
        said = str(problem)
    else:
        said = name
        assert host_of(found) == "relay.example.org"
    assert name in said
    assert "\n" not in said


@pytest.mark.parametrize("name", READERS)
@given(user=WORDS, password=WORDS)
def test_an_encoded_password_is_read_whole(name, user, password):
    read, form = READERS[name]
    found = read(form.format(user=quote(user, safe=""), password=quote(password, safe="")))
    assert (host_of(found), password_of(found)) == ("relay.example.org", password)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://me@127.0.0.1:8203/rest@relay.example.org:587", "smtp://u:p[w@127.0.0.1:8203", "smtp://u@relay",
        "smtp://:p@relay", "smtp://relay:0", "smtp://relay:70000", "smtp://relay:abc", "smtp://relay/path",
        "smtp://relay#x", "smtp://relay?ssl=true", "smtp://relay?tls=starttls&tls=none", "smtps://relay?tls=none",
        "smtp://", "smtp://re lay", "smtp://-relay-", "smtp://[::1", "smtp://u:%ff@relay",
    ],
)  # fmt: skip
def test_what_can_t_be_meant_is_refused(url):
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_SMTP_URL"):
        environment.parse_smtp(url)


def test_the_sentence_tells_the_escapes_and_no_password():
    with pytest.raises(EnvironmentProblem, match="%2F") as problem:
        environment.parse_smtp("smtp://me:geheim12/x@relay.example.org")
    assert "geheim" not in str(problem.value)


@pytest.mark.parametrize(
    "url",
    ["https://example.org:abc", "https://u:p@example.org", "https://example.org#x", "https://example.org?x", "https://",
     "https://example.org:0", "https://[::1", "https://exa mple.org", "https://exa\u200bmple.org", "ftp://example.org"],
)  # fmt: skip
def test_a_site_s_address_is_a_host_and_nothing_behind_it(url):
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_BASE_URL"):
        environment.parse_base(url)


@pytest.mark.parametrize(
    "url",
    ["postgres://u:12/w@h/db", "postgres://u:p[@h/db", "postgres://h/", "postgres://h:x/db", "postgres://h/db#x",
     "sqlite:///", "mysql://h/db", "postgres://h/a/b"],
)  # fmt: skip
def test_a_database_s_address_is_refused_by_its_name(url):
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_DATABASE_URL"):
        environment.database(url)


def test_hosts_in_other_scripts_are_ascii_everywhere(tmp_path):
    found = environment.read(
        {
            "BAROGRAPH_DATA": str(tmp_path), "BAROGRAPH_SECRET_KEY": "s" * 64, "BAROGRAPH_ADDRESS_KEY": "ab" * 32,
            "BAROGRAPH_BASE_URL": "https://Сітуацыя.БЕЛ", "BAROGRAPH_SMTP_URL": "smtp://пошта.бел",
            "BAROGRAPH_BOUNCE_DOMAIN": "вяртанне.сітуацыя.бел", "BAROGRAPH_BOUNCE_IMAP": "imaps://u:p@пошта.бел",
            "BAROGRAPH_MAIL_FROM": "Навіны <news@сітуацыя.бел>", "BAROGRAPH_MAIL_REPLY_TO": "office@сітуацыя.бел",
        }
    )  # fmt: skip
    for text in (found.base_url, found.smtp.host, found.bounces.domain, found.bounces.imap.host, found.mail_from[1]):
        assert text.isascii()
        assert "xn--" in text
    assert found.mail_from[0] == "Навіны"
    assert hosts.to_people(found.base_url.removeprefix("https://")) == "сітуацыя.бел"


@given(st.text(max_size=40))
def test_a_host_is_ascii_or_refused(text):
    try:
        host = hosts.to_ascii(text)
    except ValueError:
        return
    assert host.isascii()
    assert hosts.to_ascii(host) == host


@pytest.mark.parametrize(
    "text", ["news", "a b@example.org", "a@b", "<x>", "A <a@example.org", "a@b\r\nBcc: x@y.org", "й@example.org"]
)
def test_a_sender_that_no_header_can_hold_is_refused(text):
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_MAIL_FROM"):
        environment.parse_mailbox("BAROGRAPH_MAIL_FROM", text)
