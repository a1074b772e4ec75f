"""The states of subscribers and the reasons for never mailing an address, with named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriberState(models.TextChoices):
    """Whether the person behind an address has said yes, and whether their mail arrives."""

    PENDING = "pending", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    STOPPED = "stopped", _("no longer mailed")  # mail to it failed for good; erased after some weeks (standing.py)


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
    LIFT = "lift"  # a stop that the operator took back
    LOST_KEY = "lost-key"  # those that no key opened any more


class Refusal(models.TextChoices):
    """Why an address is not mailed."""

    LEFT = "left", _("unsubscribed")
    BOUNCED = "bounced", _("the address does not exist")
    REFUSED = "refused", _("rejected too often")
    COMPLAINT = "complaint", _("reported as spam")


#: Mail to the address failed: no wish of the person's.
FAILED = frozenset({Refusal.BOUNCED, Refusal.REFUSED})
#: What the person can undo, by signing up and confirming again.
LIFTED_BY_CONSENT = frozenset({Refusal.LEFT, *FAILED})
#: What nobody is mailed after, not even a confirmation.
NEVER_MAILED = frozenset({Refusal.COMPLAINT})
#: What an operator's word undoes. That somebody has left is theirs alone to undo.
LIFTED_BY_WORD = frozenset({Refusal.COMPLAINT, *FAILED})
#: Which reasons give way to a stronger one: a wish of the person's outweighs a failure.
WEAKER = {
    Refusal.BOUNCED: frozenset({Refusal.REFUSED}),
    Refusal.REFUSED: frozenset(),
    Refusal.LEFT: FAILED,
    Refusal.COMPLAINT: LIFTED_BY_CONSENT,
}


class Status(models.TextChoices):
    """The words of the CSV's status column."""

    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


#: How a status that says no is kept.
REFUSALS = {Status.UNSUBSCRIBED: Refusal.LEFT, Status.BOUNCED: Refusal.BOUNCED}
