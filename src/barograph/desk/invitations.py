"""Inviting people to the desk: the page of open invitations, the mail, and the page its link opens.

What an invitation is and does stands in people/invitations.py. Opening a link changes nothing, so that programs which
look through mailboxes use nothing up; the button does.
"""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from barograph.base import rate_limits
from barograph.base.languages import localized
from barograph.delivery import services as delivery
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.desk.roles import label
from barograph.issues.services import publication
from barograph.people import invitations
from barograph.people.models import Invitation, User

log = logging.getLogger("barograph.desk")

#: In an hour: mails somebody may send, and links and forms that may come from a network.
MAILS, TRIES = 30, 60


class InvitationForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), widget=forms.EmailInput({"autocomplete": "off"}))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("How the invitation addresses them. They can change it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    roles = forms.MultipleChoiceField(label=gettext_lazy("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.given = {str(role.pk): role for role in invitations.roles_of(by)}
        self.fields["roles"].choices = [(key, label(role)) for key, role in self.given.items()]

    def clean_roles(self) -> list:
        return [self.given[key] for key in self.cleaned_data["roles"]]


class SignUpForm(UserCreationForm):
    """Name and password of a new sign-in."""

    class Meta:
        model = User
        fields = ("username", "first_name")
        labels = {"username": gettext_lazy("User name"), "first_name": gettext_lazy("Your name")}
        help_texts = {
            "username": gettext_lazy("Letters, digits and @ . + - _"),
            "first_name": gettext_lazy("Shown to your colleagues in the desk. Readers don’t see it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autofocus": False, "autocomplete": "username"}
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _("At least 10 characters, and not a commonly used password.")
        self.fields["password2"].label = _("Repeat the password")
        self.fields["password2"].help_text = ""

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("This user name is taken. Choose another one."))
        return name


def _asked(request: HttpRequest) -> None:
    if not request.user.has_perm(invitations.MAY_INVITE):
        raise PermissionDenied


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_invitations(request: HttpRequest) -> HttpResponse:
    """Those that wait, and the form for another."""
    _asked(request)
    form = InvitationForm(request.POST or None, by=request.user, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            _spend(request)
            invitation = invitations.invite(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            send(request, invitation)
            return redirect("desk_invitations")
    now, languages = timezone.now(), dict(settings.LANGUAGES)
    rows = [
        {
            "row": row,
            "roles": ", ".join(map(label, row.groups.all())),
            "until": _until(row, now),
            "language": languages.get(row.language, ""),
        }
        for row in Invitation.objects.open().select_related("by").prefetch_related("groups")
    ]
    return render(request, "desk/invitations.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


def _until(row: Invitation, now: Any) -> str:
    day = {"day": date_format(timezone.localtime(row.expires_at), "SHORT_DATE_FORMAT")}
    if row.expires_at <= now:
        return _("Expired on %(day)s.") % day
    return _("Valid until %(day)s.") % day if row.sent_at else _("The e-mail was not sent. Send it again.")


@require_POST
def steer(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again, or withdraw."""
    _asked(request)
    row = get_object_or_404(Invitation, pk=pk)
    try:
        if request.POST.get("act") == "again":
            _spend(request)
            send(request, invitations.renew(invitation=row, by=request.user))
        elif request.POST.get("act") == "withdraw" and invitations.withdraw(invitation=row, by=request.user):
            messages.success(request, _("Withdrawn. The link no longer works."))
        else:
            messages.error(request, _("Nothing was changed."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except invitations.Gone:
        messages.error(request, _("It has been used or withdrawn in the meantime."))
    return redirect("desk_invitations")


def _spend(request: HttpRequest) -> None:
    """Raises ValidationError after many mails in an hour."""
    if not rate_limits.spend("invitation mails", str(request.user.pk), MAILS):
        raise ValidationError(_("Too many invitations in the past hour. Wait a little, then continue."))


def send(request: HttpRequest, invitation: Invitation) -> None:
    """Mail the link, and say how it went. The address stands in no log."""
    house, now = publication(), timezone.now()
    with translation.override(invitation.language):
        values = {
            "name": invitation.name,
            "who": request.user.get_full_name() or request.user.get_username(),
            "publication": localized(house.name, invitation.language, house.languages),
        }
        subject = _("Invitation to the desk of “%(publication)s”") % values
        text = "\n".join(
            [
                _("%(name)s, %(who)s invites you to the desk of “%(publication)s”.") % values,
                "",
                _("Choose your user name and password here within seven days:"),
                f"{settings.BASE_URL}{reverse('desk_invitation', args=[invitations.token_of(invitation)])}",
                "",
                _(
                    "The link works once. If you don’t know what this is about, ignore this e-mail: the link "
                    "will expire."
                ),
                "",
            ]
        )
        key = f"invitation:{invitation.pk}:{int(invitation.expires_at.timestamp())}"
        letter = reminders.plain_letter(key=key, house=house, subject=subject, text=text, at=now)
    try:
        answer = delivery.send_system_mail(
            letter=letter, address=invitation.email, recipient=f"invitation:{invitation.pk}"
        )
    except Unreachable as trouble:
        log.warning("an invitation waits: %s", trouble)
        messages.error(request, _("The mail server can’t be reached. The invitation is saved: send it again later."))
        return
    if answer.is_accepted:
        invitations.mark_sent(invitation=invitation)
        messages.success(request, _("The invitation has been sent to %(name)s.") % {"name": invitation.name})
    else:
        messages.error(request, _("The mail server rejected this address. Withdraw the invitation or send it again."))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """What the link opens: name and password; then the desk, past its gate.

    No answer here has an error's status: Django would write the address, and so the link, to the log.
    """
    network = rate_limits.network_of(request)
    if not rate_limits.spend("invitation tries", network, TRIES):
        return redirect(f"{reverse('desk_invitation_gone')}?wait=1")
    try:
        invitation = invitations.find(token)
    except invitations.Gone:
        return redirect("desk_invitation_gone")
    if request.method != "POST":
        rate_limits.give_back("invitation tries", network)  # a link that opens may be opened again
    with translation.override(invitation.language):
        form = SignUpForm(request.POST or None, initial={"first_name": invitation.name})
        if request.method == "POST" and form.is_valid():
            try:
                user = invitations.accept(invitation=invitation, user=form.save(commit=False))
            except invitations.Gone:
                return redirect("desk_invitation_gone")
            except ValidationError as error:
                form.add_error(None, error)
            else:
                login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
                return redirect("wagtailadmin_home")
        house = localized(publication().name, invitation.language)
        context = {"form": form, "house": house, "invitation": invitation}
        return render(request, "desk/invitation.html", context)


@never_cache
@require_http_methods(["GET", "HEAD"])
def gone(request: HttpRequest) -> HttpResponse:
    """Why a link opens nothing, and what to do. It has an address of its own, so that no log keeps the link."""
    wait = request.GET.get("wait") == "1"
    return render(request, "desk/invitation_gone.html", {"wait": wait}, status=429 if wait else 404)
