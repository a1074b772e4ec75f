"""Only addresses that every reader can open are public, however they are spelt."""

import pytest

from barograph.base.public_links import is_public


@pytest.fixture(autouse=True)
def own(settings):
    settings.BASE_URL = "https://bulletin.example.org"


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a?b#c", "HTTP://EXAMPLE.ORG", "mailto:a@example.org", "/be/", "/be/2020-08-03/economy/#n1",
     "https://bulletin.example.org/be/", "https://bulletin.example.org", "/data/", "https://example.org/desk/",
     "https://пошта.бел/", "https://8.8.8.8/"],
)  # fmt: skip
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["/desk/", "/desk", "/DESK/x", "/%64esk/", "/%2564esk/", "//desk/", "/be/../desk/", "/./desk/", "\\desk\\",
     "https://bulletin.example.org/desk/commentaries/edit/132/#_ftn1", "https://BULLETIN.example.org./desk/",
     "https://bulletin.example.org:443/desk/", "http://bulletin.example.org:8000/desk/", "https://a@bulletin.example.org/desk",
     "https://bulletin.example.org/mailbox/", "https://bulletin.example.org/desk/media/x.jpg", "/mailbox/",
     "http://localhost/", "http://127.0.0.1:8000/be/", "http://[::1]/", "http://0x7f000001/", "http://2130706433/",
     "http://10.0.0.1/", "http://printer.local/", "http://[::ffff:127.0.0.1]/", "file:///C:/a.docx", "blob:https://x/1",
     "data:text/html,x", "javascript:alert(1)", "java\tscript:alert(1)", "about:blank", "ftp://example.org/", "#_ftn1",
     "?a=b", "page.html", "../x", "", "https://", "//example.org/", "https://[x/"],
)  # fmt: skip
def test_not_public(address):
    assert not is_public(address)
