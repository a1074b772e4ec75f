"""What every command does first: find the installation, its owner, its tables and its keys right, or say what is not.

A missing thing is missed, not made: only commands that may begin an installation (`demo`, `serve`, `import`,
`make-data`, `restore`) make a data folder, a database or a key, and only where there is none of that installation yet.
Tables are brought up to date by commands that run the product (`MIGRATE`); the others refuse tables of another version.
A command that only reads opens the database so that nothing can be written through it.
"""

from __future__ import annotations

import enum
import os
import pwd
import sys
from pathlib import Path

from django.conf import settings

from barograph.base import modes, occupancy


class NotReady(Exception):
    """There is no installation here, or this process must not work on it. The message says what to do."""


class Access(enum.Enum):
    """What a command does with an installation."""

    READ = "read"  # nothing is written, not even by SQLite itself
    BACKUP = "backup"  # tables and keys are copied as they are, whatever their version
    WRITE = "write"  # an installation that is up to date is worked on
    MIGRATE = "migrate"  # one that exists is brought up to date
    BEGIN = "begin"  # the same, and one is made where there is none


def prepare(access: Access, *, needs_key: bool = True) -> None:
    """Check the installation after django.setup(), and make it ready as far as `access` allows.

    `needs_key`: the command handles subscribers' addresses, so the address key must be the database's. Raises NotReady,
    schema.NewerDatabase, schema.OlderDatabase, key_check.KeyProblem, DatabaseError.
    """
    refuse_foreign_owner(settings.DATA)
    if access is Access.BEGIN:
        settings.DATA.mkdir(parents=True, exist_ok=True)
        modes.close(settings.DATA, *settings.DATABASE_FILES)
    else:
        require_installation()
    if access is not Access.READ and not occupancy.share(settings.DATA):
        raise NotReady(f"A restore is replacing {settings.DATA}. Wait until it has ended, then try again.")
    if access is Access.BACKUP:
        _refuse_wrong_key()
        return
    if access is Access.READ:
        read_only()
        _require_current_tables()
        if needs_key:
            _key_check().check()
        return
    ensure_database(may_migrate=access in {Access.MIGRATE, Access.BEGIN}, needs_key=needs_key)


def refuse_foreign_owner(data: Path) -> None:
    """root must not write into the folder of the service's user: what it makes there the service can't replace.

    Raises NotReady.
    """
    try:
        owner = data.stat().st_uid
    except OSError:
        return
    if os.geteuid() == 0 and owner != 0:
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"#{owner}"
        raise NotReady(
            f"{data} belongs to {name}, and files that root makes there would stop the service. Run this as that user: "
            f"runuser -u {name} -- barograph …"
        )


def require_installation() -> None:
    """Raises NotReady where the data folder or the database of an installation is missing."""
    hint = (
        "Set BAROGRAPH_DATA to the folder of your installation; a new one is begun by `barograph serve` or "
        "`barograph import`."
    )
    if not settings.DATA.is_dir():
        raise NotReady(f"There is no Barograph installation in {settings.DATA}. {hint}")
    path = sqlite_file()
    if path is not None and not (path.is_file() and path.stat().st_size):
        raise NotReady(f"There is no Barograph database at {path}. {hint}")
    if path is None:
        from django.db import connection

        if "django_migrations" not in connection.introspection.table_names():
            raise NotReady(f"The PostgreSQL database has no Barograph installation in it. {hint}")


def sqlite_file() -> Path | None:
    """The file of the SQLite database; None on PostgreSQL."""
    database = settings.DATABASES["default"]
    if "sqlite3" not in database["ENGINE"]:
        return None
    return Path(str(database["NAME"])).absolute()


def read_only() -> None:
    """From now on this process can write nothing to the database. Called before it is first used."""
    from django.db import connections

    database = connections["default"].settings_dict
    connections["default"].close()
    path = sqlite_file()
    if path is None:
        options = f"{database['OPTIONS'].get('options', '')} -c default_transaction_read_only=on"
        database["OPTIONS"] = {**database["OPTIONS"], "options": options.strip()}
        return
    database["NAME"] = f"{path.as_uri()}?mode=ro"
    database["OPTIONS"] = {"timeout": 30, "uri": True, "init_command": "PRAGMA query_only=1;"}


def _refuse_wrong_key() -> None:
    """A backup with a missing or foreign key could not be used. Raises KeyProblem, NotReady."""
    from barograph.machines import schema

    if schema.examine().is_current:
        _key_check().check()
    elif settings.ADDRESS_KEY_IS_NEW:
        _refuse_lost_key()


def _require_current_tables() -> None:
    from barograph.machines import schema

    state = schema.examine()
    schema.refuse_newer(state)
    schema.refuse_older(state)


def ensure_database(*, may_migrate: bool = True, needs_key: bool = True) -> None:
    """Bring the database up to date: tables, roles, the search index, keys. One process at a time does so.

    Quick where nothing is to do. Raises as `prepare`.
    """
    from barograph.delivery import installation
    from barograph.machines import schema, services
    from barograph.people import append_only
    from barograph.search.services import ensure_index

    with schema.locked():
        state = schema.examine()
        schema.refuse_newer(state)
        if state.pending:
            if not may_migrate:
                schema.refuse_older(state)
            if not state.is_empty and needs_key and settings.ADDRESS_KEY_IS_NEW:
                _refuse_lost_key()
            _migrate()
            services.note_version()
        append_only.keep()
        _ensure_keys(needs_key)
        installation.ensure()
        ensure_index()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    from barograph.desk.roles import ensure_roles
    from barograph.people import append_only

    append_only.lift()
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # what migrations have overwritten must not outlive them in the journal
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ensure_roles()


def _refuse_lost_key() -> None:
    """Before tables of an earlier version are changed: they may hold addresses that a missing key has sealed."""
    from django.db import connection

    if "subscribers_subscriber" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM subscribers_subscriber LIMIT 1")
        if cursor.fetchone() is None:
            return
    raise NotReady(
        f"The key of the subscribers' addresses is missing ({_key_check().where()}); no other key opens them. Bring it "
        "back from a backup. Nothing was changed."
    )


def _ensure_keys(needs_key: bool) -> None:
    from barograph.base import key_files

    if needs_key:
        _key_check().ensure()
    if settings.SECRET_KEY_IS_NEW and needs_key:
        from barograph.people.models import User

        if User.objects.exists():
            sys.stderr.write(
                "keys/secret.key was missing: a new one was made. Everybody has to sign in again, and links in mails "
                "that were sent for sign-in or settings no longer work.\n"
            )
        settings.SECRET_KEY = key_files.keep(settings.DATA / "keys", "secret.key", settings.SECRET_KEY)
        settings.SECRET_KEY_IS_NEW = False


def _key_check():
    from barograph.subscribers import key_check

    return key_check
