"""A publication on a real file system that is full: what readers see, what the operator is told. Needs root (tmpfs).

    sudo .venv/bin/python bench/full_disk.py

Fills the disk, corrects an issue's standing text and bakes: the command must fail with words that say why, the old
site must stay whole, and the next bake on a disk with room must show the new one. Prints one JSON object.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOOL = str(Path(sys.executable).with_name("barograph"))
MORE = """
import django
django.setup()
from barograph.benchmarks import synthesis
from barograph.editions import services as editions
from barograph.issues import services as issues
house = issues.publication()
house.name = {code: text + "." for code, text in house.name.items()}
house.save()
editions.freeze_imprint()
"""


def run(*command: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, **options)


def tree(site: Path) -> str:
    found = hashlib.sha256()
    for path in sorted((site / "current").resolve().rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to((site / "current").resolve())).encode() + path.read_bytes())
    return found.hexdigest()


def measure(disk: Path) -> dict:
    """The site lies on the small disk, all else beside it."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        (data / "site").symlink_to(disk)
        environment = {**os.environ, "BAROGRAPH_DATA": name, "DJANGO_SETTINGS_MODULE": "barograph.settings"}
        run(TOOL, "make-data", "--issues", "8", "--topics", "4", env=environment, check=True)
        before, size = tree(data / "site"), sum(p.stat().st_size for p in disk.rglob("*") if p.is_file())
        room = os.statvfs(disk)
        filler = disk / "filler"
        filler.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 400_000)))
        run(sys.executable, "-c", MORE, env=environment, check=True)
        failed = run(TOOL, "bake", env=environment)
        kept = tree(data / "site") == before
        leftovers = sorted(path.name for path in disk.iterdir() if path.name == "building")
        filler.unlink()
        again = run(TOOL, "bake", env=environment)
        return {
            "site_bytes": size,
            "exit_code_full": failed.returncode,
            "told": failed.stderr.strip().splitlines()[-1:],
            "old_site_whole": kept,
            "leftovers": leftovers,
            "exit_code_with_room": again.returncode,
            "new_site": tree(data / "site") != before,
        }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", name], check=True)
        try:
            print(json.dumps(measure(Path(name)), ensure_ascii=False))
        finally:
            subprocess.run(["umount", name], check=True)


if __name__ == "__main__":
    main()
