"""Builders of documents and a short way to ask for them."""

from collections.abc import Callable, Iterable

import pytest

from apps.core.search.services import index, search


@pytest.fixture
def put(db: None) -> Callable[..., None]:
    """`put(7, "some text")`: a message with the number 7, alone in its group, for the scope `d1`."""

    def put(
        object_id: int, text: str, *, kind: str = "message", group: int | None = None, scopes: Iterable[str] = ("d1",)
    ) -> None:
        index(kind=kind, object_id=object_id, group_id=group or object_id, scopes=scopes, text=text)

    return put


@pytest.fixture
def ask(db: None) -> Callable[..., list[int]]:
    """`ask("some text")`: the numbers of what is found, newest first."""

    def ask(text: str, *, scopes: Iterable[str] | None = None, **options: object) -> list[int]:
        return [hit.object_id for hit in search(text=text, scopes=scopes, **options)]

    return ask
