"""Cutting text for a list: what holds for every text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.core.html import ELLIPSIS, plain, snippet, to_text

TEXTS = st.one_of(st.text(), st.text(alphabet="ab \u0301\u200d👩🏽🇩🇪.,\n\u202e\0", max_size=60))
LIMITS = st.integers(min_value=1, max_value=40)


@given(TEXTS, LIMITS)
@example("a" * 50, 10)
@example("word " * 20, 7)
def test_it_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert len(snippet(text, limit=limit)) <= limit


@given(TEXTS, LIMITS)
def test_it_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    short, whole = snippet(text, limit=limit), plain(text)
    if len(whole) <= limit:
        assert short == whole
    else:
        assert short.endswith(ELLIPSIS)
        assert whole.startswith(short.removesuffix(ELLIPSIS))


@given(TEXTS, LIMITS)
def test_it_cuts_no_word_where_a_space_is_near(text: str, limit: int) -> None:
    short, whole = snippet(text, limit=limit), plain(text)
    kept = short.removesuffix(ELLIPSIS)
    room = limit - 1
    if len(whole) > limit and " " in whole[int(room * 0.6) : room] and room * 0.6 >= 1:
        rest = whole[len(kept) :]
        assert rest[0] in " \t,;:.-–—(/…"


@given(TEXTS, LIMITS)
def test_it_changes_nothing_the_second_time(text: str, limit: int) -> None:
    short = snippet(text, limit=limit)
    assert snippet(short, limit=limit) == short
    assert plain(plain(text)) == plain(text)


@given(TEXTS, LIMITS)
def test_it_has_no_control_characters(text: str, limit: int) -> None:
    for char in snippet(text, limit=limit):
        assert unicodedata.category(char) not in ("Cc", "Cs")
        assert not "\u202a" <= char <= "\u202e"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("one two three", 20, "one two three"),
        ("one two three", 12, "one two…"),
        ("one, two", 6, "one…"),
        ("onetwothree", 6, "onetw…"),
        ("abc👩\u200d👩\u200d👧", 6, "abc…"),
        ("abcde\u0301f", 6, "abcd…"),
        ("ab🇩🇪🇫🇷x", 6, "ab…"),
    ],
)
def test_it_cuts_where_a_reader_would(text: str, limit: int, expected: str) -> None:
    assert snippet(text, limit=limit) == expected


@given(st.text(alphabet="<>/ap&;\"'=! script-div", max_size=200))
def test_it_makes_text_of_any_html(source: str) -> None:
    assert len(to_text(source, limit=50)) <= 50
