"""What a mail provider reports by webhook: bounces, complaints, leavings, judged as mail that came back is.

anymail checks the request (the shared secret, and the provider's signature where
it has one) and reads it; a request that fails is answered 400 and changes nothing.
An event counts for the mail whose return path it carries; without one for the last mailing that was handed over
for the address it names.
"""

from __future__ import annotations

import logging
from typing import Any

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone

from barograph.delivery.bounces import judging
from barograph.delivery.bounces.intake import Outcome, act
from barograph.delivery.bounces.judging import Judgement, Kind, judge
from barograph.delivery.bounces.return_paths import ReturnPath, read_return_path
from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.transports.anymail import RETURN_PATH
from barograph.subscribers import addresses, services
from barograph.subscribers.models import Subscriber

log = logging.getLogger(__name__)

#: What reading JSON of another shape than the provider's raises, or such that is thousands of brackets deep.
_NO_EVENT = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def judged(event: AnymailTrackingEvent) -> Judgement | None:
    """What an event says about its recipient; None where it says nothing that counts."""
    address = event.recipient if isinstance(event.recipient, str) else ""  # it is what a stranger's JSON says
    if event.event_type == EventType.COMPLAINED:
        return Judgement(address, Kind.COMPLAINT, "", "marked as unwanted")
    if event.event_type == EventType.REJECTED and event.reject_reason == RejectReason.SPAM:
        return Judgement(address, Kind.COMPLAINT, "", "marked as unwanted before")
    if event.event_type == EventType.REJECTED and event.reject_reason == RejectReason.INVALID:
        return Judgement(address, Kind.PERMANENT, "5.1.3", "the address is not well-formed", counts=True)
    said, words = str(event.mta_response or ""), str(event.description or "")
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED}:
        return judge(address=address, action="failed", diagnostic=said or words, text=f"{said}\n{words}")
    if event.event_type == EventType.FAILED and judging.says_why(f"{said}\n{words}"):  # else the provider's own trouble
        return judge(address=address, action="failed", diagnostic=said or words, text=f"{said}\n{words}")
    return None  # deferred: the provider goes on trying; opened, clicked: nobody's business


def take(event: AnymailTrackingEvent) -> Outcome:
    """Draw the consequences of one event. Repeating one changes nothing."""
    path = read_return_path(str((event.metadata or {}).get(RETURN_PATH, "")), on=timezone.localdate())
    if event.event_type == EventType.UNSUBSCRIBED:
        return _left(path)
    judgement = judged(event)
    if judgement is None:
        return Outcome.NOTHING
    if path is not None:
        subscriber = Subscriber.objects.filter(pk=path.subscriber_id).first()
        return act(subscriber, path, judgement) if subscriber else Outcome.NOTHING
    return _by_address(judgement)


def _left(path: ReturnPath | None) -> Outcome:
    """By the provider's own link or button: as by ours, for that list."""
    mailing = Mailing.objects.filter(pk=path.mailing_id).first() if path else None
    if path is None or mailing is None:
        return Outcome.NOTHING
    services.leave(subscriber_id=path.subscriber_id, list_key=mailing.list_key)
    return Outcome.SUPPRESSED


def _by_address(judgement: Judgement) -> Outcome:
    """What an event without a return path means: the last mailing handed over for that address is meant."""
    try:
        keys = services.keys_of(judgement.address)
    except addresses.InvalidAddress:
        return Outcome.NOTHING
    subscriber = Subscriber.objects.known_as(keys).first()
    if subscriber is None:
        return Outcome.NOTHING
    theirs = Delivery.objects.filter(subscriber=subscriber, state=DeliveryState.SENT, settled_at__isnull=False)
    last = theirs.order_by("-settled_at").values_list("mailing_id", "settled_at").first()
    mailing_id, at = last or (0, timezone.now())
    return act(subscriber, ReturnPath(mailing_id, subscriber.pk, timezone.localdate(at)), judgement)


def view_of(provider: str) -> Any:
    """The view that takes a provider's events; None where anymail knows no webhook of it."""
    pattern = next((one for one in anymail_urls.urlpatterns if str(one.pattern) == f"{provider}/tracking/"), None)
    if pattern is None:
        return None
    reader = pattern.callback.view_class

    class Events(reader):
        """anymail's view, the consequences drawn here instead of by a signal."""

        def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                self.run_validators(request)
                events = self.parse_events(request)
            except AnymailWebhookValidationFailure:
                log.warning("events of the mail provider: a request without the right secret or signature")
                return HttpResponseBadRequest()
            except (AnymailError, ImproperlyConfigured, *_NO_EVENT):
                log.warning("events of the mail provider: a request that is no event")
                return HttpResponseBadRequest()
            for event in events:
                take(event)
            return HttpResponse()

    return Events.as_view()
