"""Plain text of messages, made ready to be read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tickets.reading import blocks, pieces

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.com/a.", ["https://example.com/a"]),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("HTTP://EXAMPLE.com?x=1&y=2, and", ["HTTP://EXAMPLE.com?x=1&y=2"]),
        ("Write to carol+x@example.co.uk!", ["mailto:carol+x@example.co.uk"]),
        ("javascript:alert(1) data:text/html,x //example.com ftp://example.com", []),
        ('https://example.com/"onclick="x', ["https://example.com/"]),
    ],
)
def test_it_finds_the_addresses(text, links):
    assert [piece.address for piece in pieces(text) if piece.address] == links


def test_it_sets_quotations_apart():
    found = blocks("Yes.\n> Do you?\n>> Shall I?\nThanks")
    assert [(block.is_quoted, block.line_count) for block in found] == [(False, 1), (True, 2), (False, 1)]
    assert found[1].pieces[0].text == "Do you?\n> Shall I?"
    assert found[1].summary.startswith("Do you?")


@given(st.text(alphabet="ab.:/>@()<\n https", max_size=200))
def test_it_loses_no_letter(text):
    assert "".join(piece.text for piece in pieces(text)) == text
    shown = "".join(piece.text for block in blocks(text) for piece in block.pieces)
    assert sorted(shown.replace("\n", "").replace(">", "").replace(" ", "")) == sorted(
        text.replace("\n", "").replace(">", "").replace(" ", "")
    )


@pytest.mark.parametrize(
    "piece", ["a@", "http://", "https://a(", ">", "> ", "a.", "a@a.", "((((", ">\n", "https://" + "a" * 3000]
)
def test_it_reads_long_and_odd_texts_quickly(piece):
    started = time.perf_counter()
    list(blocks(piece * (100_000 // len(piece))))
    assert time.perf_counter() - started < 2
