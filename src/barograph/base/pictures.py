"""What cameras and programs write into a picture's file: places, names, times. None of it is to be published."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

#: What a picture needs to look as it does; all else that a file may tell is left out.
NEEDED = {"icc_profile", "transparency", "duration", "loop", "background", "disposal", "progressive", "gamma", "dpi"}
TELLING = {"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "Raw profile type exif", "Raw profile type iptc"}


def bare(content: bytes) -> bytes | None:
    """The picture alone, turned as its camera held it; None where the file tells nothing else, or is no picture."""
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.load()
            told = (
                bool(picture.getexif()) or bool(TELLING & picture.info.keys()) or bool(getattr(picture, "text", None))
            )
            if not told:
                return None
            kind, moving = picture.format, getattr(picture, "is_animated", False)
            found = picture if moving else ImageOps.exif_transpose(picture)
            found.info = {name: value for name, value in picture.info.items() if name in NEEDED}
            options = {"icc_profile": found.info["icc_profile"]} if "icc_profile" in found.info else {}
            if kind in {"JPEG", "WEBP", "AVIF"}:
                options["quality"] = 95
            out = BytesIO()
            found.save(out, kind, save_all=moving, exif=b"", **options)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # whoever takes it in says what is wrong with it
    return out.getvalue()
