from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "barograph.newsletter"
    label = "newsletter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The publication says who its mail comes from; delivery, below, knows no publication."""
        from barograph.delivery import senders
        from barograph.newsletter import sender_choice

        senders.ask(sender_choice.for_django)
