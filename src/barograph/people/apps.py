from django.apps import AppConfig, apps

#: What secrets of authenticator apps are sealed for.
FACTOR = "people second factor"
#: What names and addresses of accounts are sealed for, in accounts, invitations and the audit log.
NAMES = "people names"


class PeopleConfig(AppConfig):
    name = "barograph.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from barograph.base import sealing

        device = apps.get_model("otp_totp", "TOTPDevice")
        sealing.take_place_of(device._meta.get_field("key"), purpose=FACTOR)
        # a line about an account bears its name, also after the account has gone
        sealing.seal_label(apps.get_model("wagtailcore", "ModelLogEntry")._meta.get_field("label"), purpose=NAMES)
