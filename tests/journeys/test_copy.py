"""A copy of the site opened from a folder and from the plainest of servers: read from home to archive."""

import functools
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import prepared
from tests.journeys import demos

pytestmark = [pytest.mark.journey]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What `barograph bake --relative` writes of the demo's content."""
    folder = tmp_path_factory.mktemp("copied")
    data = demos.copy(demos.played(prepared.folder(tmp_path_factory)), folder / "data")
    command = [sys.executable, "-m", "barograph.cli", "bake", "--relative", str(folder / "copy")]
    environment = prepared.environment(data, BAROGRAPH_BASE_URL="https://situation.example")
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return folder / "copy"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


@pytest.fixture(params=["file", "http"])
def address(request, copy):
    if request.param == "file":
        yield copy.as_uri()
        return
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=copy)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_can_be_read_from_home_to_archive(browser, address):
    context = browser.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/index.html")
    page.click("a[hreflang=be]")
    assert page.evaluate("getComputedStyle(document.querySelector('.mast')).display") in {"flex", "grid"}
    page.locator("main h3 a").first.click()
    headline = page.locator("h1").inner_text()
    assert headline
    page.locator("main header a[href*='topics/']").first.click()
    assert "/topics/" in page.url
    assert page.locator("main svg").count() > 0
    page.click("nav.main a[href*='archive/']")
    assert page.url.endswith("/be/archive/index.html")
    page.locator("main a.num").first.click()
    assert page.locator("h1").inner_text()
    page.click("nav.main a[href*='search/']")
    assert page.locator("h1").inner_text() == "Пошук і падпіска тут не працуюць"
    assert page.locator("main a[href='https://situation.example/be/']").count() == 1
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    context.close()
