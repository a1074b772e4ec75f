"""A real demo, as `make demo` starts it, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect

# What is waited for comes at once or, where much else is going on, late; it costs nothing to be patient.
expect.set_options(timeout=60_000)


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise RuntimeError("There is no Chromium: sh tools/test_system.sh installs it.")


def pytest_addoption(parser):
    parser.addoption("--approve-looks", action="store_true", help="keep what the pages look like now (make looks)")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What publishes comes last: until then every page of the demo is the one that was approved."""
    items.sort(key=lambda item: "test_week" in item.nodeid)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    # letters are set where their outlines want them, on every machine alike
    drawn = ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"]
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
    return {"executable_path": chromium(), "headless": True, "args": [*quiet, *drawn]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def demo(tmp_path_factory, installation):
    """The demo's address; the whole product runs behind it until the tests end."""
    folder, port = installation(tmp_path_factory.mktemp("demo") / "data"), free_port()
    (folder / "demo").touch()  # the mark of a demo's folder
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    log = (tmp_path_factory.mktemp("log") / "demo.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "barograph.cli", "demo", "--no-browser", "--port", str(port), "--data", str(folder)],
        env=environment, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 280
    while True:
        try:
            urllib.request.urlopen(f"{base}/be/", timeout=2).close()
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                said = log.read()
                log.close()
                raise RuntimeError(f"the demo did not start:\n{said}") from None
            time.sleep(0.3)
    yield base
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    log.close()


@pytest.fixture(scope="session")
def browser_context_args(demo):
    return {"base_url": demo, "locale": "be-BY"}
