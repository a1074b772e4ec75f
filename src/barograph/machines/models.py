"""What the database knows of its installation: version, address keys, where the site lies, live workers."""

from django.db import models


class Installation(models.Model):
    """The one row about the installation as a whole (pk 1)."""

    version = models.CharField(max_length=40, blank=True)  # of the Barograph that last brought the tables up to date
    upgraded_at = models.DateTimeField(null=True)
    site = models.CharField(max_length=64, blank=True)  # which data folder has the site: machines/site.py
    site_machine = models.CharField(max_length=80, blank=True)  # the name of the machine it was claimed from
    seen_at = models.DateTimeField(null=True)  # the latest time that a worker has seen on its clock

    def __str__(self) -> str:
        return f"made ready by {self.version or '?'}"


class AddressKey(models.Model):
    """The fingerprint of one address key, so that another key is noticed before it is used."""

    number = models.PositiveSmallIntegerField(unique=True)  # 1 for the oldest
    fingerprint = models.CharField(max_length=64)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"address key {self.number}"


class Worker(models.Model):
    """A worker and when it was last seen alive."""

    owner = models.CharField(max_length=160, unique=True)  # as base/processes.py names a process
    version = models.CharField(max_length=40, blank=True)
    has_site = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["started_at"]

    def __str__(self) -> str:
        return self.owner
