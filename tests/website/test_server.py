"""The server of the baked tree: what it sends, what it refuses, and that a new site appears all at once."""

import asyncio
import gzip
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request

import brotli
import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from barograph.base import style
from barograph.website import headers, media, negotiation
from barograph.website.server import application_for

PAGE = "<!doctype html><html><head><title>{0}</title><style>p{{color:red}}</style></head><body><p>{0}</p></body>"

HASHES = {"old": "0123abcd", "new": "4567abcd"}


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    data = text.encode()
    path.with_name(path.name + ".br").write_bytes(brotli.compress(data))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, mtime=0))


def make_tree(folder, word):
    for language in ("be", "ru", "en"):
        write(folder, f"{language}/index.html", PAGE.format(f"{word} {language}"))
        write(folder, f"{language}/404.html", PAGE.format(f"missing {language}"))
        write(folder, f"{language}/widget/index.html", PAGE.format("widget"))
        write(folder, f"{language}/search/index.html", PAGE.format("search form"))
        write(folder, f"{language}/feed.atom", "<feed/>")
    write(folder, "index.html", PAGE.format("languages"))
    write(folder, "404.html", PAGE.format("missing"))
    write(folder, "data/verdicts.csv", "issue\n")
    write(folder, f"assets/text.{HASHES[word]}.woff2", "font")


def switch(site, version):
    link = site / "next"
    link.symlink_to(site / "versions" / version)
    os.replace(link, site / "current")


@pytest.fixture
def site(tmp_path):
    make_tree(tmp_path / "versions/1", "old")
    make_tree(tmp_path / "versions/2", "new")
    (tmp_path / "static").mkdir()
    (tmp_path / "static/core.css").write_text("a{}" * 1000)
    (tmp_path / "secret.txt").write_text("secret")
    switch(tmp_path, "1")
    return tmp_path


async def stand_in_for_django(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-by", b"django")]})
    await send({"type": "http.response.body", "body": b"dynamic"})


@pytest.fixture
def application(site):
    return application_for(site / "current", stand_in_for_django, static=site / "static", https=False)


def ask(application, path, method="GET", query="", **wishes):
    """One request by hand: (status, headers, body). Header names with underscores."""
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in wishes.items()],
    }

    async def talk():
        client = ApplicationCommunicator(application, scope)
        await client.send_input({"type": "http.request", "body": b""})
        start = await client.receive_output()
        body, more = b"", True
        while more:
            message = await client.receive_output()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body

    return asyncio.run(talk())


def test_a_page_is_sent_with_its_style_allowed_and_nothing_else(application):
    status, sent, body = ask(application, "/be/")
    assert status == 200
    assert b"old be" in body
    assert sent["content-type"] == "text/html; charset=utf-8"
    assert sent["cache-control"] == "public, no-cache"
    assert sent["vary"] == "Accept-Encoding"
    policy = sent["content-security-policy"]
    assert f"style-src '{headers.style_hash(b'p{color:red}')}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert sent["referrer-policy"] == "no-referrer"
    assert sent["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in sent
    assert "strict-transport-security" not in sent


def test_a_style_in_the_body_is_not_allowed():
    assert headers.style_hashes(b"<head></head><body><style>p{}</style>") == []


def test_hsts_is_sent_where_readers_come_by_https(site):
    application = application_for(site / "current", stand_in_for_django, static=site, https=True)
    assert ask(application, "/be/")[1]["strict-transport-security"] == "max-age=31536000"


def test_only_the_widget_may_be_framed(application):
    sent = ask(application, "/be/widget/")[1]
    assert "frame-ancestors *" in sent["content-security-policy"]
    assert "x-frame-options" not in sent
    assert ask(application, "/be/")[1]["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("wish", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("identity, br;q=0.5", None),
        ("br;q=nonsense, gzip", "gzip"),
        ("", None),
    ],
)
def test_the_copy_the_browser_likes_best_is_sent(application, wish, encoding):
    _, sent, body = ask(application, "/be/", accept_encoding=wish)
    assert sent.get("content-encoding") == encoding
    plain = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)(body)
    assert b"old be" in plain
    assert int(sent["content-length"]) == len(body)


def test_what_the_browser_has_is_not_sent_again(application):
    tags = {ask(application, "/be/", accept_encoding=wish)[1]["etag"] for wish in ("br", "gzip", "identity")}
    assert len(tags) == 3
    tag = ask(application, "/be/")[1]["etag"]
    for wish in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        status, sent, body = ask(application, "/be/", if_none_match=wish)
        assert (status, body) == (304, b"")
        assert sent["etag"] == tag
        assert "content-length" not in sent
    assert ask(application, "/be/", if_none_match='"x"')[0] == 200


