"""Who signs in, and under which names commentaries appear.

A public byline (Person) never leads to a login (User): the one link between
them, Pen, is read by the desk alone and stands in nothing public.
"""

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from barograph.base.addressed import Address, Addressed
from barograph.base.fields import LocalizedTextField
from barograph.base.languages import localized
from barograph.base.sealing import SealedCharField, SealedEmailField
from barograph.people import sight
from barograph.people.apps import NAMES


class AccountQuerySet(models.QuerySet):
    def by_name(self) -> "AccountQuerySet":
        """In the order of the names to sign in with. Names are sealed, so they are opened and compared here."""
        names = self.order_by().values_list("pk", "username")
        numbers = [pk for pk, _name in sorted(names, key=lambda pair: (pair[1].casefold(), pair[0]))]
        places = [models.When(pk=pk, then=models.Value(place)) for place, pk in enumerate(numbers)]
        if not places:
            return self.order_by("pk")
        return self.annotate(place=models.Case(*places, output_field=models.IntegerField())).order_by("place")


def _django_name(field: str) -> str:
    """What Django calls a field of an account, in its own translations."""
    return AbstractUser._meta.get_field(field).verbose_name


class AccountManager(UserManager.from_queryset(AccountQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


class User(AbstractUser):
    """A sign-in to the desk. Names and address are sealed: a copy of the database doesn't tell who writes as whom."""

    username = SealedCharField(
        _django_name("username"),
        purpose=NAMES,
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": AbstractUser._meta.get_field("username").error_messages["unique"]},
    )
    first_name = SealedCharField(_django_name("first_name"), purpose=NAMES, max_length=150, blank=True)
    last_name = SealedCharField(_django_name("last_name"), purpose=NAMES, max_length=150, blank=True)
    email = SealedEmailField(_django_name("email"), purpose=NAMES, blank=True)

    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return gettext("Someone") if sight.hides(self) else self.get_username()

    def real_name(self) -> str:
        """First and last name; the name to sign in with where there are none."""
        return super().get_full_name() or self.get_username()

    def get_full_name(self) -> str:
        """What Wagtail's pages call an account: "Somebody" for those who may not know it (people/sight.py)."""
        return gettext("Someone") if sight.hides(self) else super().get_full_name()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: password, role and second factor. A change of any of them ends it."""
        factors = self.totpdevice_set.filter(confirmed=True).order_by("pk").values_list("key", flat=True)
        passkeys = self.webauthncredential_set.order_by("pk").values_list("credential_id_sha256", flat=True)
        roles = self.groups.order_by("pk").values_list("pk", flat=True)
        bound = [self.password, self.is_superuser, self.is_active, list(roles), [*factors, *passkeys]]
        return salted_hmac("barograph.people.session", repr(bound), secret=secret, algorithm="sha256").hexdigest()


#: Before a session key that is a hash. No key that Django makes holds a colon.
HASHED = "h:"


def hashed_session_key(cookie: str | None) -> str:
    """What stands in the database for the value of a session's cookie; hashes stay as they are."""
    if not cookie or cookie.startswith(HASHED):
        return cookie or ""
    return HASHED + salted_hmac("barograph.people.session key", cookie, algorithm="sha256").hexdigest()[:38]


class SessionKeyField(models.CharField):
    """Holds the keyed hash of a session's key (152 bits), so that a copy of the database opens no session.

    Written and looked for with the key itself; read back it is the hash.
    """

    def get_prep_value(self, value):
        return hashed_session_key(super().get_prep_value(value))


class Session(AbstractBaseSession):
    """A signed-in browser. Whose it is stands in a column, so that people can see and end their own."""

    session_key = SessionKeyField("session key", max_length=40, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    browser = models.CharField(max_length=80, blank=True)  # "Firefox, Linux": no network address, no exact version
    begun_at = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls):
        from barograph.people.sessions import SessionStore

        return SessionStore

    @property
    def handle(self) -> str:
        """Names the session in a page without telling the secret that opens it."""
        return salted_hmac("barograph.people.session handle", self.session_key, algorithm="sha256").hexdigest()[:32]


class RecoveryCode(models.Model):
    """A code for the day the phone is lost: works once. Only its keyed hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code_each")]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class InvitationQuerySet(models.QuerySet):
    def open(self) -> "InvitationQuerySet":
        """Neither used nor withdrawn; some may have run out, and can be sent again."""
        return self.filter(used_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """A way in for somebody who has no sign-in yet. The address is erased when it is used or withdrawn."""

    email = SealedEmailField(_("e-mail address"), purpose=NAMES, blank=True)
    name = SealedCharField(pgettext_lazy("person", "name"), purpose=NAMES, max_length=150)
    language = models.CharField(_("language"), max_length=8)
    groups = models.ManyToManyField("auth.Group", related_name="+", verbose_name=_("roles"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    secret = models.CharField(max_length=32)  # another with each sending: earlier links open nothing
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # None: the mail server did not take it
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(used_at=None, withdrawn_at=None),
                name="one_open_invitation_an_address",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Person(Addressed):
    """A byline: the name readers see. May be a pseudonym."""

    ADDRESS = "slug"

    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        help_text=_(
            "Old links keep working after a change. Readers will see the new address with the next publication."
        ),
    )
    names = LocalizedTextField(pgettext_lazy("person", "name"))
    about = LocalizedTextField(pgettext_lazy("person", "about"), blank=True, multiline=True)
    pseudonym = models.BooleanField(_("pseudonym"), default=False)

    class Meta:
        verbose_name = _("analyst")
        verbose_name_plural = _("analysts")
        ordering = ["slug"]

    def __str__(self) -> str:
        return localized(self.names, get_language() or "en") or self.slug


class PersonAddress(Address):
    """An address that an analyst's page has or had, the first one first."""

    owner = models.ForeignKey(Person, models.CASCADE, related_name="addresses")

    class Meta:
        ordering = ["pk"]


class Pen(models.Model):
    """Under which bylines a sign-in may write."""

    user = models.ForeignKey(User, models.CASCADE, related_name="pens", verbose_name=_("account"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("analyst"))

    class Meta:
        verbose_name = _("right to a byline")
        verbose_name_plural = _("rights to bylines")
        constraints = [models.UniqueConstraint(fields=["user", "person"], name="one_pen_each")]

    def __str__(self) -> str:
        """Without the names: it stands in logs."""
        return f"{self._meta.verbose_name} {self.pk}"
