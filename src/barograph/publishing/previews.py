"""The desk's preview of a release: every page, feed and card that it would make, before anybody else can see one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from barograph.base import languages
from barograph.issues import services as issues
from barograph.issues.models import Issue
from barograph.publishing.access import issue_for
from barograph.takeaway import printing, typesetting
from barograph.takeaway.making import windows_up_to
from barograph.website.preview import HEADERS, Rehearsal


@require_GET
def preview(request: HttpRequest, issue_id: int) -> HttpResponse:
    """What one language's readers would find, page by page, with a frame to look at each."""
    issue = issue_for(request, issue_id)
    publication, rehearsal = issues.publication(), Rehearsal(issue)
    asked = request.GET.get("language", "")
    language = asked if asked in publication.languages else publication.languages[0]
    content, root = rehearsal.contents[language], f"/{language}/"
    place = f"{root}{rehearsal.first}/"
    written = [topic for topic in content["topics"] if topic["commentary"]]
    own = [(_("Home page"), root), (_("The issue"), place)]
    own += [(topic["commentary"]["headline"], f"{place}{topic['key']}/") for topic in written]
    known = {address for _title, address in own}
    others = sorted(address for address in rehearsal.pages if address.startswith(root) and address not in known)
    context = {
        "issue": issue,
        "language": language,
        "languages": [(code, languages.name(code)) for code in publication.languages],
        "own": [(title, _below(issue) + address) for title, address in own],
        "first": _below(issue) + place,
        "others": [(address, _below(issue) + address) for address in others],
        "others_title": ngettext("%(count)s more page that changes", "%(count)s more pages that change", len(others))
        % {"count": len(others)},
        "feeds": [
            (address, reverse("publishing_preview_feed", args=[issue.pk, address]))
            for address in (f"{root}feed.atom", f"{root}feed.json")
        ],
        "cards": [
            (_("Card of the issue"), reverse("publishing_preview_issue_card", args=[issue.pk, language])),
            *(
                (topic["name"], reverse("publishing_preview_card", args=[issue.pk, language, topic["key"]]))
                for topic in written
            ),
        ],
        "lacking": ", ".join(topic["name"] for topic in content["topics"] if not topic["commentary"]),
        "lists": [entry for entry in publication.lists if entry["languages"] and language in entry["languages"]],
    }
    return render(request, "publishing/preview.html", context)


def _below(issue: Issue) -> str:
    return reverse("publishing_preview_page", args=[issue.pk, "/"]).removesuffix("/")


@require_GET
def page(request: HttpRequest, issue_id: int, address: str) -> HttpResponse:
    """One page of the site as it would be."""
    issue = issue_for(request, issue_id)
    answer = Rehearsal(issue).page(address, below=_below(issue))
    if answer is None:
        raise Http404
    return answer


@require_GET
def feed(request: HttpRequest, issue_id: int, address: str) -> HttpResponse:
    """A feed as it would be, as text."""
    rehearsal, language = Rehearsal(issue_for(request, issue_id)), address.strip("/").split("/")[0]
    text = rehearsal.feeds(language).get(address) if language in rehearsal.contents else None
    if text is None:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=HEADERS)


@require_GET
def card(request: HttpRequest, issue_id: int, language: str, key: str = "") -> HttpResponse:
    """The picture that messengers show with a link to the issue, or to one of its commentaries."""
    rehearsal = Rehearsal(issue_for(request, issue_id))
    content = rehearsal.contents.get(language)
    if content is None:
        raise Http404
    topic = next((one for one in content["topics"] if one["key"] == key and one["commentary"]), None)
    try:
        if not key:
            png = printing.issue_card(content, rehearsal.imprint)
        elif topic is None:
            raise Http404
        else:
            windows = windows_up_to(rehearsal.first, language, content)
            png = printing.commentary_card(topic, content, rehearsal.imprint, windows)
    except typesetting.NotSet as error:
        raise Http404 from error
    return HttpResponse(png, content_type="image/png", headers=HEADERS)