def test_head_has_the_headers_of_get_and_no_body(application):
    _, sent, body = ask(application, "/be/", "HEAD")
    assert sent == ask(application, "/be/")[1]
    assert body == b""


def test_a_new_site_appears_at_once_and_old_pages_keep_their_assets(application, site):
    assert b"old be" in ask(application, "/be/")[2]
    switch(site, "2")
    assert b"new be" in ask(application, "/be/")[2]
    for name in ("text.4567abcd.woff2", "text.0123abcd.woff2"):
        status, sent, _ = ask(application, f"/assets/{name}")
        assert status == 200
        assert sent["cache-control"] == "public, max-age=31536000, immutable"
        assert sent["content-type"] == "font/woff2"


def test_missing_slash_and_index_lead_to_the_page(application):
    assert ask(application, "/be/widget", query="a=1\r\nb")[1]["location"] == "/be/widget/?a=1%0D%0Ab"
    assert ask(application, "/be/index.html")[1]["location"] == "/be/"
    assert ask(application, "/be")[0] == 301


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("be", "/be/"),
        ("en-GB, ru;q=0.9", "/en/"),
        ("be-tarask, ru;q=0.9", "/be/"),
        ("de, ru;q=0.3, en;q=0.2", "/ru/"),
        ("en;q=0, ru;q=0.1", "/ru/"),
        ("de", None),
        ("*", None),
        ("", None),
        ("en;q=7, ;;;,,", None),
    ],
)
def test_the_front_door_leads_to_the_readers_language(application, wish, place):
    status, sent, body = ask(application, "/", accept_language=wish)
    assert sent.get("location") == place
    assert "Accept-Language" in sent["vary"]
    assert (status == 302) == bool(place)
    assert bool(place) or b"languages" in body


def test_a_missing_page_is_told_in_the_language_of_the_address(application):
    status, sent, body = ask(application, "/ru/2020-08-03/nothing/")
    assert status == 404
    assert b"missing ru" in body
    assert sent["cache-control"] == "no-cache"
    assert b">missing<" in ask(application, "/nothing")[2]
    assert ask(application, "/ru/404.html")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/be/../../secret.txt",
        "/be/..\\..\\secret.txt",
        "/./be/",
        "//be/",
        "//example.org/be",
        "/be//",
        "/be/\x00",
        "/be/index.html\x00.png",
        "/be/\udcff",
        "/бе/",
        "/.hidden",
        "/be/index.html.br",
        "/" + "a" * 5000,
        "/be/" + "a/" * 600,
        "/be/" + "a" * 250,
        "/desk/static/../secret.txt",
        "/desk/static/",
        "/desk/static/none.css",
        "be",
        "",
    ],
)
def test_odd_addresses_are_not_found(application, path):
    status, sent, body = ask(application, path)
    assert status == 404
    assert b"secret" not in body
    assert "location" not in sent


def test_what_changes_is_left_to_django(application):
    for method, path, query in [
        ("POST", "/be/subscribe/", ""),
        ("GET", "/desk/", ""),
        ("GET", "/desk", ""),
        ("GET", "/mailbox/1/", ""),
        ("GET", "/be/search/", "q=економ"),
        ("GET", "/be/search/", "q="),
        ("OPTIONS", "/be/subscribe/", ""),
    ]:
        assert ask(application, path, method, query)[2] == b"dynamic", path
    assert b"search form" in ask(application, "/be/search/")[2]
    assert b"old be" in ask(application, "/be/", query="q=1")[2]


def test_an_address_only_django_knows_is_left_to_it(application, monkeypatch):
    monkeypatch.setattr("barograph.website.server.is_valid_path", lambda path: path == "/be/unsubscribe/x/")
    assert ask(application, "/be/unsubscribe/x/")[2] == b"dynamic"
    assert ask(application, "/be/unsubscribe/x")[2] == b"dynamic"
    assert ask(application, "/be/unsubscribe/")[0] == 404


def test_static_files_of_the_desk(application, site):
    _, sent, body = ask(application, "/desk/static/core.css", query="v=1", accept_encoding="gzip")
    assert gzip.decompress(body) == b"a{}" * 1000
    assert sent["cache-control"] == headers.ASSET_CACHE
    assert sent["content-type"] == "text/css; charset=utf-8"
    (site / "static/core.css").write_text("b{}")
    assert ask(application, "/desk/static/core.css")[2] == b"b{}"


