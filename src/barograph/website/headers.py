"""Headers of every public answer: what browsers may load, frame, cache and tell others.

Used twice, for baked files by the server and for Django's public pages by
the middleware, so that the two cannot disagree. Knows no page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from barograph.base import style
from barograph.base.languages import ADDRESS_CODE

#: The desk is Wagtail's: scripts, cookies and frames of its own.
DESK = ("/desk", "/mailbox")

#: Of the desk's pages: everything from this site alone, framed by it alone, forms to it alone. Wagtail 8 writes scripts
#: and styles into its pages (inline panels, choosers, dates) and makes functions of texts (its templates), without
#: nonces: so 'unsafe-inline' and 'unsafe-eval' have to stay (docs/decisions/0078).
DESK_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self'; manifest-src 'self'; "
    "frame-src 'self' blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
HSTS = "max-age=31536000"

PAGE_CACHE = "public, no-cache"  # kept, but asked for anew each time: an ETag answers in a few bytes
ASSET_CACHE = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"

_HASHED = re.compile(r"[.-][0-9a-f]{8,64}\.[a-z0-9]+$")
_LANGUAGE = re.compile(rf"^/({ADDRESS_CODE})/")
_WIDGET = re.compile(rf"^/{ADDRESS_CODE}/widget/")
_EMBED = re.compile(rf"^/{ADDRESS_CODE}/embed/")
_OPEN = re.compile(r"^/(?:data/|sitemap[^/]*\.xml$|.*/feed\.(?:atom|json)$)")
_FEED = re.compile(r"/feed\.(?:atom|json)$")
_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)

_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
    "map": "application/json",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "xml": "application/xml",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
}
_BINARY = {
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "epub": "application/epub+zip",
}


def content_type(path: str) -> str:
    """By the ending of the name; text always with its charset."""
    if path.endswith("/feed.json"):
        return "application/feed+json; charset=utf-8"
    ending = path.rsplit(".", 1)[-1].lower()
    if ending in _TYPES:
        return f"{_TYPES[ending]}; charset=utf-8"
    return _BINARY.get(ending, "application/octet-stream")


def is_text(path: str) -> bool:
    """Whether compressing it is worth while."""
    return path.rsplit(".", 1)[-1].lower() in _TYPES


def is_hashed(path: str) -> bool:
    """Whether the name holds the content's hash, as in `text.1f0c2a9b.woff2`: such a file never changes."""
    return bool(_HASHED.search(path))


def cache_control(path: str) -> str:
    return ASSET_CACHE if is_hashed(path) else PAGE_CACHE


def style_hash(css: bytes) -> str:
    """A style's source expression without its quotes (CSP level 3, 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(css).digest()).decode("ascii")


def style_hashes(html: bytes) -> list[str]:
    """Hashes of the styles in a page's head, which only templates write; a style in its body gets none.

    Taken from the page and not from the code, so that a tree baked before an
    upgrade keeps its look.
    """
    head = html.partition(b"</head>")[0]
    return [style_hash(css) for css in _STYLE.findall(head)]


def content_security_policy(path: str, hashes: Iterable[str]) -> str:
    """Nothing but the page's own style, and images and fonts of this site; no script at all."""
    styles = " ".join(f"'{value}'" for value in hashes) or "'none'"
    framed_by = "*" if _WIDGET.match(path) else "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
        + (style.FRAMING if _EMBED.match(path) else "")
    )


def security_headers(path: str, hashes: Iterable[str] = (), *, https: bool) -> dict[str, str]:
    """The headers of a public answer, by lower-case name. `https`: readers reach the site by https."""
    headers = {
        "content-security-policy": content_security_policy(path, hashes),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "permissions-policy": PERMISSIONS,
    }
    if not _WIDGET.match(path):
        headers["x-frame-options"] = "DENY"
        headers["cross-origin-opener-policy"] = "same-origin"
    if _OPEN.match(path):
        headers["access-control-allow-origin"] = "*"
    if settings.WEBSUB_URL and _FEED.search(path):
        own = f"{settings.BASE_URL}{quote(path, safe='/~')}"
        headers["link"] = f'<{settings.WEBSUB_URL}>; rel="hub", <{own}>; rel="self"'
    if settings.ONION_URL and https and path.endswith("/"):  # Tor Browser heeds it over https alone
        headers["onion-location"] = f"{settings.ONION_URL}{quote(path, safe='/~')}"
    if https:
        headers["strict-transport-security"] = HSTS
    return headers


class PublicHeaders(MiddlewareMixin):
    """Gives Django's public pages the headers of the baked ones, and takes every cookie away.

    Stands first in MIDDLEWARE, so that it sees what all others added. A view
    may set its own Content-Security-Policy and Cache-Control. The page is compressed
    last, as the hash of its style must be that of the plain one.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        path = request.path
        if path in DESK or path.startswith(tuple(f"{prefix}/" for prefix in DESK)):
            if path.startswith("/desk") and response.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Security-Policy", DESK_POLICY)  # a preview brings a stricter one
            if path.startswith("/desk/api/"):
                return response
            # padded by a random length, its tokens masked anew each time: sizes tell nothing of them (BREACH)
            return GZipMiddleware(self.get_response).process_response(request, response)
        response.cookies.clear()
        hashes = style_hashes(b"" if response.streaming else response.content)
        own = {"content-security-policy"}
        for name, value in security_headers(path, hashes, https=settings.HTTPS).items():
            if name not in own or not response.has_header(name):
                response[name] = value
        response.setdefault("Cache-Control", "no-store")
        match = _LANGUAGE.match(path)
        if match and response.status_code != 404:  # the address says it, not what the browser wishes
            response["Content-Language"] = match[1]
        patch_vary_headers(response, ["Accept-Encoding"])
        return GZipMiddleware(self.get_response).process_response(request, response)
