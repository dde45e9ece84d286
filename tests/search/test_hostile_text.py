"""Whatever is written or typed, nothing breaks and nothing takes long; a text is found by each of its words."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.search.highlights import highlight
from apps.core.search.services import index, search
from apps.core.search.terms import MAX_LENGTH, MAX_TOKENS, normalise, terms

# Every character there is, and often those that mean something to one of the two databases, join or change others.
TEXT = st.text(
    st.one_of(
        st.characters(codec=None, exclude_categories=()),
        st.sampled_from(
            "\"'*+-^:(){}|&!<>=@#%_\\/\0\n\t ab1e.,~$?;àßİıſﬁ㍿ﷺ日本語がハﾟกำ각ᄀ가\u0301\u200d\u00ad\u094d\ud800"
        ),
    ),
    max_size=60,
)
QUERY = st.one_of(
    TEXT,
    st.lists(
        st.sampled_from(
            [
                '"',
                "-",
                "*",
                "AND",
                "OR",
                "NOT",
                "NEAR(",
                ")",
                "(",
                ":",
                "terms:",
                "a",
                "word",
                "日本",
                "\0",
                "'",
                "\\",
                "=d1",
                "|",
                "&",
                "<->",
            ]
        ),
        max_size=20,
    ).map(" ".join),
)
ON_ONE_DATABASE = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(TEXT)
@settings(deadline=None, max_examples=500)
def test_it_makes_tokens_that_stay_as_they_are(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    for token in terms(text):
        assert token
        assert len(token) <= MAX_LENGTH
        assert terms(token)[0] == token
        assert not set(token) & set(" '\"=@#\\\0")


@given(TEXT)
@ON_ONE_DATABASE
def test_it_finds_a_text_by_each_of_its_words(db: None, text: str) -> None:
    index(kind="message", object_id=1, group_id=1, scopes=["d1"], text=text)
    for word in [*text.replace('"', " ").split(), f'"{text.replace(chr(34), " ")}"']:
        if terms(word):
            assert search(text=word.lstrip("-"), scopes=["d1"]), (word, terms(word))


@given(TEXT, QUERY)
@ON_ONE_DATABASE
def test_it_takes_any_query(db: None, text: str, query: str) -> None:
    index(kind="message", object_id=1, group_id=1, scopes=["d1"], text=text)
    search(text=query, scopes=["d1"], before=10**9)
    search(text=query, scopes=None, kinds=["message"])
    assert search(text=query, scopes=["d2"]) == []


@given(TEXT, QUERY, st.integers(1, 50))
@settings(deadline=None, max_examples=500)
def test_it_highlights_any_text(text: str, query: str, length: int) -> None:
    parts = highlight(text, query, length=length)
    assert all(part for part, _ in parts)


HOSTILE = {
    "letters": "a" * 1_000_000,
    "words": "a " * 500_000,
    "accents": "\u0301" * 1_000_000,
    "ligatures": "\ufdfa" * 1_000_000,
    "viramas": "क" + "\u094d" * 1_000_000,
    "pairs": "日" * 1_000_000,
    "points": "a" + "." * 1_000_000,
    "quotes": '"' * 1_000_000,
    "minus": "-" * 1_000_000,
    "spaces": " " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_takes_no_longer_for_a_hostile_text(db: None, name: str) -> None:
    text = HOSTILE[name]
    started = time.process_time()
    assert len(terms(text)) <= MAX_TOKENS
    index(kind="message", object_id=1, group_id=1, scopes=["d1"], text=text)
    search(text=text, scopes=["d1"])
    highlight(text, text)
    highlight(text, "a a a a a a a a x 日日日日日日x")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "...", "-", '"', '""', '-""', "- - -", "-word", '-"two words"', "*", "\u200b"]
)
def test_it_finds_nothing_where_nothing_is_looked_for(db: None, text: str) -> None:
    index(kind="message", object_id=1, group_id=1, scopes=["d1"], text="word two words \0 ... -")
    assert search(text=text, scopes=None) == []


def test_it_takes_many_words_and_many_scopes(db: None) -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    index(kind="message", object_id=1, group_id=1, scopes=["d1"], text=words)
    assert search(text=words, scopes=[f"d{number}" for number in range(1_000)])
    assert search(text=f'"{words}"', scopes=["d1"])
    assert search(text="word1 " + " ".join(f"-no{number}" for number in range(500)), scopes=["d1"])
