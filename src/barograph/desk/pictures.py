"""A picture that comes into the desk, by hand or from a folder, is kept without what its file tells of its maker."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.db.models.signals import pre_save
from wagtail.images.models import AbstractImage

from barograph.base.pictures import bare


def keep_bare(sender: type, instance: Any, raw: bool = False, **_given: Any) -> None:
    """Before a new file of an image is written."""
    if raw or not isinstance(instance, AbstractImage) or not instance.file or instance.file._committed:
        return
    instance.file.open()
    found = bare(instance.file.read())
    instance.file.seek(0)
    if found is None:
        return
    instance.file = ContentFile(found, name=instance.file.name)
    instance._set_image_file_metadata()


def connect() -> None:
    pre_save.connect(keep_bare, dispatch_uid="barograph.pictures")
