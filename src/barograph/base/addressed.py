"""Rows with a public address that may change. Imports no app.

A published address never dies (CONTRACT.md): whatever changes it, the desk, a
content folder or a program, the row keeps each address it ever had, and no
other row may take one of them. Pages, feeds and data under a former address
lead to the present one (editions.renames, website.redirects).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_ADDRESS = re.compile(r"[a-z0-9][a-z0-9-]*")


class Addressed(models.Model):
    """Base of a row whose field `ADDRESS` is its address in public.

    It needs a related set `addresses` of rows of a subclass of `Address`: every address it has had since the first
    change, in their order, the present one too; none where it never changed.
    """

    ADDRESS = "key"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves, and notes a change of address. Raises ValidationError as `check_address` does."""
        fields: Iterable[str] | None = kwargs.get("update_fields")
        if fields is not None and self.ADDRESS not in fields:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            before = self._stored_address()
            now = getattr(self, self.ADDRESS)
            if before != now:
                self.check_address(past_only=True)
            super().save(*args, **kwargs)
            if before is not None and before != now:
                for address in (before, now):
                    self._addresses().get_or_create(address=address, defaults={"owner": self})

    def clean(self) -> None:
        """Raises ValidationError for an address that can't be, see `check_address`. One that stays is not looked at."""
        super().clean()
        if self._stored_address() != getattr(self, self.ADDRESS):
            self.check_address()

    def check_address(self, *, past_only: bool = False) -> None:
        """Raises ValidationError where the address was once another row's: its old links would lead here.

        Without `past_only` also for one that no edition can hold (editions/schema).
        """
        value = getattr(self, self.ADDRESS)
        if not past_only and not _ADDRESS.fullmatch(value):
            raise ValidationError({self.ADDRESS: _("Use only lowercase Latin letters, digits and hyphens.")})
        others = self._addresses().filter(address=value).exclude(owner_id=self.pk).select_related("owner")
        if taken := others.first():
            words = {"address": value, "name": str(taken.owner)}
            message = _(
                "“%(address)s” used to be the address of “%(name)s”, and old links still point to it. "
                "Choose another one."
            )
            raise ValidationError({self.ADDRESS: message % words})

    def _stored_address(self) -> str | None:
        return type(self)._default_manager.filter(pk=self.pk).values_list(self.ADDRESS, flat=True).first()

    def note_addresses(self, former: Iterable[str]) -> list[str]:
        """Note addresses the row had before it came here, the first one first; returns those that are new to it."""
        own = set(self._addresses().filter(owner_id=self.pk).values_list("address", flat=True))
        present = getattr(self, self.ADDRESS)
        fresh = [address for address in (*former, present) if address not in own]
        if fresh == [present]:
            return []
        for address in dict.fromkeys(fresh):
            self._addresses().create(address=address, owner=self)
        return fresh

    @classmethod
    def _addresses(cls) -> models.QuerySet:
        return cls._meta.get_field("addresses").related_model._default_manager.all()  # type: ignore[union-attr]


class Address(models.Model):
    """An address that a row has or had. A subclass has the foreign key `owner`, with related_name="addresses"."""

    address = models.SlugField(gettext_lazy("address"), max_length=80, unique=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.address


def resolved(rows: Iterable[Addressed]) -> dict[str, Any]:
    """Every address, present or former → its row, in one query besides the rows'."""
    by_pk = {row.pk: row for row in rows}
    by_address = {getattr(row, row.ADDRESS): row for row in by_pk.values()}
    for row in by_pk.values():
        for address, owner in row._addresses().values_list("address", "owner_id"):
            if owner in by_pk:
                by_address.setdefault(address, by_pk[owner])
        break
    return by_address
