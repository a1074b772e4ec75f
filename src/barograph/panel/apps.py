from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "barograph.panel"
    label = "panel"
    default_auto_field = "django.db.models.BigAutoField"
