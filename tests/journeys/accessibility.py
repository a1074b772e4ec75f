"""What a page must be for those who don't read with eyes, mouse or a wide screen: questions asked of an open page.

Each returns what is wrong as a list; an empty list is the promise kept.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from barograph.base import style

# in the other theme nothing can have changed but colours
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
# target-size (WCAG 2.2, 2.5.8) is off in axe by default
OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
RUN = "options => axe.run(options).then(found => found.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"

STRUCTURE = """language => {
  const wrong = [], all = query => [...document.querySelectorAll(query)]
  const twice = list => [...new Set(list.filter((one, at) => list.indexOf(one) !== at))]
  if (document.documentElement.lang !== language) wrong.push(`lang is ${document.documentElement.lang}`)
  if (!document.title.trim()) wrong.push("no title")
  const headings = all("h1,h2,h3,h4,h5,h6").filter(h => h.checkVisibility())
  if (headings.filter(h => h.tagName === "H1").length !== 1) wrong.push("not one h1")
  const main = headings.filter(h => h.closest("main"))
  if (!main.length || main[0].tagName !== "H1") wrong.push("the text does not begin with h1")
  main.forEach((h, at) => {
    if (at && h.tagName[1] - main[at - 1].tagName[1] > 1) wrong.push(`a heading is skipped before: ${h.textContent}`)
  })
  headings.filter(h => !h.textContent.trim()).forEach(h => wrong.push(`empty ${h.tagName}`))
  if (all("main").length !== 1) wrong.push("not one main")
  for (const mark of ["body > header", "body > footer"]) if (all(mark).length > 1) wrong.push(`several ${mark}`)
  const name = element => element.getAttribute("aria-label") ||
    (document.getElementById(element.getAttribute("aria-labelledby")) || {}).textContent || ""
  const navs = all("nav").map(name)
  if (navs.some(one => !one.trim())) wrong.push("a nav without a name")
  twice(navs).forEach(one => wrong.push(`two navs are called ${one}`))
  all("nav").filter(n => !n.querySelector("a")).forEach(n => wrong.push(`a nav leads nowhere: ${name(n)}`))
  twice(all("[id]").map(e => e.id)).forEach(id => wrong.push(`two elements are #${id}`))
  all("[aria-labelledby],[aria-describedby]").forEach(e => {
    const id = e.getAttribute("aria-labelledby") || e.getAttribute("aria-describedby")
    if (!document.getElementById(id)) wrong.push(`#${id} is named and not there`)
  })
  all("a[href^='#']").forEach(a => {
    if (!document.getElementById(decodeURIComponent(a.hash.slice(1)))) wrong.push(`${a.hash} is linked and not there`)
  })
  all("svg:not([aria-hidden=true])").forEach(s => {
    const image = s.closest("[role=img]")
    const named = image && (image.getAttribute("aria-label") || s.querySelector("title"))
    const part = s.closest("svg[role=group][aria-label]")  // its steps are links that have words
    if (!named && !part) wrong.push(`a drawing without words: ${s.outerHTML.slice(0, 80)}`)
  })
  all("nav a[hreflang]").filter(a => a.lang !== a.hreflang && a.closest(".langs"))
    .forEach(a => wrong.push(`${a.textContent} is not stated to be in its language`))
  return wrong
}"""

# In reading order what comes next stands lower, or in a column further on.
PLACE = """element => {
  const boxes = element.getClientRects(), first = boxes[0], last = boxes[boxes.length - 1]
  return first ? {top: first.top + scrollY, left: first.left, right: Math.max(first.right, last.right),
                  says: element.textContent.trim().slice(0, 40) || element.name || element.tagName} : null
}"""
READ = f"""() => {{
  const place = {PLACE}
  const texts = [...document.querySelectorAll("main :is(h1,h2,h3,h4,p,li,td,th,dt,dd,caption,label)")]
  return texts.filter(e => e.checkVisibility() && !e.closest("svg,.sr,.trap") && e.textContent.trim()).map(place)
}}"""
FOCUSED = f"""() => {{
  const element = document.activeElement, style = getComputedStyle(element), place = {PLACE}
  if (!element || element === document.body) return null
  const box = element.getBoundingClientRect()
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0)
  const ground = light(numbers(getComputedStyle(document.documentElement).backgroundColor))
  const line = light(numbers(style.outlineColor))
  return {{...place(element), tab: element.tabIndex,
    framed: ["IFRAME", "OBJECT"].includes(element.tagName),
    seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    contrast: (Math.max(ground, line) + .05) / (Math.min(ground, line) + .05)}}
}}"""

SHIFTED = """() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
    .observe({type: "layout-shift", buffered: true})
  setTimeout(() => done(sum), 60)
})"""

NAMES = "[...document.querySelectorAll('*')].flatMap(e => [e.localName, ...e.classList])"


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def accessible(page, language: str, wide: bool = False) -> list:
    """All that is wrong with a page just opened at 360 pixels, narrow, light and dark, and wide where asked."""
    wrong = shifted(page) + misbuilt(page, language) + unstyled(page) + violations(page) + misread(page)
    page.emulate_media(color_scheme="dark")
    wrong += [("dark", *violation) for violation in violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    wrong += wider_than(page, 320)
    if wide:
        wrong += wider_than(page, 1280) + [("wide", *violation) for violation in violations(page)] + misread(page)
    page.set_viewport_size({"width": 360, "height": 800})
    return wrong


def violations(page, options: dict = OPTIONS) -> list:
    """By every rule of axe-core, those for the size of targets and good practice among them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    return page.evaluate(RUN, options)


