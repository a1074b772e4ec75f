from django.apps import AppConfig


class CommentariesConfig(AppConfig):
    name = "barograph.commentaries"
    label = "commentaries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.models import ReferenceIndex
        from wagtail.permissions import register_permission_policy

        # where pictures are used, kept in every process: their view set says so only where the desk is served
        ReferenceIndex.register_model(self.get_model("Commentary"))
        # The rights policy too: whatever publishes, schedules or locks outside the web process (an import, the worker,
        # a program of one's own) asks Wagtail for it before anything has loaded the desk's hooks. A policy that Wagtail
        # had to make up in the meantime can't be replaced: registering ours later raises ImproperlyConfigured.
        from barograph.commentaries.permissions import CommentaryPolicy

        commentary = self.get_model("Commentary")
        register_permission_policy(commentary, CommentaryPolicy(commentary))
