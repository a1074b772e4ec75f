from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "barograph.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"
