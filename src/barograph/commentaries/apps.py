from django.apps import AppConfig


class CommentariesConfig(AppConfig):
    name = "barograph.commentaries"
    label = "commentaries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex

        # where pictures are used, kept in every process: their view set says so only where the desk is served
        ReferenceIndex.register_model(self.get_model("Commentary"))
