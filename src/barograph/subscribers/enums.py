"""The states of subscribers and the reasons for never mailing an address, with named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriberState(models.TextChoices):
    """Whether the person behind an address has said yes."""

    PENDING = "pending", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("confirmed")


class Pace(models.TextChoices):
    """How often a reader wants a list."""

    ISSUE = "issue"
    MONTH = "month"  # a summary once a month
    BOTH = "both"  # the summary, and at once when the verdict on one of their topics changes
    CHANGES = "changes"  # nothing but that


#: Who gets a summary of the month, and who is told of changes at once.
MONTHLY = frozenset({Pace.MONTH, Pace.BOTH})
TOLD_AT_ONCE = frozenset({Pace.BOTH, Pace.CHANGES})


#: In a subscription's topics: every topic there is or will be; and, in the first place, "as the week has it".
ALL, IN_ORDER = "*", ""


class Act(models.TextChoices):
    """What somebody did with addresses."""

    EXPORT = "export"
    IMPORT = "import"
    LOOK_UP = "look-up"
    ROTATION = "rotation"  # a new key
    FORGET = "forget"  # one that the operator erased


class Refusal(models.TextChoices):
    """Why an address is not mailed."""

    LEFT = "left", _("unsubscribed")
    BOUNCED = "bounced", _("the address does not exist")
    COMPLAINT = "complaint", _("marked as unwanted")


#: What only the person can undo, by signing up and confirming again.
LIFTED_BY_CONSENT = frozenset({Refusal.LEFT})
#: What nobody is mailed after, not even a confirmation.
NEVER_MAILED = frozenset({Refusal.BOUNCED, Refusal.COMPLAINT})


class Status(models.TextChoices):
    """The words of the CSV's status column."""

    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


#: How a status that says no is kept.
REFUSALS = {Status.UNSUBSCRIBED: Refusal.LEFT, Status.BOUNCED: Refusal.BOUNCED}
