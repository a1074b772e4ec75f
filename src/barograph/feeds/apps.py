from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "barograph.feeds"
    label = "feeds"
    default_auto_field = "django.db.models.BigAutoField"
