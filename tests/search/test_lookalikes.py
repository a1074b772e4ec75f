"""A Latin letter in a Cyrillic word, a Cyrillic one in a Latin word, accents: found both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import lookalikes
from barograph.commentaries.checklist import Draft, remarks
from barograph.search import analysis
from barograph.search.analysis import letters
from barograph.search.marks import Marker
from barograph.search.queries import Query, Word

PAIRS = list(zip(lookalikes.LATIN, lookalikes.CYRILLIC, strict=True))


def meet(text, query, language):
    return not set(analysis.terms(text, language)).isdisjoint(analysis.query_terms(query, language))


@pytest.mark.parametrize(("latin", "cyrillic"), PAIRS)
@pytest.mark.parametrize("language", ["be", "ru"])
def test_every_latin_look_alike_in_a_cyrillic_word_is_found(latin, cyrillic, language):
    for capital in (str, str.upper):
        for word in ("{}лязо", "жа{}люд", "дзя{}", "{}{}лявя"):
            strayed, right = word.replace("{}", capital(latin)), word.replace("{}", capital(cyrillic))
            assert letters.fold(strayed) == letters.fold(right)
            assert meet(strayed, right, language)
            assert meet(right, strayed, language)


@pytest.mark.parametrize(("latin", "cyrillic"), PAIRS)
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_every_cyrillic_look_alike_in_a_latin_word_is_found(latin, cyrillic, language):
    for capital in (str, str.upper):
        for word in ("{}ovnd", "nl{}z", "sv{}"):
            strayed, right = word.replace("{}", capital(cyrillic)), word.replace("{}", capital(latin))
            assert meet(strayed, right, language)
            assert meet(right, strayed, language)


@pytest.mark.parametrize(
    ("text", "query", "language"),
    [
        ("Mінск", "Мінск", "be"),
        ("Kрым", "Крым", "ru"),
        ("Tрамвай", "трамвай", "ru"),
        ("Hарач", "Нарач", "be"),
        ("Bойска", "войска", "be"),
        ("прáва", "права", "be"),
        ("прáва", "права", "ru"),
        ("NАTO", "NATO", "en"),
        ("NАТО", "nato", "ru"),
        ("CОVID", "COVID", "be"),
        ("CОVID", "covid", "en"),
        ("TACC", "ТАСС", "ru"),
        ("Bек", "век", "ru"),
        *[
            (name, plain, language)
            for name, plain in [
                ("Nausėda", "Nauseda"),
                ("Orbán", "Orban"),
                ("Sławomir", "Slawomir"),
                ("Müller", "Muller"),
                ("Kraków", "Krakow"),
                ("café", "cafe"),
                ("Łódź", "Lodz"),
                ("Straße", "Strasse"),
                ("Søren", "Soren"),
                ("Erdoğan", "Erdogan"),
            ]
            for language in ("be", "ru", "en", "pl", "de")
        ],
    ],
)
def test_words_meet_both_ways(text, query, language):
    assert meet(text, query, language)
    assert meet(query, text, language)


@pytest.mark.parametrize(("one", "other"), [("Мінск", "Пінск"), ("кот", "кит"), ("NATO", "NAFTA")])
def test_other_words_do_not(one, other):
    for language in ("be", "ru", "en"):
        assert not meet(one, other, language)


WORDS = st.text(
    st.sampled_from("абвгдежзйклмнопрстуфхцчшыэюяіўёABCEHIKMOPTXYabcehikmoptxyáéėłüqd"), min_size=1, max_size=12
)


@given(WORDS, st.sampled_from(["be", "ru", "en"]))
def test_folding_twice_changes_nothing_and_every_word_meets_itself(word, language):
    folded = letters.fold(word)
    assert letters.fold(folded) == folded
    assert meet(word, word, language)
    assert meet(word.upper(), word, language) or word.upper().casefold() != word.casefold()


@given(st.lists(st.tuples(st.sampled_from(PAIRS), st.booleans()), min_size=1, max_size=8))
def test_whichever_letters_strayed_in_the_word_is_one(picked):
    right = "ж" + "".join(pair[1] for pair, _latin in picked) + "л"
    strayed = "ж" + "".join(pair[0] if latin else pair[1] for pair, latin in picked) + "л"
    assert letters.fold(strayed) == letters.fold(right)
    if strayed != right:
        assert lookalikes.mixed_words(f"Слова {strayed}.") == [strayed]


@pytest.mark.parametrize(
    ("text", "query"), [("Горад Mінск.", "Мінск"), ("Пан Orbán.", "Orban"), ("Ėlita", "Elita"), ("Hарач", "Нарач")]
)
def test_what_is_found_is_marked(text, query):
    marker = Marker(Query("be", [Word(query, analysis.query_terms(query, "be"))]))
    assert [piece for piece, hit in marker.pieces(text) if hit]


def test_the_writer_is_told():
    told = [remark.text for remark in remarks(Draft(headline="Mінск", body="<p>PDFам і NАTO, Мінск.</p>", byline=1))]
    assert any("Mінск, NАTO." in text for text in told)
