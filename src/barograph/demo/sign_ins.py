"""Who can sign in to the demo, and what its operator is told. Plain Python: a start needs no Django to say it."""

from __future__ import annotations

#: name, password, group, language of the desk, bylines. Known to everyone, so only for the demo.
SIGN_INS = (
    ("editor", "barograph-editor", "Editors", "en", ()),
    ("analyst-one", "barograph-one", "Analysts", "ru", ("jan-tuman", "viera-navalnica")),
    ("analyst-two", "barograph-two", "Analysts", "be", ("zoja-viasiolka", "north-wind")),
    ("translator", "barograph-translator", "Translators", "be", ()),
    ("publisher", "barograph-publisher", "Publishers", "ru", ()),
    ("operator", "barograph-operator", "Operators", "en", ()),
)


def welcome(base: str) -> str:
    """What the operator of the demo needs to know."""
    lines = [
        "",
        "Barograph is running. Everything stays on this machine.",
        "",
        f"  Site      {base}/",
        f"  Desk      {base}/desk/",
        f"  Mailbox   {base}/mailbox/",
        "",
        "  Sign in to the desk as",
    ]
    lines += [f"    {name:<12} {password}" for name, password, *_rest in SIGN_INS]
    lines += ["", "  Stop with Ctrl-C. A next start goes on from here; --fresh begins anew.", ""]
    return "\n".join(lines)
