from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "barograph.subscribers"
    label = "subscribers"
    default_auto_field = "django.db.models.BigAutoField"