def misbuilt(page, language: str) -> list:
    """Headings, landmarks, names and languages, as a screen reader lists them."""
    return page.evaluate(STRUCTURE, language)


def wider_than(page, width: int) -> list:
    """Whether a page must be scrolled sideways on a screen of so many pixels (WCAG 1.4.10)."""
    page.set_viewport_size({"width": width, "height": 800})
    got = page.evaluate("document.documentElement.scrollWidth")
    return [f"{got} pixels wide"] if got > width else []


def unstyled(page) -> list:
    """Elements and classes that the whole style speaks of and the part of it that this page carries does not."""
    if not page.locator("a.skip").count():  # the text-only pages and the widget have styles of their own
        return []
    carried = page.evaluate("document.querySelector('style').textContent")
    there = set(page.evaluate(NAMES))
    return sorted(_selectors(style.needed(style.css(), there)) - _selectors(carried))


def _selectors(css: str) -> set[tuple[str, str]]:
    """(selector, what is said of it), those within media queries with the query."""
    found = set()
    for head, inside in style.rules(css):
        if head.startswith("@media"):
            found |= {(f"{head} {selector}", said) for selector, said in _selectors(inside)}
        else:
            found |= {(selector, inside) for selector in style.listed(head)}
    return found


def shifted(page) -> list:
    """What moved while the page was loading, as a share of the screen."""
    moved = page.evaluate(SHIFTED)
    return [f"moved by {moved}"] if moved else []


def misread(page) -> list:
    """Where the order of the text is another than the eye's."""
    return _out_of_order(page.evaluate(READ))


def mistabbed(page, most: int = 250) -> list:
    """What is wrong on a walk through the page with the Tab key: order, visibility, the ring around what has focus."""
    walk = []
    for _press in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (walk and (stop["top"], stop["left"]) == (walk[0]["top"], walk[0]["left"])):
            break
        walk.append(stop)
    wrong = [] if len(walk) > 1 else ["nothing takes the focus"]
    wrong += [f"tabindex of {stop['says']}" for stop in walk if stop["tab"] > 0]
    wrong += [f"unseen: {stop['says']}" for stop in walk if not stop["seen"]]
    wrong += [
        f"no ring around {stop['says']}"
        for stop in walk
        if not stop["framed"] and (stop["outline"] < 2 or stop["contrast"] < 3)
    ]
    return wrong + _out_of_order(walk[1:])  # the first is the link that skips


def _out_of_order(places: list[dict]) -> list:
    wrong = []
    for before, after in zip(places, places[1:], strict=False):
        higher, beside = after["top"] < before["top"] - 8, abs(after["top"] - before["top"]) <= 8
        if (higher and after["left"] < before["right"] - 8) or (beside and after["right"] < before["left"] + 8):
            wrong.append(f"{after['says']} comes after {before['says']}")
    return wrong
