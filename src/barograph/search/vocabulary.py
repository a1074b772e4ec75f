"""The word forms of all indexed texts and what they were analysed to: each form once in an archive's life.

Reading goes by exact form, by sound, by plain Latin letters, by likeness. Knows no documents.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping

from django.db.models import Q

from barograph.search import analysis
from barograph.search.analysis import latin, letters
from barograph.search.models import Form

Terms = tuple[str, ...]
_AT_ONCE = 500
_MOST_ALIKE = 60  # forms that a guess may bring in


def _parts(items: Iterable[str]) -> Iterator[list[str]]:
    rows = list(items)
    for at in range(0, len(rows), _AT_ONCE):
        yield rows[at : at + _AT_ONCE]


def resolve(language: str, seen: Mapping[str, bool]) -> dict[str, Terms]:
    """The terms of folded forms; `seen` says of each whether it stood as a name. New ones are analysed and kept."""
    known: dict[str, Form] = {}
    for part in _parts(seen):
        known |= {form.form: form for form in Form.objects.filter(language=language, form__in=part)}
    fresh = [_analysed(language, form, named) for form, named in sorted(seen.items()) if form not in known]
    Form.objects.bulk_create(fresh, batch_size=_AT_ONCE, ignore_conflicts=True)
    named = [form for form in known.values() if seen[form.form] and not form.sound]
    for form in named:
        form.sound = _sound(form.form)
    Form.objects.bulk_update([form for form in named if form.sound], ["sound"], batch_size=_AT_ONCE)
    return {form.form: tuple(form.terms.split()) for form in [*known.values(), *fresh]}


def _analysed(language: str, form: str, named: bool) -> Form:
    terms = " ".join(analysis.terms(form, language))
    sound = _sound(form) if named else ""
    return Form(language=language, form=form, terms=terms, sound=sound, plain=analysis.plain_stem(form, language)[:90])


def forget(language: str, forms: Iterable[str], occurs: Callable[[list[str]], bool]) -> None:
    """Drop those of the forms whose terms stand in no text any more: a misspelt word is told of none of them."""
    for part in _parts(sorted(forms)):
        rows = Form.objects.filter(language=language, form__in=part).values_list("pk", "terms")
        gone = [pk for pk, terms in rows if terms and not occurs(terms.split())]
        Form.objects.filter(pk__in=gone).delete()


def _sound(form: str) -> str:
    return next(iter(analysis.sounds(form)), "")[:60]


def terms_of(language: str, words: Iterable[str]) -> dict[str, Terms]:
    """The terms of a query's words, with what they may mean besides. Those the texts have need no analyser."""
    folded = {word: letters.fold(word) for word in words}
    rows = Form.objects.filter(language=language, form__in=set(folded.values())).values_list("form", "terms", "sound")
    met = {form: (terms.split(), bool(sound)) for form, terms, sound in rows}
    terms_by_word = {}
    for word, form in folded.items():
        terms, named = met.get(form) or (list(analysis.query_terms(word, language)), True)
        terms_by_word[word] = tuple(dict.fromkeys([*terms, *_guesses(language, word, met=form in met, named=named)]))
    return terms_by_word


def _guesses(language: str, word: str, *, met: bool, named: bool) -> list[str]:
    """Further terms for a word that no dictionary of that language has: names of other languages, plain Latin.

    A language without a dictionary takes for its own what its texts have and never as a name. Plain Latin stems are
    only guessed at where the word is neither met in the texts nor read as Łacinka.
    """
    ordinary = met and not named and not analysis.has_dictionary(language)
    if ordinary or not letters.fold(word).isalpha() or analysis.known(word, language):
        return []
    forms = Form.objects.filter(language=language)
    brought: list[tuple[str, str]] = []
    keys = analysis.plain_keys(word, language)
    if keys:
        alike = forms.filter(plain__in=[latin.plain_stem(key) for key in keys]).values_list("form", "terms")
        exact = [pair for pair in alike if latin.plain(pair[0]) in keys]
        brought += exact or ([] if met or analysis.read_as_lacinka(word) else alike)
    brought += forms.filter(sound__in=analysis.sounds(word)).exclude(sound="").values_list("form", "terms")
    return [term for _, terms in brought[:_MOST_ALIKE] for term in terms.split()]


def near(language: str, word: str, most: int = 3) -> list[str]:
    """Forms of the texts that a misspelt word may have meant, the likeliest first."""
    folded = letters.fold(word)
    if len(folded) < 4:
        return []
    begins = Q(form__startswith=folded[:2]) | Q(form__startswith=folded[1] + folded[0])
    forms = Form.objects.filter(begins, language=language).order_by("form").values_list("form", flat=True)
    close = [form for form in forms[:20_000] if abs(len(form) - len(folded)) <= 2 and form != folded]
    return difflib.get_close_matches(folded, close, n=most, cutoff=0.75)
