"""Whom the publication's mail comes from, as its desk form says; environment and site's host stand behind it.

Read when a letter is made, not frozen with an edition: a new sender holds from the next mail on.
"""

from __future__ import annotations

from typing import Any

from barograph.base.languages import localized
from barograph.delivery.senders import Chosen
from barograph.issues.models import Publication

Content = dict[str, Any]


def of(house: Publication | None) -> Content:
    """What a letter's imprint says of the sender: name by language, address, reply_to; '' where nothing is set."""
    if house is None:
        return {}
    return {"name": house.sender_name, "address": house.sender_address, "reply_to": house.reply_to}


def with_sender(imprint: Content) -> Content:
    """A publication's snapshot, together with whom its mail comes from now."""
    return {**imprint, "sender": of(Publication.objects.first())}


def chosen(imprint: Content, language: str) -> Chosen:
    """The choice for a letter in a language."""
    sender = imprint.get("sender", {})
    name = localized(sender["name"], language, imprint["languages"]) if sender.get("name") else ""
    publication = localized(imprint["name"], language, imprint["languages"])
    return Chosen(name, publication, sender.get("address", ""), sender.get("reply_to", ""))


def for_django(language: str) -> Chosen:
    """The choice for Django's own mails, which bring no imprint."""
    house = Publication.objects.first()
    if house is None:
        return Chosen()
    return chosen({"name": house.name, "languages": house.languages, "sender": of(house)}, language)
