"""A picture that is uploaded at the desk is kept without what its file tells of its maker: owner, place, device."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.images.forms import BaseImageForm

from barograph.interchange.pictures import stripped


class BareImageForm(BaseImageForm):
    """The base of every form that takes an image in (WAGTAILIMAGES_IMAGE_FORM_BASE)."""

    def _clean_fields(self) -> None:
        """The field has made sure of the file; whatever comes after knows the bare one alone."""
        super()._clean_fields()
        file = self.cleaned_data.get("file")
        if not file or "file" not in self.changed_data:
            return
        file.seek(0)
        content = file.read()
        file.seek(0)
        bare, _suffix = stripped(content)
        if bare != content:
            self.cleaned_data["file"] = SimpleUploadedFile(file.name, bare, file.content_type)
