from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "barograph.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from barograph.desk import labels

        labels.put()
