"""Nothing public tells who stands behind a name: every file that a release makes is opened and read."""

import gzip
import io
import json
import re
import subprocess
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, TiffImagePlugin
from wagtail.images import get_image_model
from wagtail.models import Collection

from barograph.issues import services as issues
from barograph.newsletter import proofs
from barograph.people.models import Pen
from barograph.publishing import services
from barograph.website import bake
from tests.factories import CommentaryFactory, PersonFactory, UserFactory, translated

# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
pytestmark = [pytest.mark.once, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

#: What an account of somebody who signs with another name is called.
SECRETS = ("zinaida-sign-in", "zinaida@private.example", "Zinaida", "Kavalskaja", "olga-translates", "petr-edits")


def photograph() -> SimpleUploadedFile:
    """As a telephone makes it: with its owner, and the place."""
    picture, exif = Image.new("RGB", (60, 40), "navy"), Image.Exif()
    exif[0x013B] = "Zinaida Kavalskaja"
    exif[0x010F] = "Telephone of Zinaida"
    exif.get_ifd(0x8825)[2] = (TiffImagePlugin.IFDRational(53), TiffImagePlugin.IFDRational(54), 1)
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, comment=b"Zinaida")
    return SimpleUploadedFile("Zinaida-Kavalskaja-home.jpg", file.getvalue(), "image/jpeg")


@pytest.fixture
def issue(db, outbox, settings):
    issues.publication()
    user = UserFactory(username=SECRETS[0], email=SECRETS[1], first_name=SECRETS[2], last_name=SECRETS[3])
    translator, editor = UserFactory(username=SECRETS[4]), UserFactory(username=SECRETS[5], is_superuser=True)
    pseudonym = PersonFactory(slug="night-owl", pseudonym=True)
    Pen.objects.create(user=user, person=pseudonym)
    image = get_image_model().objects.create(title="Map", file=photograph(), uploaded_by_user=user)
    body = f'<p>A text.</p><embed embedtype="image" id="{image.pk}" alt="A map" format="fullwidth"/>'
    source = CommentaryFactory(language="ru", body=body, by=[pseudonym], live=False)
    source.save_revision(user=user).publish(user=editor)
    for language in ("be", "en"):
        text = translated(source, language, body=body, live=False)
        text.save_revision(user=translator).publish(user=editor)
    issues.assign_writer(issue=source.issue, topic=source.topic, writer=user)
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="improved")
    services.run(services.request(issue=source.issue, mail=False, by=editor).pk)
    return source.issue


def opened(name: str, content: bytes):
    """What can be read in a file: itself, and what it holds."""
    yield content
    if name.endswith(".gz"):
        yield gzip.decompress(content)
    elif name.endswith((".zip", ".epub")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield inner.encode()
                yield from opened(inner, archive.read(inner))
    elif name.endswith(".pdf"):
        for program in (["pdftotext", "-", "-"], ["pdfinfo", "-"]):
            yield subprocess.run(program, input=content, capture_output=True, check=True, timeout=240).stdout
    elif name.endswith((".png", ".webp", ".jpg")):
        with Image.open(io.BytesIO(content)) as picture:
            yield repr({**picture.info, **dict(picture.getexif())}).encode()
            assert not picture.getexif()


def test_no_file_of_the_site_carries_a_sign_in(issue):
    root = bake.folder() / "current"
    kinds = set()
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.suffix == ".br":
            continue
        kinds.add(path.suffix)
        told = str(path.relative_to(root)).encode()
        for text in (told, *opened(path.name, path.read_bytes())):
            for secret in SECRETS:
                assert secret.casefold().encode() not in text.lower(), (path.relative_to(root), secret)
    assert {".html", ".json", ".atom", ".csv", ".xml", ".pdf", ".epub", ".png", ".webp", ".zip", ".gz"} <= kinds


def test_open_data_hold_no_number_or_time_of_the_desk(issue):
    """A revision's id or hour would tell who saved what when; the publication time is everybody's."""
    for path in (bake.folder() / "current" / "data" / "editions").glob("*.json"):
        text = path.read_text()
        names = set(re.findall(r'"(\w+)":', text))
        assert not names & {"id", "pk", "user", "author_id", "revision", "edited", "updated", "touched", "by"}, names
        hours = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text)
        assert len({hour[:13] for hour in hours}) <= 1, hours
        assert json.loads(text)["topics"][0]["commentary"]["byline"][0]["slug"] == "night-owl"


def test_no_letter_carries_one(issue, outbox):
    for entry in issues.publication().lists:
        found = proofs.proof(issue=issue, list_key=entry["key"])
        text = (found.letter.html + found.letter.text + found.sender).casefold()
        assert not [secret for secret in SECRETS if secret.casefold() in text]


def test_an_uploaded_picture_is_kept_without_what_its_file_tells(db):
    editor = UserFactory(is_superuser=True)
    client = Client()
    client.force_login(editor)
    form = {"title": "Map", "file": photograph(), "collection": Collection.get_first_root_node().pk}
    client.post("/desk/images/add/", form)
    chosen = {f"image-chooser-upload-{name}": value for name, value in (form | {"file": photograph()}).items()}
    client.post("/desk/images/chooser/create/", chosen)
    kept = list(get_image_model().objects.all())
    assert len(kept) == 2
    for image in kept:
        with image.file.open("rb") as file, Image.open(file) as picture:
            assert not picture.getexif()
            assert "comment" not in picture.info
        assert (image.width, image.height) == (60, 40)
        assert image.file_size == image.file.size
