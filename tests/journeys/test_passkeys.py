"""A passkey from its making to its use, with Chromium's own virtual authenticator (CDP WebAuthn)."""

import base64
import time

import pytest
from django_otp.oath import TOTP

pytestmark = [pytest.mark.journey]


def codes_of(secret: str) -> list[str]:
    """Two in a row. The second is taken though it comes early; the first though its half minute is about to begin."""
    totp, codes = TOTP(base64.b32decode(secret.replace(" ", ""))), []
    begins = time.time() + 12  # so near an end, a code might be over on arrival
    for ahead in (0, 30):
        totp.time = begins + ahead
        codes.append(f"{totp.token():06d}")
    return codes


def enter(page) -> None:
    page.goto("/desk/login/")
    page.fill("input[name=username]", "operator")
    page.fill("input[name=password]", "barograph-operator")
    page.click("main button[type=submit]")


@pytest.fixture
def at_localhost(demo, browser):
    """A passkey belongs to a name; 127.0.0.1 is none."""
    context = browser.new_context(base_url=demo.replace("127.0.0.1", "localhost"))
    yield context.new_page()
    context.close()


def test_a_passkey_is_made_used_and_taken_away(at_localhost):
    page = at_localhost
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    virtual = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**virtual, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )["authenticatorId"]

    enter(page)
    page.goto("/desk/safety/set-up/")
    secret = page.locator(".desk-secret code").inner_text()
    codes = codes_of(secret)
    page.fill("#code", codes[0])
    page.locator("form[action$='/set-up/'] button").click()
    page.locator(".desk-codes code").first.wait_for()
    recovery = page.locator(".desk-codes code").all_inner_texts()
    page.goto("/desk/safety/")
    page.fill("#code", codes[1])
    page.click("button[value=passkey]")
    page.fill("#name", "My laptop")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url("**/desk/safety/")
    assert "My laptop" in page.locator("main").inner_text()
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1

    page.context.clear_cookies()
    enter(page)
    assert "/safety/confirm/" in page.url
    page.locator("form[data-passkey] button").click()
    page.wait_for_url("**/desk/")

    # an authenticator without the key: the page says so, and a code still works
    page.context.clear_cookies()
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    enter(page)
    page.locator("form[data-passkey] button").click()
    page.locator("#passkey-trouble").wait_for(state="visible")
    page.fill("#code", recovery[0])
    page.locator("form:not([data-passkey]) button").first.click()
    page.goto("/desk/safety/")
    page.fill("#code", recovery[1])
    page.click("button[value=remove]")
    assert "My laptop" not in page.locator("main").inner_text()
