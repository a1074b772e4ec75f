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
    RELEASES = "releases", _("releases, corrections, mailings")
    PLAN = "plan", _("schedule and publication")
    DATA = "data", _("exports, imports, addresses")
    TEXTS = "texts", _("texts and pictures")


#: action: (kind, the act as a verb, the act as it stands in the log)
ACTS: dict[str, tuple[Kind, Any, Any]] = {
    "barograph.sign_in": (Kind.SIGN_INS, _("Sign in"), _("Signed in with the password")),
    "barograph.sign_in_refused": (Kind.SIGN_INS, _("Refuse a sign-in"), _("A sign-in was refused")),
    "barograph.factor_passed": (Kind.SIGN_INS, _("Confirm a sign-in"), _("Sign-in confirmed with the second factor")),
    "barograph.factor_refused": (Kind.SIGN_INS, _("Refuse a code"), _("A wrong code was refused")),
    "barograph.factor_set_up": (Kind.SIGN_INS, _("Set up a second factor"), _("Second factor set up")),
    "barograph.factor_codes": (Kind.SIGN_INS, _("Make new recovery codes"), _("New recovery codes made")),
    "barograph.factor_removed": (Kind.SIGN_INS, _("Remove the second factor"), _("Second factor removed")),
    "barograph.passkey_made": (Kind.SIGN_INS, _("Add a passkey"), _("Passkey added")),
    "barograph.passkey_removed": (Kind.SIGN_INS, _("Remove a passkey"), _("Passkey removed")),
    "barograph.factor_reset": (Kind.SIGN_INS, _("Reset a second factor"), _("Second factor reset by the operator")),
    "barograph.proof_refused": (Kind.SIGN_INS, _("Refuse a proof"), _("A wrong password or code was refused")),
    "barograph.password_set": (Kind.ACCOUNTS, _("Set a password"), _("Password set")),
    "barograph.account_ended": (Kind.ACCOUNTS, _("End an account"), _("Account ended")),
    "barograph.account_reopened": (Kind.ACCOUNTS, _("Open an account again"), _("Account opened again")),
    "barograph.account_deleted": (Kind.ACCOUNTS, _("Delete an account"), _("Account deleted")),
    "barograph.roles_changed": (Kind.ACCOUNTS, _("Change somebody’s roles"), _("Roles changed")),
    "barograph.rights_changed": (Kind.ACCOUNTS, _("Change a role’s rights"), _("A role’s rights changed")),
    "barograph.administrator_made": (Kind.ACCOUNTS, _("Make an administrator"), _("Made an administrator")),
    "barograph.administrator_ended": (Kind.ACCOUNTS, _("End an administrator"), _("No administrator any more")),
    "barograph.invitation_made": (Kind.ACCOUNTS, _("Invite somebody"), _("Somebody invited")),
    "barograph.invitation_renewed": (Kind.ACCOUNTS, _("Send an invitation again"), _("Invitation sent again")),
    "barograph.invitation_withdrawn": (Kind.ACCOUNTS, _("Withdraw an invitation"), _("Invitation withdrawn")),
    "barograph.invitation_used": (Kind.ACCOUNTS, _("Use an invitation"), _("Account made by invitation")),
    "barograph.token_made": (Kind.TOKENS, _("Make a token"), _("Token made")),
    "barograph.token_ended": (Kind.TOKENS, _("End a token"), _("Token ended")),
    "barograph.api_write": (Kind.TEXTS, _("Write with a token"), _("Written with a token")),
    "barograph.issue_opened": (Kind.PLAN, _("Open an issue"), _("Issue opened")),
    "barograph.ratings_opened": (Kind.PLAN, _("Open the ratings"), _("Ratings opened to the panel")),
    "barograph.release_asked": (Kind.RELEASES, _("Release an issue"), _("Release begun")),
    "barograph.release_set": (Kind.RELEASES, _("Set a release for its hour"), _("Release set for its hour")),
    "barograph.release_called_off": (Kind.RELEASES, _("Call off a release"), _("Release called off")),
    "barograph.release_held": (Kind.RELEASES, _("Hold a release"), _("Release held by the publication’s rule")),
    "barograph.release_let_go": (Kind.RELEASES, _("Publish what is ready"), _("Held release let go")),
    "barograph.release_went_on": (Kind.RELEASES, _("Go on with a release"), _("Stopped release taken up again")),
    "barograph.taken_back": (Kind.RELEASES, _("Take an issue back"), _("Issue taken back before any mail of it left")),
    "barograph.correction": (Kind.RELEASES, _("Correct an issue"), _("Correction released")),
    "barograph.publication_shown": (
        Kind.RELEASES,
        _("Show the publication’s texts"),
        _("Publication’s texts shown on the site"),
    ),
    "barograph.mail_pause": (Kind.RELEASES, _("Pause a mailing"), _("Mailing paused")),
    "barograph.mail_admit": (Kind.RELEASES, _("Let a machine send"), _("A further machine may send mail")),
    "barograph.mail_resume": (Kind.RELEASES, _("Let a mailing go on"), _("Mailing let go on")),
    "barograph.mail_hurry": (Kind.RELEASES, _("Send a mailing at once"), _("Mailing sent before its time")),
    "barograph.mail_stop": (Kind.RELEASES, _("Stop a mailing for good"), _("Mailing stopped for good")),
    "barograph.data_export": (Kind.DATA, _("Export subscribers"), _("Subscribers exported")),
    "barograph.data_import": (Kind.DATA, _("Import subscribers"), _("Subscribers imported")),
    "barograph.data_look-up": (Kind.DATA, _("Look up an address"), _("An address looked up")),
    "barograph.data_rotation": (Kind.DATA, _("Change the key of addresses"), _("Addresses sealed with a new key")),
    "barograph.data_forget": (Kind.DATA, _("Forget an address"), _("An address forgotten")),
    "barograph.data_lost-key": (Kind.DATA, _("Replace a lost key"), _("Lost address key replaced")),
    "barograph.data_lift": (Kind.DATA, _("Lift a stop"), _("Mail to an address allowed again")),
    "barograph.domain_stopped": (Kind.DATA, _("Stop a domain’s addresses"), _("Addresses of a domain stopped")),
    "barograph.domain_cleared": (Kind.DATA, _("Clear a domain’s addresses"), _("Refusals of a domain set aside")),
    "barograph.content_exported": (Kind.DATA, _("Export the content"), _("Content exported")),
    "barograph.content_imported": (Kind.DATA, _("Import content"), _("Content imported")),
    "barograph.backup": (Kind.DATA, _("Make a backup"), _("Backup made")),
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
    "removed": _("taken away"),
    "token": _("token"),
    "what": _("what"),
    "topic": _("topic"),
    "number": _("how many"),
    "at": _("hour"),
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
    own = Q(action__in=[action for action, (found, *_words) in ACTS.items() if found == kind])
    foreign = ~Q(action__in=list(ACTS))
    if kind == Kind.TEXTS:
        return own | (foreign & ~about(_ABOUT))
    return own | (foreign & about([pair for pair, found in _ABOUT.items() if found == kind]))


def about(pairs: Any) -> Q:
    """Lines about one of these (app, model)."""
    found = Q(pk__in=[])
    for app, model in pairs:
        found |= Q(content_type__app_label=app, content_type__model=model)
    return found
