"""Keys of sessions become hashes, secrets of authenticator apps are sealed. Everybody stays signed in."""

from django.db import migrations

from barograph.base import sealing
from barograph.people import models
from barograph.people.apps import FACTOR


def close(apps, schema_editor):
    from barograph.people.models import hashed_session_key

    for row in apps.get_model("people", "Session").objects.iterator(chunk_size=500):
        hashed = hashed_session_key(row.session_key)
        if hashed != row.session_key:
            type(row).objects.filter(pk=row.pk).update(session_key=hashed)
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.iterator(chunk_size=500):
        type(device).objects.filter(pk=device.pk).update(key=sealing.seal_hex(device.key, purpose=FACTOR))


def open_again(apps, schema_editor):
    """Sessions can't be had back from hashes: people sign in again."""
    apps.get_model("people", "Session").objects.all().delete()
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.iterator(chunk_size=500):
        type(device).objects.filter(pk=device.pk).update(key=sealing.unseal_hex(device.key, purpose=FACTOR))


class Migration(migrations.Migration):
    dependencies = [("people", "0004_invitations"), ("otp_totp", "0001_initial")]

    operations = [
        migrations.RunPython(close, open_again),
        migrations.AlterField(
            "session",
            "session_key",
            models.SessionKeyField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
        ),
    ]
