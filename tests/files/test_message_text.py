"""Messages in HTML, read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.html import to_message_text, visible

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("  a \n b\t c&nbsp;d ", "a b c\xa0d"),
        ("<b>bold</b>ly <i>go</i>", "boldly go"),
        ("<p>Buy:</p><ul><li>milk</li><li>bread<ul><li>rye</li></ul></li></ul><p>Thanks</p>",
         "Buy:\n\n- milk\n- bread\n  - rye\n\nThanks"),
        ("See <a href='https://a.example/x'>this page</a>.", "See this page <https://a.example/x>."),
        ("<a href='https://a.example/x'>https://a.example/x</a>", "https://a.example/x"),
        ("<a href='https://a.example/'>a.example</a>", "a.example"),
        ("<a href='mailto:me@a.example'>me@a.example</a>", "me@a.example"),
        ("<a href='mailto:me@a.example'>Me</a>", "Me <me@a.example>"),
        ("<p><a href='https://a.example'><img src=x></a></p>", "<https://a.example>"),
        ("<a href='/logout'>out</a>", "out"),
        ("Yes.<blockquote>Is it?<blockquote>It is.</blockquote></blockquote>No.",
         "Yes.\n\n> Is it?\n>\n> > It is.\n\nNo."),
        ("<blockquote>one<br>two</blockquote>", "> one\n> two"),
        ("<pre>if x:\n    y\n\nz</pre>", "if x:\n    y\n\nz"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("one<hr>two", "one\n---\ntwo"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<script>x</script><style>y</style><title>z</title>text", "text"),
        ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
        ("&lt;script&gt;", "<script>"),
        ("<p></p><p>&#8203;</p>", "\u200b"),
        ("", ""),
    ],
)  # fmt: skip
def test_it_reads_like_typed_text(source: str, text: str) -> None:
    assert to_message_text(source) == text


def test_it_has_at_most_one_blank_line_between_words() -> None:
    assert to_message_text("a" + "<br>" * 50 + "b" + "<p></p>" * 50 + "c") == "a\n\nb\n\nc"
    assert to_message_text("<blockquote>a" + "<br>" * 9 + "b</blockquote>") == "> a\n>\n> b"


def test_it_does_not_grow_with_the_depth_of_quotes() -> None:
    text = to_message_text("<blockquote>" * 150 + "a<br>" * 1000 + "</blockquote>" * 150)
    assert len(text) < 30_000


@given(st.text(alphabet="<>/ap&;\"'=! briul-\n", max_size=200))
def test_it_has_neither_ends_of_space_nor_control_characters(source: str) -> None:
    text = to_message_text(source)
    assert text == text.strip("\n")
    assert all(line == line.rstrip(" ") for line in text.split("\n"))
    assert visible(text) == text
    assert "\n\n\n" not in text
