"""Every test: the whole suite on SQLite, what touches the database again on PostgreSQL. Counts come last.

python tools/run_tests.py [pytest arguments]
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What a server needs that nobody will miss.
QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c jit=off"
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)")


def postgres_programs() -> Path:
    """The newest PostgreSQL's programs on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if found:
        return found[-1]
    program = shutil.which("initdb")
    if program is None:
        sys.exit("PostgreSQL's initdb is not to be found; tools/test_system.sh says how to install it.")
    return Path(program).resolve().parent


class Postgres:
    """A throw-away server on a Unix socket, gone with its folder."""

    def __enter__(self) -> str:
        self.folder = Path(tempfile.mkdtemp(prefix="barograph-pg-"))
        self.programs = postgres_programs()
        # PostgreSQL refuses to run as root: there it runs as its own user
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", str(self.folder / "db"), "-A", "trust", "-U", "barograph", "-E", "UTF8", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses='' {QUICK} -c max_connections=60"
        self._run("pg_ctl", "-D", str(self.folder / "db"), "-o", options, "-l", str(self.folder / "log"), "-w", "start")
        return f"postgres://barograph@/postgres?host={self.folder}"

    def __exit__(self, *_exc) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "db"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        user = self.user if os.geteuid() == 0 else None
        done = subprocess.run(command, cwd="/", user=user, env=variables(), umask=0o077, **quiet)
        if done.returncode:
            sys.exit(f"{program} failed: {done.stderr.decode(errors='replace')}")


#: Settings of a machine or its user that tests must not depend on: of Barograph and Django, of PostgreSQL's programs,
#: proxies, languages, fonts, Python's own switches.
FOREIGN = re.compile(
    r"BAROGRAPH_|DJANGO_|PG[A-Z]|LC_|LANG|TZ$|FONTCONFIG_|XDG_|PYTHON(?!DONTWRITEBYTECODE|PYCACHEPREFIX)|PYTEST_"
    r"|(?:HTTPS?|FTP|ALL|NO)_PROXY$|SOURCE_DATE_EPOCH$|EMAIL$|SSL_CERT|DBUS_|DISPLAY$|WAYLAND_"
)


def variables(**more: str) -> dict[str, str]:
    """For a process that knows none of this machine's own settings: it finds the same everywhere.

    Its home is a folder of its own, its time UTC, its language none.
    """
    own = {k: v for k, v in os.environ.items() if not FOREIGN.match(k.upper())}
    home = os.environ.get("PREPARED_FOR_TESTS", "")
    if home:
        own["HOME"] = str(Path(home) / "home")
    return {**own, "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_PROXY": "*", "no_proxy": "*", **more}


def prepare(module: str = "tests.prepared", **more: str) -> subprocess.Popen:
    """Begin to make what every run needs (tests/prepared.py), or every journey."""
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=variables(**more))


class Run:
    """One pytest in a process of its own, with a data folder of its own."""

    def __init__(self, name: str, arguments: list[str], **environment: str) -> None:
        self.name = name
        self.data = tempfile.TemporaryDirectory(prefix="barograph-test-")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=ROOT,
            env=variables(BAROGRAPH_DATA=self.data.name, **environment),
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> tuple[int, dict[str, int]]:
        """Show its output as it comes → (exit code, counts)."""
        print(f"\n── {self.name}", flush=True)
        last = ""
        for line in self.process.stdout or []:
            print(line, end="", flush=True)
            if COUNT.search(line):
                last = line
        code = self.process.wait()
        self.data.cleanup()
        return code, {"error" if what == "errors" else what: int(n) for n, what in COUNT.findall(last)}


def whole_suite() -> list[tuple[int, dict[str, int]]]:
    """The browser's journeys run by themselves: its event loop and those of other tests don't share a process.

    How tests are shared out: tests/sharing.py.
    """
    spread = ["-q", "-n", "2"]
    with Postgres() as url:
        begun = [prepare(), prepare(BAROGRAPH_DATABASE_URL=url)]
        begun[0].wait()
        begun.append(prepare("tests.journeys.demos"))
        done = [Run("SQLite", [*spread, "-m", "not journey"]).end()]
        for preparing in begun:
            preparing.wait()
        done.append(
            Run(
                "PostgreSQL",
                [*spread, "-m", "not journey and not own_data and not once", "--ignore", "tests/architecture"],
                BAROGRAPH_DATABASE_URL=url,
            ).end()
        )
    return [*done, Run("Journeys in the browser", [*spread, "-m", "journey", "tests/journeys"]).end()]


def main(arguments: list[str]) -> int:
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="barograph-prepared-") as prepared:
        (Path(prepared) / "home").mkdir()
        os.environ["PREPARED_FOR_TESTS"] = prepared  # what every run needs is made once: tests/prepared.py
        done = [Run("Chosen tests", arguments).end()] if arguments else whole_suite()
    total = {key: sum(counts.get(key, 0) for _code, counts in done) for key in ("passed", "failed", "error", "skipped")}
    print(f"\n{total['passed']} passed, {total['failed'] + total['error']} failed, {total['skipped']} skipped")
    if total["skipped"]:
        print("A skipped test keeps no promise: mend or delete it.")
    return int(any(code for code, _counts in done) or total["skipped"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
