"""The pages of one's own safety: confirm a sign-in, set up the second factor, see and end sessions.

Every change wants a present code once a factor is in use. Codes and secrets
are shown once and stand in no log.
"""

from __future__ import annotations

import base64
import secrets

import django_otp
import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp_webauthn.models import WebAuthnCredential

from barograph.people import audit, factors, passkeys
from barograph.people.models import Session, hashed_session_key

LONGEST = 40  # characters of a code worth looking at
#: Where the session keeps what a browser was asked: used once.
MAKING, USING = "passkey to make", "passkey to use"
#: Where the session keeps its own name among those that set up a second factor.
SETTING_UP = "factor to set up"


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/desk/")
    return address if safe else reverse("wagtailadmin_home")


def _code(request: HttpRequest) -> str:
    return request.POST.get("code", "")[:LONGEST]


def _note(user, action: str) -> None:
    audit.note(action, about=user, by=user)


def _wrong(user) -> str:
    if factors.is_waiting(user):
        return _("Too many wrong codes. Wait a little, then enter the code your app shows.")
    return _("This code is wrong or has already been used. Enter the code your app shows now.")


def _verified(request: HttpRequest, device) -> None:
    """A session that has passed: with a new key, so that nobody who knew the old one comes along."""
    request.session.cycle_key()
    django_otp.login(request, device)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The second half of signing in."""
    problem, user = "", request.user
    if user.is_verified() or factors.device_of(request.user) is None:
        return redirect(_next(request))
    if request.method == "POST":
        answer, state = request.POST.get("passkey", ""), request.session.pop(USING, None)
        if answer:
            device = passkeys.use(user=user, state=state or {}, answer=answer)
        else:
            device = factors.verify(user=user, code=_code(request))
        if device is not None:
            _verified(request, device)
            _note(user, "factor_passed")
            return redirect(_next(request))
        _note(user, "factor_refused")
        problem = _("This passkey didn’t work. Try again, or enter a code.") if answer else _wrong(user)
    context = {"problem": problem, "next": _next(request)}
    if passkeys.of(user):
        context["options"], request.session[USING] = passkeys.ask_to_use(user=user)
    return render(request, "desk/factor_ask.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """A secret for the app, its first code back, then the recovery codes, once."""
    user, problem = request.user, ""
    if factors.device_of(user) is not None:
        return redirect("desk_safety") if user.is_verified() else redirect("desk_factor_ask")
    if request.method == "POST":
        codes = factors.confirm(user=user, code=_code(request), session=_setting_up(request))
        if codes is not None:
            _note(user, "factor_set_up")
            _keep_this_session(request)
            _verified(request, factors.device_of(user))
            return render(request, "desk/factor_codes.html", {"codes": codes, "next": _next(request)})
        problem = _("This code is wrong. Check your phone’s clock, then enter the code the app shows now.")
    device = factors.begin(user=user, session=_setting_up(request))
    secret = base64.b32encode(device.bin_key).decode()
    context = {
        "problem": problem,
        "next": _next(request),
        "picture": mark_safe(segno.make(device.config_url).svg_inline(scale=5, border=2, light="#fff")),  # noqa: S308
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "required": factors.is_required(user),
    }
    return render(request, "desk/factor_set_up.html", context)


def _setting_up(request: HttpRequest) -> str:
    """Names this session to factors.begin, so that no other session of the same person is shown the same secret."""
    return request.session.setdefault(SETTING_UP, secrets.token_hex(16))


@never_cache
@require_http_methods(["GET"])
def safety(request: HttpRequest) -> HttpResponse:
    """One's own factor and sessions."""
    rows = Session.objects.filter(user=request.user).order_by("-begun_at", "-expire_date")
    sessions = [
        {"row": row, "handle": row.handle, "here": row.pk == hashed_session_key(request.session.session_key)}
        for row in rows
    ]
    left = factors.unused_codes(request.user)
    context = {
        "device": factors.device_of(request.user),
        "unused": ngettext("%(count)s recovery code is left.", "%(count)s recovery codes are left.", left)
        % {"count": left},
        "required": factors.is_required(request.user),
        "passkeys": passkeys.of(request.user),
        "sessions": sessions,
        "others": len(sessions) > 1,
    }
    return render(request, "desk/safety.html", context)


@never_cache
@sensitive_post_parameters()
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """New recovery codes, a passkey more or less, or no factor any more: each with a present code."""
    user = request.user
    if factors.verify(user=user, code=_code(request)) is None:
        messages.error(request, _wrong(user))
        return redirect("desk_safety")
    if request.POST.get("what") == "codes":
        codes = factors.renew_codes(user=user)
        _note(user, "factor_codes")
        return render(request, "desk/factor_codes.html", {"codes": codes, "next": reverse("desk_safety")})
    if request.POST.get("what") == "passkey" and len(passkeys.of(user)) < passkeys.MOST:
        options, request.session[MAKING] = passkeys.ask_to_make(user=user)
        return render(request, "desk/passkey_add.html", {"options": options})
    if (what := request.POST.get("what", "")).startswith("passkey-"):
        return _without_passkey(request, what.removeprefix("passkey-"))
    if request.POST.get("what") == "remove" and not factors.is_required(user):
        factors.remove(user=user)
        _note(user, "factor_removed")
        _keep_this_session(request)
        messages.success(request, _("You now need only your password to sign in."))
        return redirect("desk_safety")
    messages.error(request, _("Nothing was changed."))
    return redirect("desk_safety")


def _without_passkey(request: HttpRequest, pk: str) -> HttpResponse:
    used = request.user.otp_device
    if passkeys.remove(user=request.user, pk=pk):
        _note(request.user, "passkey_removed")
        _keep_this_session(request)
        if isinstance(used, WebAuthnCredential) and str(used.pk) == pk:
            django_otp.login(request, factors.device_of(request.user))  # the code just typed stands for this session
        messages.success(request, _("Removed. Your other sessions have ended."))
    else:
        messages.error(request, _("Nothing was changed."))
    return redirect("desk_safety")


@never_cache
@sensitive_post_parameters()
@require_POST
def add_passkey(request: HttpRequest) -> HttpResponse:
    """The browser's answer to what `change` asked it."""
    user, state = request.user, request.session.pop(MAKING, None)
    name = request.POST.get("name", "")
    is_added = state and passkeys.make(user=user, state=state, answer=request.POST.get("passkey", ""), name=name)
    if not is_added:
        messages.error(request, _("No passkey was added. Start again with a new code."))
        return redirect("desk_safety")
    _note(user, "passkey_made")
    _keep_this_session(request)
    messages.success(request, _("Passkey added. Your other sessions have ended."))
    return redirect("desk_safety")


@never_cache
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one other session of one's own, or all others."""
    others = Session.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    handle = request.POST.get("session", "")
    ended = [row.pk for row in others if handle in ("all", row.handle)]
    Session.objects.filter(pk__in=ended).delete()
    messages.success(request, _("Session ended.") if ended else _("This session no longer exists."))
    return redirect("desk_safety")


def _keep_this_session(request: HttpRequest) -> None:
    """The change ends every session of this sign-in but the one it was made in."""
    update_session_auth_hash(request, request.user)
    Session.objects.filter(user=request.user).exclude(session_key=request.session.session_key).delete()
