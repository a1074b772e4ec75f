"""Templates give what stock Jinja gives, and in the quick ways that base/pages.py takes through Jinja's generator."""

import inspect

import pytest
from django.utils.translation import gettext_lazy
from jinja2 import DictLoader, Environment, StrictUndefined
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from barograph.base import pages

LOOK = (
    "Jinja has changed what barograph.base.pages._Code overrides: compare its two methods with "
    "jinja2.compiler.CodeGenerator, then this test. Without them pages are the same, and slower."
)
#: What our generator writes otherwise, and what stands around it.
SOURCES = {
    "a string": "{{ text }}|{{ 'a & b' }}|{{ text ~ safe }}",
    "no string": "{{ number }}|{{ none }}|{{ safe }}|{{ lazy }}|{{ list }}|{{ odd }}",
    "a filter": "{{ text|upper }}|{{ text|e }}|{{ text|safe }}|{{ list|join(text) }}",
    "a word": "{{ _('Archive') }}|{{ _(text) }}|{{ _('%(a)s < b') % {'a': text} }}",
    "a call": "{{ add(number, b=2) }}|{{ add(*[1, 2]) }}|{{ add(**{'a': 1, 'b': 2}) }}|{{ text.upper() }}",
    "a call in a loop": "{% for n in list %}{{ add(loop.index, b=1) }}{{ loop.cycle('<', '>') }}{% endfor %}",
    "a call in a block": "{% block one %}{{ add(1, b=1) }}{% endblock %}{{ self.one() }}",
    "a macro": "{% macro m(a, b='<') %}{{ a }}{{ b }}{{ add(1, b=a) }}{% endmacro %}{{ m('<', b=text) if text }}",
    "a macro that calls back": "{% macro m(a) %}{{ a }}{{ caller(a) }}{% endmacro %}"
    "{% call(x) m('<') %}{{ text }}{{ x }}{{ _('Archive') }}{% endcall %}",
    "pieces": "{% macro m(a, b) %}{{ a }}{{ b }}{{ _('Archive') }}{% endmacro %}",
    "a part": "{% import 'pieces' as part %}{{ part.m(text, b=safe) }}{% include 'a string' %}",
    "escaping off": "{% autoescape false %}{{ text }}{{ safe }}{% endautoescape %}{{ text }}",
    "escaping as the context wants it": "{% autoescape switch %}{{ text }}{{ safe }}{% endautoescape %}",
    "set": "{% set a %}{{ text }}{% endset %}{{ a }}{% set b = add(1, b=2) %}{{ b }}{{ text }}",
}


class Odd:
    def __html__(self):
        return "<odd>"


CONTEXT = {
    "text": "<i>'\"&",
    "safe": Markup("<b>&amp;</b>"),
    "number": 7,
    "none": None,
    "lazy": gettext_lazy("Archive"),
    "list": ["<", 1, Markup("<u>")],
    "odd": Odd(),
    "add": lambda a, b: f"<{a}+{b}>",
    "switch": True,
}


def made(kind):
    env = kind(
        loader=DictLoader(SOURCES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.globals["_"] = lambda message: {"Archive": "Архіў <"}.get(message, message)
    env.words = {"Archive": "Архіў <", "%(a)s < b": "%(a)s < b"}
    return env


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_gives_what_stock_jinja_gives(name):
    assert made(pages._Environment).get_template(name).render(CONTEXT) == made(Environment).get_template(name).render(
        CONTEXT
    ), LOOK


def test_every_template_of_the_house_compiles_to_the_quick_ways():
    env = pages.environment("be")
    for name in env.list_templates():
        source = env.loader.get_source(env, name)[0]
        code = env.compile(source, name, raw=True)
        assert "escape(" not in code.replace("import escape", ""), f"{name}: {LOOK}"
        assert "context.call(context.resolve('_')" not in code, f"{name}: {LOOK}"


def test_the_quick_ways_are_taken():
    code = made(pages._Environment).compile("{{ text }}{{ _('Archive') }}{{ add(1, b=2) }}", raw=True)
    for way in ("environment.shown(", "environment.words['Archive']", "environment.called("):
        assert way in code, LOOK
    assert "context.call(" not in code, LOOK


def test_jinja_still_has_what_is_overridden():
    assert list(inspect.signature(CodeGenerator._output_child_pre).parameters) == [
        "self",
        "node",
        "frame",
        "finalize",
    ], LOOK
    assert list(inspect.signature(CodeGenerator.visit_Call).parameters) == [
        "self",
        "node",
        "frame",
        "forward_caller",
    ], LOOK
    assert "src" in CodeGenerator._FinalizeInfo._fields, LOOK
    assert list(inspect.signature(Environment.make_globals).parameters) == ["self", "d"], LOOK
    assert Environment.code_generator_class is CodeGenerator, LOOK
