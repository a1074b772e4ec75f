"""Pictures keep their colours and lose what they tell of their maker, whatever device wrote them."""

import io
import unicodedata
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from barograph.interchange.folder import Folder
from barograph.interchange.pictures import problem_with, stripped
from barograph.interchange.problems import Problems


def written(picture, form, **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def read(data):
    return Image.open(io.BytesIO(data))


def test_a_phones_picture_of_several_is_its_first():
    first, second = Image.new("RGB", (8, 6), "red"), Image.new("RGB", (8, 6), "blue")
    data, suffix = stripped(written(first, "MPO", save_all=True, append_images=[second]))
    assert (suffix, read(data).format, getattr(read(data), "n_frames", 1)) == ("jpg", "JPEG", 1)
    assert read(data).getpixel((4, 3))[0] > 240


@pytest.mark.parametrize(("mode", "form"), [("RGB", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("RGB", "WEBP")])
def test_a_profiles_colours_are_kept_as_srgb(mode, form):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (8, 6), (20, 220, 20)).convert(mode)
    data, _suffix = stripped(written(picture, form, icc_profile=srgb, **({"quality": 95} if form != "PNG" else {})))
    found = read(data)
    assert "icc_profile" not in found.info
    near = found.convert("RGB").getpixel((4, 3))
    assert all(abs(one - other) < 12 for one, other in zip(near, (20, 220, 20), strict=True)), near


def test_print_colours_become_those_of_a_screen():
    data, _suffix = stripped(written(Image.new("CMYK", (8, 6), (0, 255, 255, 0)), "JPEG"))
    assert read(data).mode == "RGB"


def test_a_broken_profile_and_a_turned_picture_do_no_harm():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A phone"
    picture = Image.new("RGB", (8, 6), "red")
    data, _suffix = stripped(written(picture, "JPEG", icc_profile=b"nonsense", exif=exif))
    assert read(data).size == (6, 8)
    assert not read(data).getexif()
    assert b"A phone" not in data


@pytest.mark.parametrize(
    "data",
    [b"", b"no image", written(Image.new("RGB", (90, 90)), "JPEG")[:-300], written(Image.new("RGB", (9, 9)), "BMP")],
)
def test_what_is_no_picture_is_said(tmp_path, data):
    (tmp_path / "a.jpg").write_bytes(data)
    assert problem_with(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (unicodedata.normalize("NFD", "краіна-ў-й.jpg"), "краіна-ў-й.jpg"),
        ("краіна-ў-й.jpg", unicodedata.normalize("NFD", "краіна-ў-й.jpg")),
        ("Photo.JPG", "photo.jpg"),
        ("a b.jpg", "a%20b.jpg"),
        ("a.jpg", "a.jpg"),
    ],
)
def test_a_file_is_found_however_its_name_is_spelt(tmp_path, there, named):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / there).touch()
    folder = Folder(tmp_path, Problems())
    assert folder.standing(tmp_path.resolve() / "images" / named).name == there


def test_two_names_that_differ_in_case_alone_are_not_guessed_between(tmp_path):
    for name in ("A.jpg", "a.jpg"):
        (tmp_path / name).touch()
    if len([*tmp_path.iterdir()]) == 2:
        assert Folder(tmp_path, Problems()).standing(Path(tmp_path.resolve() / "a.JPG")).name == "a.JPG"
