"""Bodies: Markdown ⇄ restricted HTML loses nothing, and holds nothing else."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from barograph.interchange import markdown, richtext
from barograph.interchange.markdown import MarkdownProblems, to_html, to_markdown
from barograph.interchange.richtext import Image, Item, Listing, Run, TextBlock

LETTERS = "abЎўяé19.)(]['\"*_`~#+-=>|<&;!:\\^«»’“”—–\u00a0\u2003\u2028\u00ad%$@/ ]  "
words = st.text(alphabet=LETTERS, min_size=1, max_size=12) | st.sampled_from(
    [
        "1. May",
        "2020. ",
        "!",
        "[^1]",
        "[^1]: note",
        "&amp;",
        "&nbsp;",
        "- dash",
        "# no heading",
        "***",
        "---",
        "сям’я",
        "> x",
    ]
)
hrefs = st.sampled_from(
    [
        "",
        "",
        "",
        "https://example.org/a_(b)?x=1&copy;=2",
        "mailto:a@example.org",
        "/be/2020-08-03/",
        "https://be.example/Мінск",
    ]
)

# Built by hand, not by st.builds: what fails is then printed as it is, and at once.


@st.composite
def runs(draw, breaks=True):
    def run():
        return Run(draw(words | st.just("\n")), draw(st.booleans()), draw(st.booleans()), draw(hrefs))

    found = [run() for _place in range(draw(st.integers(1, 6)))]
    return richtext.normal_runs(found, breaks=breaks) or (Run("a"),)


@st.composite
def lists(draw, depth=2):
    def item():
        most = 2 if depth else 0
        return Item(draw(runs()), tuple(draw(lists(depth - 1)) for _place in range(draw(st.integers(0, most)))))

    return Listing(draw(st.booleans()), tuple(item() for _place in range(draw(st.integers(1, 3)))))


@st.composite
def blocks(draw):
    kind = draw(st.sampled_from(["p", "p", "blockquote", "h2", "h3", "image", "list"]))
    if kind == "list":
        return draw(lists())
    if kind == "image":
        name = draw(st.from_regex(r"[a-z]{1,8}\.(jpg|png)", fullmatch=True))
        return Image(name, " ".join(draw(words).split()))
    return TextBlock(kind, draw(runs(breaks=kind not in {"h2", "h3"})))


@st.composite
def documents(draw):
    return tuple(draw(blocks()) for _place in range(draw(st.integers(0, 5))))


@given(documents())
@settings(max_examples=80, deadline=None)
def test_html_markdown_html_is_the_identity(document):
    html = richtext.to_html(document)
    text = to_markdown(html)
    assert to_html(text) == html
    assert to_markdown(to_html(text)) == text


@given(documents())
@settings(max_examples=50, deadline=None)
def test_html_is_read_as_it_was_written(document):
    assert richtext.from_html(richtext.to_html(document)) == document


@given(st.text(alphabet=LETTERS + "\n", max_size=80))
@settings(max_examples=80, deadline=None)
@example("a\n[^1]: b\n[^2]: c")
@example("- - a\n  - b\n\n* c")
def test_whatever_is_accepted_is_stable(text):
    document, problems = markdown.parse(text)
    if not problems:
        html = richtext.to_html(document)
        assert to_html(to_markdown(html)) == html


@given(st.text(alphabet="<>/pbaulioh23 =\"'embedtype&;x\n", max_size=80))
@settings(max_examples=50, deadline=None)
def test_any_html_becomes_markdown_that_is_accepted(html):
    text = to_markdown(html)
    assert to_markdown(to_html(text)) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Пра «гэта» — *так* і **так**.", "<p>Пра «гэта» — <i>так</i> і <b>так</b>.</p>"),
        ("## A\n\n### B", "<h2>A</h2><h3>B</h3>"),
        ("> a\n>\n> b", "<blockquote>a</blockquote><blockquote>b</blockquote>"),
        ("- a\n  1. b\n- c", "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>"),
        (
            "Text[^1].\n\n[^1]: A [source](https://example.org).",
            '<p>Text[^1].</p><p>[^1]: A <a href="https://example.org">source</a>.</p>',
        ),
        ("[^1]: one\n[^2]: two", "<p>[^1]: one</p><p>[^2]: two</p>"),
        ("![A map](map.png)", '<embed embedtype="image" id="map.png" alt="A map" format="fullwidth"/>'),
        ("one\\\ntwo  \nthree", "<p>one<br/>two<br/>three</p>"),
        ("5 < 6 & 7", "<p>5 &lt; 6 &amp; 7</p>"),
        ("9\u00a0жніўня\u00a0— так", "<p>9\u00a0жніўня\u00a0— так</p>"),
    ],
)
def test_what_a_body_may_hold(text, html):
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# Title", 1),
        ("a\n\n#### Deep", 3),
        ("a\n\nb <b>c</b>", 3),
        ("a\n\n<div>x</div>", 3),
        ("a\nb `code` c", 2),
        ("a\n\n    code", 3),
        ("```\ncode\n```", 1),
        ("a\n\n---\n", 3),
        ("a\n\n| a | b |\n|---|---|\n| 1 | 2 |", 3),
        ("[x](javascript:alert)", 1),
        ("a\nb [x](data:text/html;x)", 2),
        ("[x](//evil.example)", 1),
        ("[x](https://example.org 'title')", 1),
        ("a ![x](y.png) b", 1),
        ("2020. Год", 1),
        ("- a\n\n  b", 3),
        ("> - a", 1),
        ("[a]: https://example.org", 1),
        ("- 1\n  - 2\n    - 3\n      - 4\n        - 5\n          - 6", 6),
    ],
)
def test_what_it_may_not(text, line):
    with pytest.raises(MarkdownProblems) as caught:
        to_html(text)
    assert [found for found, _message in caught.value.problems] == [line]


def test_what_the_desk_stores_is_read():
    html = (
        '<p data-block-key="a">One<br/>two <b>bold </b><i>it</i></p><p data-block-key="b"></p>'
        '<ul><li data-block-key="c">x<ul><li data-block-key="d">y</li></ul></li></ul>'
        '<embed alt="A" embedtype="image" format="left" id="3"/><p><a linktype="page" id="5">inside</a></p>'
    )
    assert to_markdown(html, image=lambda number: f"{number}.png") == (
        "One\\\ntwo **bold** *it*\n\n- x\n  - y\n\n![A](3.png)\n\ninside\n"
    )


def test_a_flood_of_marks_takes_no_time():
    for text in ("[" * 100_000, "*a " * 4_000, "> " * 8_000, "- " * 8_000, "![" * 900, "<" * 20_000):
        markdown.parse(text)


@pytest.mark.parametrize(
    "text",
    ["**«Нафтан»**аўскае", "**a", "a**", "_x", "Цана*", "[a] (https://x.org)", "[a](http://x y)", "(a)[https://x.org]",
     "[a][1]", "##Head", "Head\n---", "Head\n===", "1. a\n3. b", "+ 5 %", ">50 %", "- [ ] x", "| a | b |", "~~x~~",
     "10^6^", "H~2~O", "^[note]", "![a] (x.png)", "==x==", "## Head {#id}", "**«А»**б\n**ok**"],
)  # fmt: skip
def test_what_reads_as_something_else_than_it_was_meant_is_refused_by_its_line(text):
    _document, problems = markdown.parse(f"Fine.\n\n{text}", first_line=5)
    assert [line for line, _message in problems][:1] == [7]


@pytest.mark.parametrize(
    "text",
    ["a * b", "5*3", "a_b_c", "\\*x\\*", "#tag", "x^2", "~5", "> said", "> 50 said", "[sic] (so)", "**a** *b* ***c***",
     "said[^1][^2]", "1. a\n1. b", "[x](https://example.org/a_b_*)", "<https://example.org/a_b>", "сям\\_я"],
)  # fmt: skip
def test_what_reads_as_it_was_meant_is_taken(text):
    assert markdown.parse(text)[1] == []


@pytest.mark.parametrize("address", ["/desk/", "http://127.0.0.1:9/x", "http://localhost/", "https://10.0.0.1/"])
def test_a_link_that_readers_can_not_open_is_refused_by_its_line(address):
    _document, problems = markdown.parse(f"One.\n\n[a]({address})")
    assert [line for line, _message in problems] == [3]
