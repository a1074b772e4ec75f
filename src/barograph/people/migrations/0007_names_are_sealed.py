"""Names and addresses of accounts and invitations, and names in the audit log, are sealed. Nobody is signed out."""

import django.contrib.auth.validators
from django.db import migrations, models

from barograph.base import sealing
from barograph.people.apps import NAMES

SEALED = {
    ("people", "User"): ("username", "first_name", "last_name", "email"),
    ("people", "Invitation"): ("name", "email"),
    ("wagtailcore", "ModelLogEntry"): ("label",),
}


def overwrite_what_is_deleted(apps, schema_editor):
    """Let SQLite overwrite the clear text that it frees in this migration."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("PRAGMA secure_delete = ON")


def _rewrite(apps, change):
    for (app, name), columns in SEALED.items():
        model = apps.get_model(app, name)
        for row in model.objects.order_by("pk").values("pk", *columns).iterator(chunk_size=500):
            changed = {column: change(row[column]) for column in columns if row[column]}
            if changed:
                model.objects.filter(pk=row["pk"]).update(**changed)


def close(apps, schema_editor):
    """Fields of accounts and invitations seal what they are given; the log's are another package's, sealed here."""
    _rewrite(apps, lambda text: sealing.seal_text(text, purpose=NAMES))


def open_again(apps, schema_editor):
    """As before the columns' kind changes back: the fields here open what they read, so plain SQL writes."""
    for (app, name), columns in SEALED.items():
        model = apps.get_model(app, name)
        table = schema_editor.quote_name(model._meta.db_table)
        for row in list(model.objects.order_by("pk").values_list("pk", *columns)):
            for column, text in zip(columns, row[1:], strict=True):
                clear = sealing.unseal_text(text or "", purpose=NAMES)
                with schema_editor.connection.cursor() as cursor:
                    sql = f"UPDATE {table} SET {schema_editor.quote_name(column)} = %s WHERE id = %s"  # noqa: S608 our names
                    cursor.execute(sql, [clear, row[0]])


class Migration(migrations.Migration):
    dependencies = [("people", "0006_former_addresses"), ("wagtailcore", "0098_apitoken")]

    operations = [
        migrations.RunPython(overwrite_what_is_deleted, overwrite_what_is_deleted),
        migrations.AlterModelManagers("user", []),
        migrations.RemoveConstraint("invitation", "one_open_invitation_an_address"),
        migrations.AlterField(
            "invitation",
            "email",
            sealing.SealedEmailField(blank=True, max_length=254, purpose=NAMES, verbose_name="e-mail address"),
        ),
        migrations.AlterField(
            "invitation", "name", sealing.SealedCharField(max_length=150, purpose=NAMES, verbose_name="name")
        ),
        migrations.AlterField(
            "user",
            "email",
            sealing.SealedEmailField(blank=True, max_length=254, purpose=NAMES, verbose_name="email address"),
        ),
        migrations.AlterField(
            "user",
            "first_name",
            sealing.SealedCharField(blank=True, max_length=150, purpose=NAMES, verbose_name="first name"),
        ),
        migrations.AlterField(
            "user",
            "last_name",
            sealing.SealedCharField(blank=True, max_length=150, purpose=NAMES, verbose_name="last name"),
        ),
        migrations.AlterField(
            "user",
            "username",
            sealing.SealedCharField(
                error_messages={"unique": "A user with that username already exists."},
                max_length=150,
                purpose=NAMES,
                unique=True,
                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                verbose_name="username",
            ),
        ),
        migrations.RunPython(close, open_again),
        migrations.AddConstraint(
            "invitation",
            models.UniqueConstraint(
                condition=models.Q(used_at=None, withdrawn_at=None),
                fields=["email"],
                name="one_open_invitation_an_address",
            ),
        ),
    ]
