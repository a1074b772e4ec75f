"""Tokens by which a person's own tools come in. Only keyed hashes are kept; knows no page and no request."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may do, at most; never more than the person it belongs to."""

    DRAFTS_READ = "drafts:read", _("read my drafts")
    DRAFTS_WRITE = "drafts:write", _("write my drafts")
    RATINGS_READ = "ratings:read", _("read the ratings I can see")
    RATINGS_WRITE = "ratings:write", _("submit my ratings")
    TRANSLATIONS_READ = "translations:read", _("read translations")
    TRANSLATIONS_WRITE = "translations:write", _("write translations")


class ApiToken(models.Model):
    """`binding` is what the person's sessions are bound to: password, role, factor. Where it differs, it has ended."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tool_tokens")
    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    binding = models.CharField(max_length=128)
    made_on = models.DateField()
    expires_on = models.DateField()
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ["-made_on", "-pk"]

    def __str__(self) -> str:
        return self.name
