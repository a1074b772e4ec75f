"""What the audit log knows: every act that Barograph itself notes, in words, and the kinds acts are told apart by.

Wagtail notes what is created, edited, deleted and signed off; its acts get their kind from what they are about.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    SIGN_INS = "sign-ins", _("signing in")
    ACCOUNTS = "accounts", _("accounts and roles")
    TOKENS = "tokens", _("tokens")
    RELEASES = "releases", _("publication, corrections, mailings")
    PLAN = "plan", _("schedule and publication")
    DATA = "data", _("exports, imports, addresses")
    TEXTS = "texts", _("texts and pictures")


#: action: (kind, the act as a verb, the act as it stands in the log)
ACTS: dict[str, tuple[Kind, Any, Any]] = {
    "barograph.sign_in": (Kind.SIGN_INS, _("Sign in"), _("Signed in with a password")),
    "barograph.sign_in_refused": (Kind.SIGN_INS, _("Refuse a sign-in"), _("Sign-in refused")),
    "barograph.factor_passed": (Kind.SIGN_INS, _("Confirm a sign-in"), _("Sign-in confirmed with the second factor")),
    "barograph.factor_refused": (Kind.SIGN_INS, _("Reject a code"), _("Wrong code rejected")),
    "barograph.factor_set_up": (Kind.SIGN_INS, _("Set up a second factor"), _("Second factor set up")),
    "barograph.factor_codes": (Kind.SIGN_INS, _("Make new recovery codes"), _("New recovery codes created")),
    "barograph.factor_removed": (Kind.SIGN_INS, _("Remove the second factor"), _("Second factor removed")),
    "barograph.passkey_made": (Kind.SIGN_INS, _("Add a passkey"), _("Passkey added")),
    "barograph.passkey_removed": (Kind.SIGN_INS, _("Remove a passkey"), _("Passkey removed")),
    "barograph.factor_reset": (Kind.SIGN_INS, _("Reset a second factor"), _("Second factor reset by the operator")),
    "barograph.proof_refused": (Kind.SIGN_INS, _("Reject a confirmation"), _("Wrong password or code rejected")),
    "barograph.password_set": (Kind.ACCOUNTS, _("Set a password"), _("Password set")),
    "barograph.account_ended": (Kind.ACCOUNTS, _("Close an account"), _("Account closed")),
    "barograph.account_reopened": (Kind.ACCOUNTS, _("Reopen an account"), _("Account reopened")),
    "barograph.account_deleted": (Kind.ACCOUNTS, _("Delete an account"), _("Account deleted")),
    "barograph.roles_changed": (Kind.ACCOUNTS, _("Change someone’s roles"), _("Roles changed")),
    "barograph.rights_changed": (Kind.ACCOUNTS, _("Change a role’s permissions"), _("Role’s permissions changed")),
    "barograph.administrator_made": (Kind.ACCOUNTS, _("Give administrator rights"), _("Made administrator")),
    "barograph.administrator_ended": (
        Kind.ACCOUNTS,
        _("Remove administrator rights"),
        _("Administrator rights removed"),
    ),
    "barograph.invitation_made": (Kind.ACCOUNTS, _("Invite someone"), _("Invitation sent")),
    "barograph.invitation_renewed": (Kind.ACCOUNTS, _("Send an invitation again"), _("Invitation sent again")),
    "barograph.invitation_withdrawn": (Kind.ACCOUNTS, _("Withdraw an invitation"), _("Invitation withdrawn")),
    "barograph.invitation_used": (Kind.ACCOUNTS, _("Use an invitation"), _("Account created by invitation")),
    "barograph.token_made": (Kind.TOKENS, _("Create a token"), _("Token created")),
    "barograph.token_ended": (Kind.TOKENS, _("Revoke a token"), _("Token revoked")),
    "barograph.api_write": (Kind.TEXTS, _("Make a change with a token"), _("Changed with a token")),
    "barograph.issue_opened": (Kind.PLAN, _("Open an issue"), _("Issue opened")),
    "barograph.ratings_opened": (Kind.PLAN, _("Open the ratings"), _("Ratings opened to the panel")),
    "barograph.release_asked": (Kind.RELEASES, _("Publish an issue"), _("Publication started")),
    "barograph.release_set": (Kind.RELEASES, _("Schedule publication"), _("Publication scheduled")),
    "barograph.release_called_off": (Kind.RELEASES, _("Cancel publication"), _("Publication canceled")),
    "barograph.release_held": (
        Kind.RELEASES,
        _("Put publication on hold"),
        _("Publication put on hold by the publication’s rule"),
    ),
    "barograph.release_let_go": (Kind.RELEASES, _("Publish what is ready"), _("Publication on hold approved")),
    "barograph.release_went_on": (Kind.RELEASES, _("Resume publication"), _("Stopped publication resumed")),
    "barograph.taken_back": (Kind.RELEASES, _("Withdraw an issue"), _("Issue withdrawn before any e-mail was sent")),
    "barograph.correction": (Kind.RELEASES, _("Correct an issue"), _("Correction published")),
    "barograph.publication_shown": (
        Kind.RELEASES,
        _("Update the publication’s texts on the site"),
        _("Publication’s texts updated on the site"),
    ),
    "barograph.mail_pause": (Kind.RELEASES, _("Pause a mailing"), _("Mailing paused")),
    "barograph.mail_admit": (
        Kind.RELEASES,
        _("Allow a machine to send e-mail"),
        _("Another machine allowed to send e-mail"),
    ),
    "barograph.mail_resume": (Kind.RELEASES, _("Resume a mailing"), _("Mailing resumed")),
    "barograph.mail_hurry": (Kind.RELEASES, _("Send a mailing right away"), _("Mailing sent early")),
    "barograph.mail_stop": (Kind.RELEASES, _("Stop a mailing permanently"), _("Mailing stopped permanently")),
    "barograph.data_export": (Kind.DATA, _("Export subscribers"), _("Subscribers exported")),
    "barograph.data_import": (Kind.DATA, _("Import subscribers"), _("Subscribers imported")),
    "barograph.data_look-up": (Kind.DATA, _("Look up an address"), _("Address looked up")),
    "barograph.data_rotation": (Kind.DATA, _("Change the address key"), _("Addresses encrypted with a new key")),
    "barograph.data_forget": (Kind.DATA, _("Erase an address"), _("Address erased")),
    "barograph.data_lost-key": (Kind.DATA, _("Replace a lost key"), _("Lost address key replaced")),
    "barograph.data_lift": (Kind.DATA, _("Allow mail to an address again"), _("Mail to an address allowed again")),
    "barograph.domain_stopped": (
        Kind.DATA,
        _("Stop mail to a domain’s addresses"),
        _("Mail to a domain’s addresses stopped"),
    ),
    "barograph.domain_cleared": (Kind.DATA, _("Ignore a domain’s rejections"), _("Rejections from a domain ignored")),
    "barograph.content_exported": (Kind.DATA, _("Export the content"), _("Content exported")),
    "barograph.content_imported": (Kind.DATA, _("Import content"), _("Content imported")),
    "barograph.backup": (Kind.DATA, _("Create a backup"), _("Backup created")),
    "barograph.audit_exported": (Kind.DATA, _("Export the audit log"), _("Audit log exported")),
}

#: What acts of Wagtail's are about, where that is no text: (app, model).
_ABOUT: dict[tuple[str, str], Kind] = {
    ("people", "user"): Kind.ACCOUNTS,
    ("people", "pen"): Kind.ACCOUNTS,
    ("auth", "group"): Kind.ACCOUNTS,
    **{
        ("issues", model): Kind.PLAN
        for model in ("publication", "issue", "topic", "slot", "plannedtopic", "absence", "rest", "reminder")
    },
}
#: What a line may be about that cannot tell under which byline somebody writes: all that is shown without that right.
TELLS_NO_PEN = frozenset(
    {
        ("people", "user"),
        ("people", "invitation"),
        ("auth", "group"),
        ("issues", "publication"),
        ("issues", "issue"),
        ("issues", "topic"),
        ("issues", "absence"),
        ("issues", "rest"),
        ("subscribers", "export"),
    }
)

#: What those see who keep the accounts.
ABOUT_ACCOUNTS = (("people", "user"), ("people", "invitation"), ("auth", "group"))

#: What a line says beside its act, by key.
DETAILS = {
    "added": _("added"),
    "removed": _("removed"),
    "token": _("token"),
    "what": _("object"),
    "topic": _("topic"),
    "number": _("how many"),
    "at": _("time"),
    "mailing": _("mailing"),
    "roles": _("roles"),
    "file": _("file"),
}


def register(actions: Any) -> None:
    """Tell Wagtail's log of them."""
    for action, (_kind, label, message) in ACTS.items():
        actions.register_action(action, label, message)


def kind_of(action: str, about: tuple[str, str]) -> Kind:
    """The kind of a line, from its action and (app, model) of what it is about."""
    if action in ACTS:
        return ACTS[action][0]
    return _ABOUT.get(about, Kind.TEXTS)


def lines_of(kind: str) -> Q:
    """What finds the lines of a kind."""
    own = Q(action__in=[action for action, (act_kind, *_words) in ACTS.items() if act_kind == kind])
    foreign = ~Q(action__in=list(ACTS))
    if kind == Kind.TEXTS:
        return own | (foreign & ~about(_ABOUT))
    return own | (foreign & about([pair for pair, act_kind in _ABOUT.items() if act_kind == kind]))


def about(pairs: Any) -> Q:
    """Lines about one of these (app, model)."""
    query = Q(pk__in=[])
    for app, model in pairs:
        query |= Q(content_type__app_label=app, content_type__model=model)
    return query
