"""How well bounces are judged: real mails from the source releases of other bounce parsers, and what is right for each.

    .venv/bin/python bench/bounces.py [--json] [--misses]

The mails are fetched with pip and apt-get into a temporary folder and are no
part of this project. What is right stands in bounces_expected.tsv: a mail, the
kind of each recipient in the order of the addresses, and a digest of the
addresses, so that nobody's address stands here. Addresses are those that the
packages' own tests expect, where they say; the kinds were given by reading each
mail. A disabled account counts as transient, a failure without any reason as
unknown. flufl.bounce's own answers over the same mails stand beside ours.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from email import message_from_bytes
from pathlib import Path

from flufl.bounce import all_failures

from barograph.delivery.bounces import explain

EXPECTED = Path(__file__).with_name("bounces_expected.tsv")
SDISTS = ["flufl.bounce", "bounced"]
DEBIAN_SOURCE = "libmail-deliverystatus-bounceparser-perl"
#: Where each package keeps its mails.
MAILS = {
    "flufl": "flufl_bounce-*/tests/data/*.txt",
    "bounced": "bounced-*/src/bounced/tests/bounce*/**/*.eml",
    "bounceparser": "Mail-DeliveryStatus-BounceParser-*/t/corpus/*.msg",
}


def fetch(folder: Path) -> list[str]:
    """Put the source releases there, unpacked. Returns what could not be had."""
    missing = []
    for name in SDISTS:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
            "-d",
            folder,
            name,
        ]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            missing.append(name)
    if not _fetch_debian_source(folder):
        missing.append(DEBIAN_SOURCE)
    for archive in [*folder.glob("*.tar.gz"), *folder.glob("*.tar.xz")]:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return missing


def _fetch_debian_source(folder: Path) -> bool:
    """The Debian source, with package lists of its own so that the system's stay as they are."""
    lists = folder / "apt"
    (lists / "lists" / "partial").mkdir(parents=True)
    (lists / "parts").mkdir()
    for path in Path("/etc/apt/sources.list.d").glob("debian.sources"):
        text = path.read_text(encoding="utf-8").replace("Types: deb\n", "Types: deb-src\n")
        (lists / "parts" / path.name).write_text(text, encoding="utf-8")
    options = [
        f"-o=Dir::Etc::sourceparts={lists / 'parts'}", "-o=Dir::Etc::sourcelist=/dev/null",
        f"-o=Dir::State::lists={lists / 'lists'}", f"-o=Dir::Cache={lists}", "-o=APT::Sandbox::User=root",
    ]  # fmt: skip
    for command in (["update"], ["source", "--download-only", "--tar-only", DEBIAN_SOURCE]):
        try:
            done = subprocess.run(["apt-get", *options, "-qq", *command], cwd=folder, capture_output=True, check=False)
        except FileNotFoundError:
            return False
        if done.returncode:
            return False
    return True


def digest(addresses: list[str]) -> str:
    known = sorted({address.lower() for address in addresses})
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:12] if known else "-"


def ours(raw: bytes) -> tuple[str, str]:
    """(kinds, digest of addresses) as they stand in the table."""
    found = {judgement.address.lower(): judgement.kind.value for judgement in explain(raw)}
    kinds = [found[address] for address in sorted(found)]
    return ",".join(kinds[:1] if len(set(kinds)) == 1 else kinds) or "-", digest(list(found))


def theirs(raw: bytes) -> tuple[str, str]:
    """The same from flufl.bounce alone."""
    temporary, permanent = all_failures(message_from_bytes(raw))
    found = {address.decode("ascii", "replace").lower(): "transient" for address in temporary}
    found |= {address.decode("ascii", "replace").lower(): "permanent" for address in permanent}
    kinds = [found[address] for address in sorted(found)]
    return ",".join(kinds[:1] if len(set(kinds)) == 1 else kinds) or "-", digest(list(found))


def score(answers: dict[str, tuple[str, str]], expected: dict[str, tuple[str, str]]) -> dict[str, float]:
    temporary = [name for name, (kinds, _addresses) in expected.items() if kinds == "transient"]
    return {
        "recipients_right": _share(answers[n][1] == expected[n][1] for n in expected),
        "kinds_right": _share(answers[n][0] == expected[n][0] for n in expected),
        "temporary_called_permanent": _share("permanent" in answers[n][0] for n in temporary),
    }


def _share(hits) -> float:
    hits = list(hits)
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def measure(mails: dict[str, bytes], expected: dict[str, tuple[str, str]]) -> tuple[dict, list[str]]:
    milliseconds, answers = [], {}
    for name, raw in mails.items():
        begun = time.perf_counter()
        answers[name] = ours(raw)
        milliseconds.append((time.perf_counter() - begun) * 1000)
    plain = {name: raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for name, raw in mails.items()}
    same = _share(
        ours(raw) == ours(raw.replace(b"\n", b"\r\n")) == ours(raw.replace(b"\n", b"\r")) for raw in plain.values()
    )
    result = {
        "mails": len(mails),
        "barograph": score(answers, expected),
        "flufl_bounce": score({name: theirs(raw) for name, raw in mails.items()}, expected),
        "same_with_all_line_ends": same,
        "ms_mean": round(statistics.mean(milliseconds), 2),
        "ms_p95": round(sorted(milliseconds)[int(len(milliseconds) * 0.95)], 2),
        "ms_max": round(max(milliseconds), 2),
    }
    misses = [f"{n}: {answers[n]} instead of {expected[n]}" for n in expected if answers[n] != expected[n]]
    return result, misses


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--misses", action="store_true", help="name the mails that are judged otherwise")
    args = arguments.parse_args()
    table = [line.split("\t") for line in EXPECTED.read_text(encoding="utf-8").splitlines()]
    wanted = {name: (kinds, addresses) for name, kinds, addresses in table}
    with tempfile.TemporaryDirectory(prefix="barograph-bounces-") as name:
        folder = Path(name)
        missing = fetch(folder)
        found = {f"{kind}/{path.name}": path for kind, mask in MAILS.items() for path in folder.glob(mask)}
        mails = {name: found[name].read_bytes() for name in wanted if name in found}
        if not mails:
            sys.stderr.write("No mails could be fetched.\n")
            return 1
        expected = {name: wanted[name] for name in mails}
        result, misses = measure(mails, expected)
    result["could_not_be_had"] = missing
    print(json.dumps(result) if args.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    if args.misses:
        print("\n".join(misses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
