"""Raised and lowered letters as plain text that says the same: 10⁶, м², CO₂. Knows no app and no markup.

Source of the letters: the Unicode Standard, blocks Superscripts and Subscripts (U+2070–209F), Latin-1, Phonetic
Extensions and Spacing Modifier Letters.
"""

from __future__ import annotations

_PLAIN = " \u00a0\u202f\t\n.,;:°′″'’*"  # stands raised or lowered as it is: the digits beside it tell
_RAISED = dict(
    zip(
        "0123456789+-−–=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδε",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋ",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-−–=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
#: Endings of ordinal numbers, which word processors raise by themselves: the plain ones say the same.
_ENDINGS = frozenset(
    ("st", "nd", "rd", "th", "й", "я", "е", "го", "му", "ая", "ой", "ых", "ым", "ы", "і", "га", "ю", "-й", "-я", "-е")
)
_SIGNS = {"tm": "™", "sm": "℠", "o": "°", "о": "°"}


def raised(text: str, before: str = "") -> tuple[str, bool]:
    """A superscript as plain text, and whether it still says the same; where not, the text is as it was.

    `before` is what stands before it: `1st` needs no raised letters, `20` and a raised `o` are degrees.
    """
    word = text.strip().lower()
    if before[-1:].isdigit() and word in _ENDINGS:
        return text, True
    if word in _SIGNS and (len(word) == 2 or before[-1:].isdigit()):
        return text.replace(text.strip(), _SIGNS[word]), True
    return _mapped(text, _RAISED)


def lowered(text: str) -> tuple[str, bool]:
    """A subscript as plain text, and whether it still says the same; where not, the text is as it was."""
    return _mapped(text, _LOWERED)


def _mapped(text: str, letters: dict[str, str]) -> tuple[str, bool]:
    known = set(letters.values())
    if all(letter in letters or letter in _PLAIN or letter in known or letter == "ª" for letter in text):
        return "".join(letters.get(letter, letter) for letter in text), True
    return text, False
