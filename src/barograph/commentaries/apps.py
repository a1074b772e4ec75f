from django.apps import AppConfig


class CommentariesConfig(AppConfig):
    name = "barograph.commentaries"
    label = "commentaries"
    default_auto_field = "django.db.models.BigAutoField"
