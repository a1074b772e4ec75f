"""How a draft looks: the same contents and the same template as on the site, from an unsaved edition.

Never stored and never cached; public pages don't pass through here.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barograph.base import languages
from barograph.commentaries.models import Commentary
from barograph.editions.models import Edition
from barograph.editions.services import compose, compose_imprint
from barograph.website import plans
from barograph.website.headers import style_hashes
from barograph.website.planning import Content

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def render_commentary(commentary: Commentary, request: HttpRequest, mode_name: str) -> HttpResponse:
    """The commentary's page as it would be if the issue were released now."""
    contents = compose(issue=commentary.issue, published_at=timezone.now(), live_only=False, overrides=[commentary])
    imprint = compose_imprint()
    language = commentary.language
    if language not in contents:
        return _answer(_("This language is not one of the publication's."), status=404)
    issues = _with_earlier(contents, commentary)
    with translation.override(languages.interface(language)):
        note = _("Preview: not published.")
    page = plans.one_commentary(imprint, issues, language, contents[language], commentary.topic.key, note=note)
    return _answer(page.replace('src="/images/', 'src="/desk/media/images/'))  # the public copies come with the bake


def _with_earlier(contents: dict[str, Content], commentary: Commentary) -> list[dict[str, Content]]:
    """The unsaved issue among the published ones, newest first."""
    language, first = commentary.language, contents[commentary.language]["issue"]["first"]
    published = {
        content["issue"]["first"]: {language: content}
        for content in Edition.objects.current().in_language(language).values_list("content", flat=True)
    }
    published[first] = contents
    return [published[key] for key in sorted(published, reverse=True)]


def _answer(body: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(body, status=status, headers=HEADERS)
    # Only the desk frames a preview; its own style is all it may load, besides fonts and images.
    styles = " ".join(f"'{value}'" for value in style_hashes(response.content)) or "'none'"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {settings.BASE_URL}"
    )
    return response
