"""Nobody finds what lies outside their scopes, whatever they type."""

from collections.abc import Callable

import pytest

from apps.core.search.services import index, remove, rescope, search

Put = Callable[..., None]
Ask = Callable[..., list[int]]


def test_it_finds_what_has_one_of_the_scopes(put: Put, ask: Ask) -> None:
    put(1, "secret plan", scopes=["d1", "c5"])
    put(2, "secret plan", scopes=["d2"])
    put(3, "secret plan", scopes=[])
    assert ask("secret", scopes=["d1"]) == [1]
    assert ask("secret", scopes=["c5", "d2"]) == [2, 1]
    assert ask("secret", scopes=["d3"]) == []
    assert ask("secret", scopes=[]) == []
    assert ask("secret", scopes=None) == [3, 2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "sec",
        '"secret plan"',
        "secret -nothing",
        '"secret',
        "secret =d2",
        "=d2",
        "d2",
        "secret OR d2",
        "secret | d2",
        "secret) OR (secret",
        '" OR "secret',
        "secret' | 'plan",
        "secret:*",
        "terms:secret",
        "marks:d2",
        "{marks} : secret",
        "NEAR(secret plan)",
        "secret NOT x",
        "secret\0",
        "-d1 secret",
        '-"=d1" secret',
        "@message",
        "secret*",
        "^secret",
    ],
)
def test_it_never_finds_what_has_none_of_the_scopes(put: Put, ask: Ask, text: str) -> None:
    put(1, "secret plan d1 =d1 ' '=d1' \"=d1\" :=d1 ＝d1 @message", scopes=["d2"])
    assert ask(text, scopes=["d1"]) == []
    assert ask(text, scopes=["d"]) == []
    assert ask(text, scopes=["d22"]) == []


def test_it_does_not_take_a_scope_for_the_beginning_of_another(put: Put, ask: Ask) -> None:
    put(1, "word", scopes=["d12"])
    assert ask("word", scopes=["d1"]) == []
    assert ask("word", scopes=["d12"]) == [1]


def test_it_finds_only_the_kinds_that_are_asked_for(put: Put, ask: Ask) -> None:
    put(1, "word", kind="ticket")
    put(1, "word", kind="message")
    put(2, "word", kind="customer")
    assert ask("word", kinds=["customer"]) == [2]
    assert ask("word", kinds=["ticket", "message"]) == [1, 1]
    assert ask("word", kinds=[]) == []
    assert ask("word", kinds=["tick"]) == []


def test_it_moves_a_group_to_other_scopes(put: Put, ask: Ask) -> None:
    put(1, "a broken chair", kind="ticket", group=7, scopes=["d1", "c5"])
    put(2, "the chair", group=7, scopes=["d1", "c5"])
    put(3, "the chair", group=8, scopes=["d1"])
    put(4, "chair", kind="customer", group=7, scopes=["d1"])
    rescope(group_id=7, kinds=["ticket", "message"], scopes=["d2", "c5"])
    assert ask("chair", scopes=["d1"]) == [4, 3]
    assert ask("chair", scopes=["d2"]) == [2, 1]
    assert ask("chair", scopes=["c5"]) == [2, 1]
    assert ask('"broken chair"', scopes=["d2"]) == [1]
    assert ask("chair", scopes=["d2"], kinds=["ticket"]) == [1]
    rescope(group_id=7, kinds=["ticket", "message"], scopes=[])
    assert ask("chair", scopes=["d1", "d2", "c5"]) == [4, 3]
    rescope(group_id=7, kinds=["ticket", "message"], scopes=["d1"])
    assert ask("chair", scopes=["d1"]) == [4, 3, 2, 1]


def test_it_replaces_what_an_object_is_found_by(put: Put, ask: Ask) -> None:
    put(1, "an old text", scopes=["d1"])
    put(2, "a newer text", scopes=["d1"])
    put(1, "a corrected text", group=9, scopes=["d2"])
    assert ask("old") == []
    assert ask("corrected", scopes=["d1"]) == []
    assert ask("corrected", scopes=["d2"]) == [1]
    assert ask("text") == [2, 1]
    assert [hit.group_id for hit in search(text="corrected", scopes=None)] == [9]


def test_it_removes_an_object(put: Put, ask: Ask) -> None:
    put(1, "word", kind="ticket")
    put(1, "word")
    remove(kind="message", object_id=1)
    remove(kind="message", object_id=1)
    assert ask("word", kinds=["message"]) == []
    assert ask("word") == [1]
    put(1, "word")
    assert ask("word") == [1, 1]


@pytest.mark.parametrize("word", ["", "d 1", "d1'", "D1", "=d1", "d" * 100, "d1\0", "ü"])
def test_it_refuses_scopes_and_kinds_that_are_no_words(db: None, word: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        index(kind="message", object_id=1, group_id=1, scopes=[word], text="x")
    with pytest.raises(ValueError, match="no word"):
        index(kind=word, object_id=1, group_id=1, scopes=[], text="x")
    with pytest.raises(ValueError, match="no word"):
        search(text="x", scopes=[word])
