"""How a draft looks: the same contents and the same template as on the site, from an unsaved edition.

Never stored and never cached; public pages don't pass through here.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barograph.base import languages
from barograph.base.pages import render
from barograph.commentaries.models import Commentary
from barograph.editions import renames, summaries
from barograph.editions.models import Edition
from barograph.editions.services import compose, compose_imprint, upcoming
from barograph.feeds.files import ISSUES, feeds
from barograph.issues.models import Issue
from barograph.website import plans
from barograph.website.headers import style_hashes
from barograph.website.planning import Content, Plan

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
_LINK = re.compile(r'href="(/[^"#?]*)')


def render_commentary(commentary: Commentary, request: HttpRequest, mode_name: str) -> HttpResponse:
    """The commentary's page as it would be if the issue were released now: no other's draft stands in it."""
    shown = [commentary.origin, commentary] if commentary.is_translation else [commentary]
    contents = compose(issue=commentary.issue, published_at=timezone.now(), overrides=shown, panel_shown=False)
    imprint = compose_imprint()
    language = commentary.language
    if language not in contents:
        return _answer(_("This language is not one of the publication’s."), status=404)
    issues = _with_earlier(contents, commentary)
    page = plans.one_commentary(
        imprint, issues, language, contents[language], commentary.topic.key, note=_note(language)
    )
    return _answer(page)


def _with_earlier(contents: dict[str, Content], commentary: Commentary) -> list[dict[str, Content]]:
    """The unsaved issue among the published ones, newest first."""
    language, first = commentary.language, contents[commentary.language]["issue"]["first"]
    renamed = renames.of(compose_imprint())
    published = {
        content["issue"]["first"]: {language: renamed.content(content)}
        for content in Edition.objects.current().in_language(language).values_list("content", flat=True)
    }
    published[first] = contents
    return [published[key] for key in sorted(published, reverse=True)]


def _note(language: str) -> str:
    with translation.override(languages.interface(language)):
        return _("Preview: not published.")


class Rehearsal:
    """The site's pages and feeds as a release of an issue would make them now: signed-off texts, and nothing else."""

    def __init__(self, issue: Issue) -> None:
        self.first = issue.first.isoformat()
        self.imprint = compose_imprint()
        composed = upcoming(issue=issue, published_at=timezone.now())
        renamed = renames.of(self.imprint)
        self.contents = {language: renamed.content(content) for language, (_before, content) in composed.items()}
        by_first = {next(iter(lines.values()))["issue"]["first"]: lines for lines in summaries.current(renamed)}
        by_first[self.first] = self.contents
        self.issues = [by_first[first] for first in sorted(by_first, reverse=True)]
        self._load = lru_cache(maxsize=64)(lambda edition: renamed.content(summaries.content(edition)))

    @cached_property
    def pages(self) -> dict[str, Plan]:
        """The pages that the release would write or change, by their addresses: `/be/2020-08-03/`."""
        planned = plans.plans(self.imprint, self.issues, load=self._load, touched=frozenset({self.first}), house=True)
        return {"/" + plan.path.removesuffix("index.html"): plan for plan in planned}

    def page(self, address: str, *, below: str) -> HttpResponse | None:
        """One of the pages, its links to others of them leading on below an address of the desk."""
        plan = self.pages.get(address)
        if plan is None:
            return None
        with translation.override(languages.interface(plan.language)):
            context = {**plan.make(), "note": _note(plan.language)}
            text = render(plan.template, context, language=plan.language)

        def led(link: re.Match) -> str:
            if link[1] in self.pages:
                return f'href="{below}{link[1]}'
            return f'target="_blank" href="{link[1]}' if link[1].endswith("/") else link[0]

        return _answer(_LINK.sub(led, text))

    def feeds(self, language: str) -> dict[str, bytes]:
        """The feeds of a language, by their addresses."""
        newest = [
            {code: line if "edition" not in line else self._load(line["edition"]) for code, line in lines.items()}
            for lines in self.issues[:ISSUES]
        ]
        return {f"/{path}": content for path, content in feeds(self.imprint, newest, settings.BASE_URL, language)}


def _answer(body: str, status: int = 200) -> HttpResponse:
    body = body.replace('src="/images/', 'src="/desk/media/images/')  # the public copies come with the bake
    response = HttpResponse(body, status=status, headers=HEADERS)
    # Only the desk frames a preview; its own style is all it may load, besides fonts and images.
    styles = " ".join(f"'{value}'" for value in style_hashes(response.content)) or "'none'"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {settings.BASE_URL}"
    )
    return response
