"""The page on which a person makes and ends their own tokens. The second factor's gate stands before it.

A secret is shown once, in the answer to the form, and stands in no log and no session.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from barograph.api.models import Scope
from barograph.api.tokens import LONGEST_NAME, SPANS, end_token, make_token, valid_tokens
from barograph.people import audit


def _spans() -> list[tuple[int, str]]:
    return [(days, ngettext("%(count)s day", "%(count)s days", days) % {"count": days}) for days in SPANS]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("What it is for, so you can recognize it later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), coerce=int, initial=30, choices=_spans)


def _note(request: HttpRequest, action: str, name: str) -> None:
    audit.note(action, about=request.user, by=request.user, token=name)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and the form for another."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = make_token(user=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _note(request, "token_made", token.name)
            form = TokenForm()
    words = dict(Scope.choices)
    rows = [{"token": one, "may": [words[s] for s in one.scopes if s in words]} for one in valid_tokens(request.user)]
    context = {"form": form, "secret": secret, "rows": rows}
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    name = end_token(user=request.user, pk=pk)
    if name is None:
        messages.error(request, _("This token no longer exists."))
    else:
        _note(request, "token_ended", name)
        messages.success(request, _("The token “%(name)s” no longer works.") % {"name": name})
    return redirect("desk_tokens")