def test_a_script_of_the_desk_is_compressed_however_large_it_is(application, site):
    """On a slow line 671 KB of script take two minutes, 180 KB half a minute."""
    (site / "static/core.js").write_text("const word = 1;\n" * 60_000)
    status, sent, body = ask(application, "/desk/static/core.js", query="v=1", accept_encoding="gzip")
    assert (status, sent["content-encoding"]) == (200, "gzip")
    assert len(body) < 20_000
    assert gzip.decompress(body).startswith(b"const word")


def test_open_data_and_feeds_may_be_read_from_other_sites(application):
    for path in ("/data/verdicts.csv", "/be/feed.atom"):
        assert ask(application, path)[1]["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask(application, "/be/")[1]


def test_a_large_file_is_sent_whole_and_memory_is_bounded(application, site):
    big = os.urandom(700_000)
    (site / "current/data/big.bin").write_bytes(big)
    assert ask(application, "/data/big.bin")[2] == big
    tree = application.tree()
    tree.budget = 20_000
    for number in range(60):
        (site / f"current/data/{number}.txt").write_text("x" * 1000)
        assert ask(application, f"/data/{number}.txt")[0] == 200
        assert tree.cached_bytes <= 20_000


@pytest.mark.parametrize("size", [3_000, 700_000], ids=["from memory", "from the disk"])
def test_a_broken_download_goes_on_where_it_broke(application, site, size):
    whole = os.urandom(size)
    (site / "current/data/year.zip").write_bytes(whole)
    status, sent, body = ask(application, "/data/year.zip")
    assert (status, body, sent["accept-ranges"]) == (200, whole, "bytes")
    for wish, start, end in (("bytes=1000-", 1000, size), ("bytes=0-0", 0, 1), ("bytes=-5", size - 5, size),
                             ("bytes=5-99999999", 5, size), ("bytes=100-199", 100, 200)):  # fmt: skip
        status, part, body = ask(application, "/data/year.zip", range=wish)
        assert (status, body) == (206, whole[start:end])
        assert part["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert (part["content-length"], part["etag"]) == (str(end - start), sent["etag"])
    status, refused, body = ask(application, "/data/year.zip", range=f"bytes={size}-")
    assert (status, refused["content-range"], body) == (416, f"bytes */{size}", b"")
    assert ask(application, "/data/year.zip", range="bytes=5-", if_range=sent["etag"])[0] == 206
    for wishes in (
        {"range": "bytes=5-", "if_range": '"of an older year"'},
        {"range": "bytes=5-1"},
        {"range": "bytes=0-1,5-6"},
        {"range": "lines=1-2"},
        {"range": "bytes=-"},
        {"range": "bytes=x-y"},
    ):
        status, _, body = ask(application, "/data/year.zip", **wishes)
        assert (status, body) == (200, whole)
    assert ask(application, "/data/year.zip", range="bytes=5-", if_none_match=sent["etag"])[0] == 304
    status, head, body = ask(application, "/data/year.zip", "HEAD", range="bytes=5-")
    assert (status, head["content-length"], body) == (200, str(size), b"")


def test_pages_are_sent_whole_as_they_are_small_and_compressed(application):
    status, sent, _ = ask(application, "/be/", accept_encoding="br", range="bytes=5-")
    assert (status, "accept-ranges" in sent) == (200, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_baked_page_can_only_be_read(application, method):
    for path in ("/", "/be/", "/be", "/data/verdicts.csv", "/robots.txt"):
        (application.root / "robots.txt").write_text("")
        status, sent, _ = ask(application, path, method)
        assert (status, sent["allow"]) == (405, "GET, HEAD"), path
    assert ask(application, "/be/none/", method)[0] == 404
    assert ask(application, "/be/subscribe/", method)[2] == b"dynamic"
    assert ask(application, "/desk/", method)[2] == b"dynamic"


@pytest.mark.parametrize(("path", "place"), [("/BE/", "/be/"), ("/Be", "/be/"), ("/be/Feed.atom", "/be/feed.atom")])
def test_capitals_lead_to_the_page(application, path, place):
    status, sent, _ = ask(application, path, query="a=B")
    assert (status, sent["location"].partition("?")[0]) == (301, place)


@pytest.mark.parametrize("path", ["/de/search/?q=a", "/de/subscribe/", "/xx/subscribe/sent/"])
def test_django_says_with_the_sites_own_page_that_there_is_none(client, db, settings, tmp_path, path):
    settings.DATA = tmp_path
    make_tree(tmp_path / "site/versions/1", "old")
    switch(tmp_path / "site", "1")
    answer = client.get(path)
    assert (answer.status_code, b"missing" in answer.content) == (404, True)
    assert answer.headers["Content-Language"] != path[1:3]
    assert client.get("/desk/none/").status_code in (302, 404)


def test_before_the_first_bake_readers_are_asked_to_wait(tmp_path):
    application = application_for(tmp_path / "current", stand_in_for_django, static=tmp_path, https=False)
    status, sent, _ = ask(application, "/be/")
    assert status == 503
    assert sent["retry-after"] == "30"
    make_tree(tmp_path / "versions/1", "old")
    switch(tmp_path, "1")
    assert ask(application, "/be/")[0] == 200


def test_encodings_are_never_empty():
    assert negotiation.encodings("identity;q=0") == ("identity",)


def test_djangos_public_pages_come_compressed_and_keep_their_style(client, db):
    plain = client.get("/be/subscribe/")
    packed = client.get("/be/subscribe/", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Content-Security-Policy"] == plain["Content-Security-Policy"]
    assert "sha256-" in plain["Content-Security-Policy"]
    assert "Accept-Encoding" in packed["Vary"]
    assert client.get("/desk/login/", headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"


def test_djangos_public_pages_have_the_same_headers_and_no_cookie(rf, settings):
    def view(request):
        response = HttpResponse("<head><style>p{}</style></head>")
        response.set_cookie("session", "x")
        return response

    answer = headers.PublicHeaders(view)
    public = answer(rf.get("/be/search/"))
    assert not public.cookies
    assert f"style-src {style.source_of('p{}')}" in public["Content-Security-Policy"]
    assert public["Cache-Control"] == "no-store"
    assert public["Referrer-Policy"] == "no-referrer"
    assert public["Content-Language"] == "be"
    assert answer(rf.get("/deskless/")).cookies == {}
    desk = answer(rf.get("/desk/"))
    assert desk.cookies
    assert "frame-ancestors 'self'" in desk["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["/be/", "/", "/be", "/be/nothing/", "/be/feed.atom", "/data/verdicts.csv", "/assets/text.0123abcd.woff2", "//x"],
)
def test_every_answer_guards_the_reader_and_sets_nothing(application, path):
    for wishes in ({}, {"accept_language": "be"}, {"if_none_match": "*"}):
        _, sent, _ = ask(application, path, **wishes)
        assert sent["content-security-policy"].startswith("default-src 'none'")
        assert sent["x-content-type-options"] == "nosniff"
        assert sent["referrer-policy"] == "no-referrer"
        assert sent["x-frame-options"] == "DENY"
        assert "permissions-policy" in sent
        assert "set-cookie" not in sent


def test_a_pages_bytes_hang_on_its_address_alone(application):
    plain = ask(application, "/be/")
    odd = {
        "cookie": "sessionid=1",
        "x_forwarded_host": "evil.example",
        "host": "evil.example",
        "user_agent": "x",
        "accept_language": "ru",
        "x_wagtail_preview": "1",
        "authorization": "Basic eDp5",
        "range": "bytes=0-3",
    }
    assert ask(application, "/be/", **odd) == plain
    assert ask(application, "/be/", query="preview=1&x=2") == plain


def test_the_onion_service_is_named_where_it_can_be_heeded(site, settings):
    settings.ONION_URL = "http://example.onion"
    secure = application_for(site / "current", stand_in_for_django, static=site, https=True)
    assert ask(secure, "/be/widget/")[1]["onion-location"] == "http://example.onion/be/widget/"
    assert "onion-location" not in ask(secure, "/be/feed.atom")[1]
    plain = application_for(site / "current", stand_in_for_django, static=site, https=False)
    assert "onion-location" not in ask(plain, "/be/")[1]


def test_feeds_name_the_hub(application, settings):
    settings.WEBSUB_URL = "https://hub.example/"
    link = ask(application, "/be/feed.atom")[1]["link"]
    assert link == f'<https://hub.example/>; rel="hub", <{settings.BASE_URL}/be/feed.atom>; rel="self"'
    assert "link" not in ask(application, "/be/")[1]


def test_the_style_of_this_version_is_the_one_its_pages_are_allowed():
    html = f"<head><style>{style.css()}</style></head>".encode()
    assert [f"'{value}'" for value in headers.style_hashes(html)] == [style.source_of(style.css())]


@pytest.mark.django_db
def test_media_is_for_the_desk_and_images_alone(rf, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    for name in ("a.png", "a.svg", "a.html"):
        (settings.MEDIA_ROOT / name).write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"secret")
    request = rf.get("/desk/media/a.png")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        media.serve(request, "a.png")
    request.user = get_user_model()(is_superuser=True, is_active=True)
    response = media.serve(request, "a.png")
    assert b"".join(response) == b"x"
    response.file_to_stream.close()
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    for path in ("a.svg", "a.html", "none.png", "../secret.png", "/etc/x.png", "a\x00.png"):
        with pytest.raises(Http404):
            media.serve(request, path)


def test_it_runs_under_granian(site, tmp_path):
    """The real server over a real socket: bytes, HEAD, 304, odd bytes in the path."""
    (tmp_path / "served.py").write_text(
        "import django; django.setup()\n"
        "from pathlib import Path\n"
        "from barograph.website.server import application_for\n"
        "from django.core.asgi import get_asgi_application\n"
        "django_asgi = get_asgi_application()\n"
        "async def dynamic(scope, receive, send):\n"
        "    if scope['method'] != 'POST':\n"
        "        return await django_asgi(scope, receive, send)\n"
        "    body, more = b'', True\n"
        "    while more:\n"
        "        message = await receive()\n"
        "        body, more = body + message['body'], message['more_body']\n"
        "    told = [scope['client'][0], scope['path'], scope['query_string'].decode(), str(len(scope['headers']))]\n"
        "    pairs = [(b'x-told', ' '.join(told).encode()), (b'set-cookie', b'a=1'), (b'set-cookie', b'b=2')]\n"
        "    await send({'type': 'http.response.start', 'status': 202, 'headers': pairs})\n"
        "    for start in range(0, len(body), 100_000):\n"
        "        piece = body[start:start + 100_000]\n"
        "        await send({'type': 'http.response.body', 'body': piece, 'more_body': True})\n"
        "    await send({'type': 'http.response.body', 'body': b''})\n"
        f"application = application_for(Path({str(site)!r}) / 'current', dynamic)\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "barograph.settings", "BAROGRAPH_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port), "served:application"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)

    def talk(path, method="GET", **wishes):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in wishes.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    try:
        wait_for(port, process)
        response, body = talk("/be/", accept_encoding="br")
        assert brotli.decompress(body).startswith(b"<!doctype html>")
        assert response.headers.get_all("content-length") == [str(len(body))]
        tag = response.headers["etag"]
        assert talk("/be/", accept_encoding="br", if_none_match=tag)[0].status == 304
        response, nothing = talk("/be/", "HEAD", accept_encoding="br")
        assert (response.headers["content-length"], nothing) == (str(len(body)), b"")
        for path in ("/be/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt", "/be/%00", "/be/%ff%fe", "/%d0%b1/"):
            response, body = talk(path)
            assert response.status in (400, 404), path
            assert b"secret" not in body
        big = os.urandom(700_000)
        (site / "current/data/big.bin").write_bytes(big)
        response, body = talk("/data/big.bin")
        assert body == big
        assert response.headers.get_all("content-length") == ["700000"]
        response, body = talk("/data/big.bin", range="bytes=1000-699998")
        assert (response.status, body) == (206, big[1000:699999])
        assert response.headers.get_all("content-length") == ["698999"]
        assert talk("/be/", "DELETE")[0].status == 405
        response, body = talk("/be/search/?q=" + "x" * 300)  # Django's answer, by way of the gateway
        assert response.headers["content-language"] == "be"
        assert response.headers.get_all("content-length") == [str(len(body))]
        request = urllib.request.Request(f"http://127.0.0.1:{port}/desk/images/add/?a=%2F", big, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert (answer.status, answer.read()) == (202, big)
            assert answer.headers["x-told"].startswith("127.0.0.1 /desk/images/add/ a=%2F ")
            assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
        switch(site, "2")
        assert b"new be" in talk("/be/")[1]
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port, process):
    for _ in range(1500):
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_only_the_page_about_the_widget_frames_anything():
    assert "frame-src 'self'; object-src 'self'" in headers.content_security_policy("/be/embed/", [])
    assert "frame-src" not in headers.content_security_policy("/be/", [])
