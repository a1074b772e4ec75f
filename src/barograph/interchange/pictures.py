"""Images of a content folder: what may come in, without what a camera or an editor noted in them.

Metadata (place, device, author, thumbnails) can betray who took a picture and
where; so it never gets into the store. Knows no formats but images.
"""

from __future__ import annotations

import hashlib
import warnings
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps
from wagtail.images import get_image_model

#: MPO: what many phones and cameras write as .jpg, with further pictures behind the first.
FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})
#: What Pillow notes of an image that is needed to show it; all else is metadata.
HARMLESS = frozenset({"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "transparency", "gamma",
                      "background", "version", "duration", "loop", "extension", "timestamp", "interlace",
                      "srgb", "progressive", "progression", "adobe", "adobe_transform", "default_image"})  # fmt: skip


@lru_cache(maxsize=512)
def _looked_at(path: str, _modified: int, size: int) -> str:
    if size > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
        megabytes = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE // (1024 * 1024)
        return _("The image is larger than %(size)s MB; make it smaller.") % {"size": megabytes}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(path) as picture:
                if picture.format not in FORMATS:
                    raise ValueError
                if picture.width * picture.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                    return _("The image has too many pixels; make it smaller.")
                picture.load()
    except Exception:  # Pillow raises anything for a broken file
        return _("This image can’t be read. Use JPEG, PNG, WebP, GIF or AVIF.")
    return ""


def problem_with(path: Path) -> str:
    """What is wrong with the image file, or ''."""
    if not path.is_file():
        return _("There is no such file; put the image there.")
    status = path.stat()
    return _looked_at(str(path), status.st_mtime_ns, status.st_size)


def stripped(data: bytes) -> tuple[bytes, str]:
    """The image without metadata, and its suffix. Written anew only where it has any.

    Its colours stay what they were: with a profile (phones' P3, Adobe RGB, a printer's CMYK) they are converted to
    sRGB, which is what readers' programs take a picture without a profile for. Raises ValueError or OSError where it
    can't be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Pillow.open(BytesIO(data)) as picture:
            kind = str(picture.format)
            if kind not in FORMATS:
                raise ValueError("not a format that is taken")
            if picture.width * picture.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise ValueError("too many pixels")
            animated = kind != "MPO" and getattr(picture, "is_animated", False)
            plain = kind != "MPO" and picture.mode != "CMYK"
            if plain and not (set(picture.info) - HARMLESS or picture.getexif() or getattr(picture, "applist", None)):
                return data, FORMATS[kind]
            if plain and kind == "JPEG" and _only_harmless(picture):
                return data, FORMATS[kind]
            out = BytesIO()
            if animated:
                picture.info = {key: picture.info[key] for key in HARMLESS & picture.info.keys()}
                picture.save(out, kind, save_all=True)
                return out.getvalue(), FORMATS[kind]
            picture.load()
            clean = in_srgb(ImageOps.exif_transpose(picture))
            clean.info = {key: clean.info[key] for key in {"transparency"} & clean.info.keys()}
            form = "JPEG" if kind == "MPO" else kind
            clean.save(out, form, **({"quality": 92} if form in {"JPEG", "WEBP", "AVIF"} else {}))
            return out.getvalue(), FORMATS[kind]


def in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """A picture with the colours that its profile means, as sRGB; one whose profile is broken stays as it is."""
    profile = picture.info.get("icc_profile")
    if not profile and picture.mode != "CMYK":
        return picture
    alpha = picture.getchannel("A") if "A" in picture.getbands() else None
    changed = picture
    if profile:
        base = picture.convert("RGB") if picture.mode in {"P", "PA", "RGBA"} else picture
        if picture.mode == "P" and "transparency" in picture.info:
            alpha = picture.convert("RGBA").getchannel("A")
        with suppress(ImageCms.PyCMSError, ValueError, OSError, TypeError):
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode = "RGB" if base.mode in {"RGB", "CMYK", "LAB"} else base.mode
            if mode == "RGB":
                changed = ImageCms.profileToProfile(
                    base, own, ImageCms.createProfile("sRGB"), outputMode="RGB",
                    flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
                ) or base  # fmt: skip
                if alpha is not None:
                    changed.putalpha(alpha)
    if changed.mode == "CMYK":
        changed = changed.convert("RGB")
    return changed


def _only_harmless(picture: Any) -> bool:
    """A JPEG whose only application segment is its own header."""
    return all(name == "APP0" for name, _data in picture.applist) and not set(picture.info) - HARMLESS


def _same(digest: str, data: bytes) -> Any:
    """An image uploaded at the desk that is this one but for its metadata."""
    with Pillow.open(BytesIO(data)) as picture:
        rows = get_image_model().objects.filter(width=picture.width, height=picture.height).order_by("pk")
    for row in rows:
        own = content_of(row)
        if own and hashlib.sha1(own[0], usedforsecurity=False).hexdigest() == digest:
            return row
    return None


def content_of(row: Any) -> tuple[bytes, str] | None:
    """A stored image without metadata and its suffix; None where its file is gone or no image."""
    try:
        with row.file.open("rb") as file:
            return stripped(file.read())
    except (OSError, ValueError, KeyError):
        return None


class Store:
    """Puts images into Wagtail's store, each once: the same picture is found again by its digest."""

    def __init__(self, root: Path):
        self.root, self.ids = root, dict[str, int]()
        self.created = 0
        self.files: list[str] = []  # names of files written, to be taken away where the import fails

    def id_of(self, ref: str) -> int:
        if ref not in self.ids:
            self.ids[ref] = self._store(self.root / ref)
        return self.ids[ref]

    def _store(self, path: Path) -> int:
        model = get_image_model()
        data, suffix = stripped(path.read_bytes())
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()  # as Wagtail does
        row = model.objects.filter(file_hash=digest).order_by("pk").first() or _same(digest, data)
        if row is not None:
            return row.pk
        stem = slugify(path.stem)[:60].strip("-_") or "image"
        image = model(title=path.stem[:255], file=ContentFile(data, name=f"{stem}.{suffix}"))
        image.file_size, image.file_hash = len(data), digest
        image.save()
        self.files.append(image.file.name)
        self.created += 1
        return image.pk

    def take_back(self) -> None:
        """Remove the files written: their rows are rolled back."""
        storage = get_image_model()._meta.get_field("file").storage
        for name in self.files:
            storage.delete(name)
