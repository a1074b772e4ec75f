"""Who signs in, and under which names commentaries appear.

A public byline (Person) never leads to a login (User): the one link between
them, Pen, is read by the desk alone and stands in nothing public.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from barograph.base.fields import LocalizedTextField
from barograph.base.languages import localized


class User(AbstractUser):
    """A sign-in to the desk."""

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")


class Person(models.Model):
    """A byline: the name readers see. May be a pseudonym."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    names = LocalizedTextField(pgettext_lazy("person", "name"))
    about = LocalizedTextField(pgettext_lazy("person", "about"), blank=True, multiline=True)
    pseudonym = models.BooleanField(_("pseudonym"), default=False)

    class Meta:
        verbose_name = _("analyst")
        verbose_name_plural = _("analysts")
        ordering = ["slug"]

    def __str__(self) -> str:
        return localized(self.names, get_language() or "en") or self.slug


class Pen(models.Model):
    """Under which bylines a sign-in may write."""

    user = models.ForeignKey(User, models.CASCADE, related_name="pens", verbose_name=_("sign-in"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("analyst"))

    class Meta:
        verbose_name = _("right to a byline")
        verbose_name_plural = _("rights to bylines")
        constraints = [models.UniqueConstraint(fields=["user", "person"], name="one_pen_each")]
