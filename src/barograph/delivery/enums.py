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
#: Nothing more will be sent.
ENDED = frozenset({MailingState.STOPPED, MailingState.FINISHED})


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    SENT = "sent", _("accepted by the relay")
    FAILED = "failed", _("refused")
    SKIPPED = "skipped", _("left before it was sent")


#: Nothing more will happen.
FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED})
OPEN = frozenset({DeliveryState.QUEUED, DeliveryState.CLAIMED})
