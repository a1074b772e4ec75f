"""Codes of languages are checked by one pattern, wherever they come in."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import barograph
from barograph.base import languages

SOURCE = Path(barograph.__file__).parent
#: The one module with a pattern for codes; published schemas are no Python.
OWN_PATTERN = {"base/languages.py"}
CODES = st.from_regex(languages.CODE, fullmatch=True)


@pytest.mark.parametrize("code", ["be", "be-tarask", "zh-Hant", "pt-BR", "ckb", "sr-Latn-RS"])
def test_codes_of_publications(code):
    assert languages.is_code(code)


@pytest.mark.parametrize(
    "text", ["", "b", "BE", "be_BY", "be-", "-be", "be-x-old", "бе", "be\n", "belarusian", "be tarask"]
)
def test_what_is_no_code(text):
    assert not languages.is_code(text)


@given(CODES)
def test_a_code_may_stand_in_an_address_and_in_an_edition(code):
    schema = json.loads((SOURCE / "editions/schema/edition-1.json").read_text())
    assert re.search(schema["$defs"]["language"]["pattern"], code)
    assert re.fullmatch(languages.ADDRESS_CODE, code)


def test_nothing_else_has_a_pattern_for_codes():
    own = re.compile(r"a-z\]\{2,3\}")
    files = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if own.search(path.read_text())}
    assert files <= OWN_PATTERN
