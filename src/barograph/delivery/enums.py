"""The states of mailings and deliveries, with named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailingState(models.TextChoices):
    PREPARING = "preparing", _("preparing recipients")
    QUEUED = "queued", _("waiting")
    SENDING = "sending", _("sending")
    PAUSED = "paused", _("paused")
    ON_HOLD = "held", _("awaiting your decision")
    STOPPED = "stopped", _("stopped")
    FINISHED = "finished", _("sent")


#: A worker still has something to do here.
UNFINISHED = frozenset({MailingState.PREPARING, MailingState.QUEUED, MailingState.SENDING})
#: A person decides how it goes on.
WAITING = frozenset({MailingState.PAUSED, MailingState.ON_HOLD})
#: What the key of a mailing begins with that was taken back before anybody got it.
TAKEN_BACK = "taken-back:"
#: Nothing more will be sent.
ENDED = frozenset({MailingState.STOPPED, MailingState.FINISHED})


class Hold(models.TextChoices):
    """Why a mailing waits for somebody's word."""

    RESTORED = "restored", _("The database was restored from a backup. What has been sent since then is unknown.")
    OLDER = "older", _("The database is older than the last e-mail sent from this machine. It may have been restored.")
    COPIED = "copied", _("The database or data folder is a copy. The original may be sending as well.")
    ELSEWHERE = "elsewhere", _("This machine has never sent e-mail from this database.")
    REFUSED = "refused", _("The mail server is rejecting too many e-mails. The mailing is paused to avoid harm.")
    OVERDUE = "overdue", _("It is long overdue. Readers may no longer expect it.")
    BROKEN = "broken", _("Every attempt ended in an error. Nothing more will be sent until it is fixed.")


#: A person's word lets the installation send, not this mailing alone.
ABOUT_THE_INSTALLATION = frozenset({Hold.RESTORED, Hold.OLDER, Hold.COPIED, Hold.ELSEWHERE})


class Blame(models.TextChoices):
    """What a refusal is about."""

    ADDRESS = "address", _("no such address")
    MAILBOX = "mailbox", _("the mailbox is full or closed")
    POLICY = "policy", _("the recipient server’s policy")
    CONTENT = "content", _("the content")
    SENDER = "sender", _("the sender")
    OTHER = "other", _("another reason")


class Doubt(models.TextChoices):
    """What came of a domain that refused an unusual share of its readers as unknown."""

    OPEN = "open", _("awaiting your decision or the next mailing")
    REPEATED = "repeated", _("it rejected them again")
    STOPPED = "stopped", _("its addresses no longer get mail")
    SET_ASIDE = "set-aside", _("its rejections are ignored")
    OVER = "over", _("it accepts their mail again")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("sending")
    SENT = "sent", _("accepted by the mail server")
    FAILED = "failed", _("rejected")
    SKIPPED = "skipped", _("unsubscribed before it was sent")


#: Nothing more will happen.
FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED})
OPEN = frozenset({DeliveryState.QUEUED, DeliveryState.CLAIMED})
