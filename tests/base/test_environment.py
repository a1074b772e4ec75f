import pytest

from barograph.base import environment, key_files
from barograph.base.environment import EnvironmentProblem

KEYS = {"BAROGRAPH_SECRET_KEY": "s" * 64, "BAROGRAPH_ADDRESS_KEY": "ab" * 32}


def test_a_misspelt_name_is_refused_with_the_nearest_known_one(tmp_path):
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_BASE_URL"):
        environment.read({"BAROGRAPH_BASEURL": "x", "BAROGRAPH_DATA": str(tmp_path)})


def test_reading_the_settings_makes_no_key(tmp_path):
    found = environment.read({"BAROGRAPH_DATA": str(tmp_path)})
    assert found.address_key_is_new
    assert found.secret_key_is_new
    assert not (tmp_path / "keys").exists()


def test_a_key_is_written_once_for_the_owner_alone(tmp_path):
    first = key_files.keep(tmp_path / "keys", "address.key", "ab" * 32)
    assert key_files.keep(tmp_path / "keys", "address.key", "cd" * 32) == first == "ab" * 32
    assert (tmp_path / "keys" / "address.key").stat().st_mode & 0o077 == 0
    found = environment.read({"BAROGRAPH_DATA": str(tmp_path)})
    assert (found.address_key, found.address_key_is_new) == (first, False)


@pytest.mark.parametrize("text", ["", "xyz", "\u00e9"])
def test_a_damaged_key_file_is_refused_and_not_replaced(tmp_path, text):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "address.key").write_text(text)
    with pytest.raises(EnvironmentProblem, match=r"address\.key"):
        environment.read({"BAROGRAPH_DATA": str(tmp_path)})
    assert (tmp_path / "keys" / "address.key").read_text() == text


def test_commands_beside_a_demo_make_the_links_it_makes(tmp_path):
    (tmp_path / environment.DEMO_ADDRESS).write_text("http://127.0.0.1:8123\n")
    assert environment.read({"BAROGRAPH_DATA": str(tmp_path)}).base_url == "http://127.0.0.1:8123"
    given = {"BAROGRAPH_DATA": str(tmp_path), "BAROGRAPH_BASE_URL": "https://example.org"}
    assert environment.read(given).base_url == "https://example.org"


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("cd" * 32 + "\n")
    found = environment.read({"BAROGRAPH_DATA": str(tmp_path), "BAROGRAPH_ADDRESS_KEY_FILE": str(tmp_path / "key")})
    assert found.address_key == "cd" * 32


@pytest.mark.parametrize(
    "wrong",
    [
        {"BAROGRAPH_ADDRESS_KEY": "short"},
        {"BAROGRAPH_SECRET_KEY": "short"},
        {"BAROGRAPH_BASE_URL": "example.org"},
        {"BAROGRAPH_BASE_URL": "https://example.org/path"},
        {"BAROGRAPH_SMTP_URL": "http://relay"},
        {"BAROGRAPH_SMTP_URL": "smtp://relay?tls=perhaps"},
        {"BAROGRAPH_SMTP_URL": "smtp://relay:notaport"},
        {"BAROGRAPH_SECRET_KEY_FILE": "/does/not/exist"},
        {"BAROGRAPH_ONION_URL": "https://example.org"},
        {"BAROGRAPH_WEBSUB_URL": "hub.example.org"},
        {"BAROGRAPH_MACHINE_TRANSLATION": "translate.example.org"},
        {"BAROGRAPH_MACHINE_TRANSLATION": "https://translate.example.org"},
        {"BAROGRAPH_MACHINE_TRANSLATION": "https://translate.example.org:port/translate"},
        {"BAROGRAPH_MACHINE_TRANSLATION": "https://translate.example.org/translate?key=x"},
        {"BAROGRAPH_MACHINE_TRANSLATION": "http://translate.example.org/translate"},
        {"BAROGRAPH_MAIL_OVERDUE": "0"},
        {"BAROGRAPH_MAIL_GRACE": "121"},
        {"BAROGRAPH_MAIL_GRACE": "a while"},
        {"BAROGRAPH_MAIL_OVERDUE": "soon"},
        {"BAROGRAPH_MAIL_WINDOW": "7-22"},
        {"BAROGRAPH_MAIL_WINDOW": "07:00-07:00"},
        {"BAROGRAPH_MAIL_WINDOW": "07:00-25:00"},
        {"BAROGRAPH_MAIL_WARMUP": "200"},
        {"BAROGRAPH_MAIL_WARMUP": "2026-11-25,200,1"},
        {"BAROGRAPH_MAIL_WARMUP": "2026-11-31,200,2"},
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, wrong):
    base = {k: v for k, v in KEYS.items() if f"{k}_FILE" not in wrong}
    with pytest.raises(EnvironmentProblem) as problem:
        environment.read({"BAROGRAPH_DATA": str(tmp_path), **base, **wrong})
    assert str(problem.value).endswith(".") or "(" in str(problem.value)


def test_a_machine_translation_is_read_whole_and_its_key_stays_out_of_sight(tmp_path):
    base = {"BAROGRAPH_DATA": str(tmp_path), **KEYS}
    assert environment.read(base).machine_translation is None
    found = environment.read(
        {**base, "BAROGRAPH_MACHINE_TRANSLATION": "https://mt.example.org:8443/translate?api_key=a%2Bb"}
    ).machine_translation
    assert (found.url, found.key, found.host) == ("https://mt.example.org:8443/translate", "a+b", "mt.example.org")
    assert "a+b" not in repr(found)
    assert environment.read({**base, "BAROGRAPH_MACHINE_TRANSLATION": "http://127.0.0.1:5000/translate"})


def test_a_relay_is_read_whole():
    smtp = environment.parse_smtp("smtp://me:p%40ss@mail.example.org:587?tls=starttls")
    assert (smtp.host, smtp.port, smtp.user, smtp.password, smtp.tls) == (
        "mail.example.org", 587, "me", "p@ss", "starttls",
    )  # fmt: skip
    assert environment.parse_smtp("smtps://mail.example.org").port == 465


def test_postgres_addresses_are_read_whole():
    found = environment.database("postgres://me:secret@db.example.org:5433/barograph?sslmode=require")
    assert found["NAME"] == "barograph"
    assert found["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(EnvironmentProblem):
        environment.database("mysql://x")


@pytest.mark.parametrize("name", ["barograph_smtp_url", "Barograph_Data_File"])
def test_a_variable_in_small_letters_is_refused_with_its_right_name(name):
    with pytest.raises(environment.EnvironmentProblem, match=name.upper()):
        environment.read({name: "x"})
