"""Where a request comes from behind proxies: only what trusted ones say is believed."""

import pytest

from barograph.base import environment, proxies

DOCKER = proxies.parse("172.18.0.0/16, 2001:db8:1::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("172.18.0.1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:172.18.0.1", "203.0.113.7", "203.0.113.7"),
        ("172.18.0.1", "1.2.3.4, 203.0.113.7, 172.18.0.9", "203.0.113.7"),  # two proxies of ours
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # not ours: it may say what it likes
        ("172.18.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the client wrote 1.2.3.4 itself
        ("172.18.0.1", "", "172.18.0.1"),
        ("172.18.0.1", "unknown", "172.18.0.1"),
        ("172.18.0.1", "1.2.3.4, garbage", "172.18.0.1"),
        ("172.18.0.1", "203.0.113.7:5123", "203.0.113.7"),
        ("2001:db8:1::5", "[2001:db8:7::1]:443", "2001:db8:7::1"),
        ("127.0.0.1", "203.0.113.7", None),  # loopback is not in the list
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(peer, forwarded, client):
    found = proxies.client(peer, forwarded, DOCKER)
    assert (str(found) if found else None) == client


def test_without_a_setting_a_proxy_on_this_machine_is_believed():
    assert str(proxies.client("127.0.0.1", "1.2.3.4, 203.0.113.7", proxies.parse(""))) == "203.0.113.7"
    assert str(proxies.client("", "203.0.113.7", proxies.parse(""))) == "203.0.113.7"
    assert proxies.client("127.0.0.1", "203.0.113.7", proxies.parse("none")) is None


@pytest.mark.parametrize(
    "value", ["proxy.example.org", "172.18.0.0/33", "0.0.0.0/0", "::/0", "10.0.0", "10.0.0.1;", ","]
)
def test_what_is_no_network_is_refused_with_words(tmp_path, value):
    with pytest.raises(environment.EnvironmentProblem, match="BAROGRAPH_TRUSTED_PROXIES"):
        environment.read({"BAROGRAPH_DATA": str(tmp_path), "BAROGRAPH_TRUSTED_PROXIES": value})
