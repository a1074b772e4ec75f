"""The states of mailings and deliveries, with named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailingState(models.TextChoices):
    PREPARING = "preparing", _("being addressed")
    QUEUED = "queued", _("waiting")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    HELD = "held", _("waits for your word")
    STOPPED = "stopped", _("stopped")
    FINISHED = "finished", _("sent")


#: A worker still has something to do here.
UNFINISHED = frozenset({MailingState.PREPARING, MailingState.QUEUED, MailingState.SENDING})
#: A person decides how it goes on.
WAITING = frozenset({MailingState.PAUSED, MailingState.HELD})
#: What the key of a mailing begins with that was taken back before anybody got it.
TAKEN_BACK = "taken-back:"
#: Nothing more will be sent.
ENDED = frozenset({MailingState.STOPPED, MailingState.FINISHED})


class Hold(models.TextChoices):
    """Why a mailing waits for somebody's word."""

    RESTORED = "restored", _("The database was restored from a backup: what has gone out since is not known here.")
    OLDER = "older", _("The database is older than this machine’s last sending: it may have been put back.")
    COPIED = "copied", _("The database or the data folder is a copy: the other one may be sending as well.")
    ELSEWHERE = "elsewhere", _("This machine has not sent from this database before.")
    REFUSED = "refused", _("The mail server refuses too much: the mailing is paused so that it does no harm.")
    OVERDUE = "overdue", _("Its hour is long past: readers may no longer expect it.")
    BROKEN = "broken", _("An error stopped it at every try: nothing more is sent until it is mended.")


#: A person's word lets the installation send, not this mailing alone.
ABOUT_THE_INSTALLATION = frozenset({Hold.RESTORED, Hold.OLDER, Hold.COPIED, Hold.ELSEWHERE})


class Blame(models.TextChoices):
    """What a refusal is about."""

    ADDRESS = "address", _("no such address")
    MAILBOX = "mailbox", _("the mailbox is full or closed")
    POLICY = "policy", _("a rule of the recipient’s server")
    CONTENT = "content", _("the content")
    SENDER = "sender", _("the sender")
    OTHER = "other", _("another reason")


class Doubt(models.TextChoices):
    """What came of a domain that refused an unusual share of its readers as unknown."""

    OPEN = "open", _("waits for your decision or the next mailing")
    REPEATED = "repeated", _("it has refused them again")
    STOPPED = "stopped", _("its addresses are stopped")
    SET_ASIDE = "set-aside", _("its refusals are set aside")
    OVER = "over", _("it takes their mail again")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    SENT = "sent", _("accepted by the relay")
    FAILED = "failed", _("refused")
    SKIPPED = "skipped", _("left before it was sent")


#: Nothing more will happen.
FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED})
OPEN = frozenset({DeliveryState.QUEUED, DeliveryState.CLAIMED})
