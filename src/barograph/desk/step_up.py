"""Acts that make lasting access out of a session ask once more who is there: the password, or a present code.

A page left open, or a stolen cookie, is good for what a session is good for, and ends with it. What would outlast it
(another e-mail address, to which a forgotten password is sent; a token; accounts deleted) wants a proof in the same
form, or one given in this session within the last minutes. The question carries the form's fields, so that nothing
typed is lost. The gate (gate.py) asks for every view of the desk.
"""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from barograph.base import rate_limits
from barograph.people import audit, factors
from barograph.people.models import User

#: The field of the form, and where the session keeps when the last proof was given.
FIELD, PROVED = "proof", "proved at"
#: Of the account's form: whoever changes their password there types the present one.
OLD_PASSWORD = "password-old_password"  # noqa: S105 (a field's name)
#: Seconds for which a proof is good.
FRESH = 300
#: Wrong ones an hour, of one account.
WRONG = 10
LONGEST = 4096


def ask(request: HttpRequest) -> HttpResponse | None:
    """The question, where this request needs a proof and brings none; None where it may go on."""
    if request.method != "POST" or not is_needed(request):
        return None
    given, problem = (request.POST.get(FIELD) or request.POST.get(OLD_PASSWORD, ""))[:LONGEST], ""
    if given:
        problem = _check(request, given)
        if not problem:
            request.session[PROVED] = time.time()
            return None
    elif time.time() - request.session.get(PROVED, 0) < FRESH:
        return None
    hidden = {FIELD, "csrfmiddlewaretoken"}
    fields = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    context = {
        "fields": fields,
        "address": request.get_full_path(),
        "problem": problem,
        "has_code": factors.device_of(request.user) is not None,
    }
    response = render(request, "desk/step_up.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def is_needed(request: HttpRequest) -> bool:
    """Whether what is sent would outlast the session."""
    match = request.resolver_match
    name, sent = match.view_name, request.POST
    if name == "wagtailadmin_account":
        return _differs(sent, "name_email-email", request.user.email)
    if name == "wagtailusers_users:edit":
        account = User.objects.filter(pk=match.kwargs.get("pk")).first()
        changes_address = account is not None and _differs(sent, "email", account.email)
        return changes_address or bool(sent.get("password1"))
    if name == "wagtail_bulk_action":
        return (match.kwargs.get("app_label"), match.kwargs.get("model_name")) == ("people", "user") and (
            match.kwargs.get("action") == "delete"
        )
    return name in {"desk_tokens", "wagtailusers_users:delete"}


def _differs(sent: Any, field: str, before: str) -> bool:
    return field in sent and sent[field].strip().casefold() != before.strip().casefold()


def _check(request: HttpRequest, given: str) -> str:
    """What is wrong with a proof; "" where it is right."""
    user = request.user
    if not rate_limits.spend("step-up", str(user.pk), WRONG):
        return _("Too many wrong attempts. Wait an hour, then try again.")
    if user.check_password(given) or factors.verify(user=user, code=given[:40]) is not None:
        rate_limits.give_back("step-up", str(user.pk))
        return ""
    audit.note("proof_refused", about=user, by=user)
    return _("That isn’t right. Enter your password or the code your app shows now.")
