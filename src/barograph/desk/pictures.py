"""A picture that is uploaded at the desk is kept without what its file tells of its maker: owner, place, device."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
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
        try:
            bare, _suffix = stripped(content)
        except Exception:  # Pillow raises anything for a broken file
            del self.cleaned_data["file"]
            self.add_error("file", _("This image can’t be read. Use JPEG, PNG, WebP, GIF or AVIF."))
            return
        if bare != content:
            self.cleaned_data["file"] = SimpleUploadedFile(file.name, bare, file.content_type)
