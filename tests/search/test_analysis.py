"""What counts as the same word: forms, spellings, alphabets, names. A small set by hand; bench/ has the large one."""

import pytest

from barograph.search import analysis
from barograph.search.analysis import latin, letters, stems


def same(one, other, language):
    return bool(set(analysis.terms(one, language)) & set(analysis.query_terms(other, language)))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("змянілася", "змяніліся"),
        ("пагоршылася", "пагоршыцца"),
        ("перамоў", "перамовы"),
        ("выбарах", "выбары"),
        ("дзяржаве", "дзяржава"),
        ("палітвязняў", "палітвязень"),
        ("падтрымцы", "падтрымка"),
        ("рашэнняў", "рашэнне"),
        ("эканоміцы", "эканомікай"),
        ("беларускага", "беларускі"),
        ("працуюць", "працаваць"),
        ("кажа", "казаць"),
        ("людзей", "людзі"),
        ("Лукашэнкам", "Лукашэнка"),
        ("Лукашэнцы", "Лукашэнка"),
        ("ЖЫЦЦЁ", "жыцці"),
        ("ўлада", "улады"),
        ("сям’я", "сям'і"),
        ("сямʼёй", "сям’я"),
        # the classical spelling
        ("сьнег", "снег"),
        ("сьвет", "свету"),
        ("жыцьцё", "жыццё"),
        ("зьявіцца", "з’явіўся"),
        ("Эўропа", "Еўропы"),
        ("плян", "планы"),
        ("клюб", "клуба"),
        ("сыстэма", "сістэмы"),
        ("прэзыдэнт", "прэзідэнта"),
        ("дыялёг", "дыялог"),
        ("газэта", "газеты"),
        # Łacinka
        ("змянілася", "zmianiłasia"),
        ("выбарах", "vybarach"),
        ("сям’я", "siamja"),
        ("жыццё", "žyćcio"),
        ("Лукашэнкі", "Łukašenka"),
        ("ўлады", "ŭłada"),
    ],
)
def test_belarusian_words_meet(text, query):
    if query.isascii() and latin.plain_keys(query):
        assert analysis.plain_stem(text, "be") in map(latin.plain_stem, analysis.plain_keys(query, "be"))
    else:
        assert same(text, query, "be")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("переговоров", "переговоры"),
        ("изменилась", "изменились"),
        ("Ещё", "еще"),
        ("люди", "человека"),
        ("Лукашенко", "ЛУКАШЕНКО"),
        ("стали", "сталь"),
        ("стали", "стать"),
        ("замо́к", "замок"),
    ],
)
def test_russian_words_meet(text, query):
    assert same(text, query, "ru")


@pytest.mark.parametrize(("text", "query"), [("elections", "election"), ("Talks", "talk"), ("party’s", "party's")])
def test_english_words_meet(text, query):
    assert same(text, query, "en")


@pytest.mark.parametrize(
    ("text", "query", "language"),
    [("Мінск", "Мір", "be"), ("палітыкаў", "палова", "be"), ("банк", "банан", "be"), ("если", "ес", "ru")],
)
def test_other_words_do_not(text, query, language):
    assert not same(text, query, language)


@pytest.mark.parametrize(
    "names",
    [
        "Лукашенко Лукашенку Лукашэнка Лукашэнкі Lukashenka Lukashenko Lukašenka Łukašenka",
        "Тихановская Тихановской Ціханоўская Ціханоўскай Tsikhanouskaya Cichanoŭskaja Cichanouskaja",
        "Путин Пуціна Putin",
        "Гродно Гродна Hrodna Grodno",
        "Минск Мінску Minsk",
        "Дмитрий Дзмітрый Dmitry Dzmitry",
        "Колесникова Калеснікава Kalesnikava Kolesnikova",
        "Макей Макея Makei Makey",
        "Брест Брэст Brest",
    ],
)
def test_a_name_sounds_alike_in_every_language(names):
    heard = [set(analysis.sounds(name)) for name in names.split()]
    assert set.intersection(*heard), heard


@pytest.mark.parametrize(("one", "other"), [("Путин", "Пётр"), ("Минск", "Москва"), ("Макей", "Мука")])
def test_other_names_sound_otherwise(one, other):
    assert not set(analysis.sounds(one)) & set(analysis.sounds(other))


@pytest.mark.parametrize(
    ("latin_word", "word"),
    [
        ("źmianiłasia", "зьмянілася"),
        ("Łukašenka", "лукашэнка"),
        ("siamja", "сямя"),
        ("chłopiec", "хлопец"),
        ("ludzi", "людзі"),
        ("džazavy", "джазавы"),
    ],
)
def test_lacinka_is_read(latin_word, word):
    assert latin.cyrillic(letters.fold(latin_word)) == word


def test_letters_of_another_alphabet_that_strayed_in():
    assert letters.fold("Cітуацыя") == letters.fold("Сітуацыя")  # the first has a Latin C
    assert letters.fold("½") == "12"
    assert letters.fold("NATO") == "nato"


def test_the_table_of_stems_ships_with_its_licence():
    notice = stems.PATH.with_name("LICENCE.txt").read_text(encoding="utf-8")
    assert "Mikalai Udodau" in notice
    assert "creativecommons.org/licenses/by-sa/3.0" in notice


@pytest.mark.parametrize("word", ["", "-", "ü" * 300, "שלום", "🙂", "ы", "ь", "’"])
def test_any_word_has_terms_that_are_one_word(word):
    for language in ("be", "ru", "en", "he"):
        assert all(" " not in term for term in analysis.terms(word, language))


def test_a_row_of_one_letter_sounds_like_nothing():
    assert analysis.sounds("щщщщщщ") == analysis.sounds("ssss") == []


@pytest.mark.parametrize(
    ("classical", "official"),
    [("партыяў", "партый"), ("моваў", "моў"), ("справаў", "спраў"), ("санкцыяў", "санкцыі"), ("зьменаў", "змены"),
     ("перамоваў", "перамовы"), ("сустрэчаў", "сустрэч")],
)  # fmt: skip
def test_the_genitive_of_the_classical_spelling_is_understood(classical, official):
    assert set(analysis.terms(classical, "be")) & set(analysis.terms(official, "be"))
