"""What can be done with the index: put things in, move them to other scopes, take them out, find them.

A hit has one of the scopes that are given: the index itself leaves out the rest.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from types import ModuleType
from typing import Any

from django.db import connection, transaction

from apps.core.search import postgres, sqlite
from apps.core.search.hits import GroupPage, Hit
from apps.core.search.models import SearchDocument
from apps.core.search.queries import Marks, Query, parse
from apps.core.search.terms import terms

BATCH = 1_000
ROUNDS = 3  # of looking for groups, each through four times as many hits
_WORD = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True)
class Document:
    """What is to be found: an object of a kind, in a group (a ticket and its messages), for whom, by which text."""

    kind: str
    object_id: int
    group_id: int
    scopes: tuple[str, ...]
    text: str


def index(*, kind: str, object_id: int, group_id: int, scopes: Iterable[str], text: str) -> None:
    """Make an object findable, or findable by its new text; then it keeps its place among the results.

    `kind` and `scopes` are words of a-z, 0-9 and _; raises ValueError for others.
    """
    index_many([Document(kind, object_id, group_id, tuple(scopes), text)])


def index_many(documents: Iterable[Document]) -> int:
    """Like `index` for many, in batches of one statement each; returns how many there were."""
    count = 0
    for batch in batched(documents, BATCH):
        # One statement may not name a row twice: the last one holds.
        rows = {(document.kind, document.object_id): _row(document) for document in batch}
        SearchDocument.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["group_id", "marks", "terms"],
        )
        count += len(batch)
    return count


def columns(document: Document) -> dict[str, Any]:
    """What the row of a document holds, for whoever writes rows without Django."""
    marks = _marks(document.kind, document.scopes)
    return {
        "kind": document.kind,
        "object_id": document.object_id,
        "group_id": document.group_id,
        "marks": f" {' '.join(marks)} ",
        "terms": _database().stored(terms(document.text), marks),
    }


@contextmanager
def bulk_load() -> Iterator[None]:
    """Fill the index with millions of documents. PostgreSQL builds its index when the block ends, which is much faster.

    Until then searches are slow, and other processes wait: for seeding, not for a desk at work.
    """
    with _database().bulk_load():
        yield


def rescope(*, group_id: int, kinds: Iterable[str], scopes: Iterable[str]) -> None:
    """Give all documents of these kinds in a group other scopes; their texts are not needed."""
    scopes = tuple(scopes)
    with transaction.atomic():
        for kind in kinds:
            _database().rescope(group_id, kind, _marks(kind, scopes))


def remove(*, kind: str, object_id: int) -> None:
    """Make an object unfindable; nothing happens where it is not in the index."""
    SearchDocument.objects.filter(kind=kind, object_id=object_id).delete()


def search(
    *,
    text: str,
    scopes: Iterable[str] | None,
    kinds: Iterable[str] | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[Hit]:
    """The newest documents that match what a person typed, newest first; the next page is `before` the last position.

    A hit has one of `scopes`: None is everything, an empty list is nothing. Nothing that was typed raises an error.
    """
    query, marks = parse(text), _allowed(scopes, kinds)
    if not query.wanted or not all(marks) or limit < 1:
        return []
    return _find(query, marks, limit, before)


def search_groups(
    *,
    text: str,
    scopes: Iterable[str] | None,
    kinds: Iterable[str] | None = None,
    limit: int = 25,
    before: int | None = None,
) -> GroupPage:
    """Like `search`, but only the newest hit of each group; for the next page `before` is the page's `next`.

    It looks at a bounded number of hits, so a page may hold fewer groups than `limit` and still have a next one.
    """
    query, marks = parse(text), _allowed(scopes, kinds)
    if not query.wanted or not all(marks) or limit < 1:
        return GroupPage([], None)
    found: dict[int, Hit] = {}
    position = before
    for size in (limit * 4**step for step in range(1, ROUNDS + 1)):
        hits = _find(query, marks, size, position)
        groups = {hit.group_id for hit in hits}
        shown = _database().groups_since(query, marks, groups, before) if groups and before is not None else set()
        for hit in hits:
            if hit.group_id not in shown:
                found.setdefault(hit.group_id, hit)
        position = hits[-1].position if len(hits) == size else None
        if position is None or len(found) > limit:
            break
    page = list(found.values())[:limit]
    return GroupPage(page, page[-1].position if len(found) > limit else position)


def _find(query: Query, marks: Marks, limit: int, before: int | None) -> list[Hit]:
    return [Hit(*row) for row in _database().find(query, marks, limit, before)]


def _row(document: Document) -> SearchDocument:
    return SearchDocument(**columns(document))


def _marks(kind: str, scopes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([f"@{_word(kind)}", *(f"={_word(scope)}" for scope in scopes)]))


def _allowed(scopes: Iterable[str] | None, kinds: Iterable[str] | None) -> Marks:
    """Groups of marks, of each of which a hit has one."""
    groups = []
    if kinds is not None:
        groups.append(tuple(f"@{_word(kind)}" for kind in kinds))
    if scopes is not None:
        groups.append(tuple(f"={_word(scope)}" for scope in scopes))
    return tuple(groups)


def _word(word: str) -> str:
    if not _WORD.fullmatch(word):
        raise ValueError(f"{word!r} is no word of a-z, 0-9 and _")
    return word


def _database() -> ModuleType:
    return postgres if connection.vendor == "postgresql" else sqlite
