"""The index on SQLite: an FTS5 table that triggers keep in step with the documents.

FTS5 reads its lists from the newest document on and stops at the end of the page. Only for the beginning of a word it
collects all words' lists first, so those are looked for among the newest documents before.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from apps.core.search.models import SearchDocument
from apps.core.search.queries import Marks, Phrase, Query

Row = tuple[str, int, int, int]

WINDOW = 2_000  # documents: 3 ms
_LONGEST_PREFIX = 2  # characters; the index has lists for beginnings up to these
_NEWEST = 2**62


def stored(tokens: Sequence[str], marks: Sequence[str]) -> str:
    """The tokens with a space around each; the index has the marks in a column of their own."""
    return f" {' '.join(tokens)} "


def find(query: Query, marks: Marks, limit: int, before: int | None) -> list[Row]:
    """Kind, object, group and id of the newest documents that match."""
    newest = _NEWEST if before is None else before
    if any(phrase.is_beginning and len(phrase.tokens[-1]) > _LONGEST_PREFIX for phrase in query.wanted):
        rows = _in_window(query, marks, limit, newest)
        if len(rows) == limit:
            return rows
    return _in_index(query, marks, limit, newest)


def groups_since(query: Query, marks: Marks, groups: Iterable[int], since: int) -> set[int]:
    """Those of `groups` of which a document matches that is as new as `since` or newer."""
    condition, values = _condition(query, marks)
    rows = SearchDocument.objects.filter(group_id__in=groups, id__gte=since)
    matching = rows.extra(where=[condition], params=values)  # noqa: S610 - the condition is made of placeholders
    return set(matching.values_list("group_id", flat=True))


def rescope(group_id: int, kind: str, marks: Sequence[str]) -> None:
    """Give the documents of a group other marks."""
    SearchDocument.objects.filter(group_id=group_id, kind=kind).update(marks=f" {' '.join(marks)} ")


@contextmanager
def bulk_load() -> Iterator[None]:
    """FTS5 is filled row by row about as fast as at once."""
    yield


def _in_window(query: Query, marks: Marks, limit: int, before: int) -> list[Row]:
    condition, values = _condition(query, marks)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT kind, object_id, group_id, id FROM core_searchdocument
            WHERE id < %s AND {condition} AND id >= coalesce(
                (SELECT id FROM core_searchdocument WHERE id < %s ORDER BY id DESC LIMIT 1 OFFSET %s), 0
            )
            ORDER BY id DESC LIMIT %s
            """,  # noqa: S608 - the condition is made of placeholders
            [before, *values, before, WINDOW, limit],
        )
        return list(cursor.fetchall())


def _in_index(query: Query, marks: Marks, limit: int, before: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT document.kind, document.object_id, document.group_id, document.id
            FROM core_searchindex CROSS JOIN core_searchdocument document ON document.id = core_searchindex.rowid
            WHERE core_searchindex MATCH %s AND core_searchindex.rowid < %s
            ORDER BY core_searchindex.rowid DESC LIMIT %s
            """,
            [_expression(query, marks), before, limit],
        )
        return list(cursor.fetchall())


def _expression(query: Query, marks: Marks) -> str:
    """The FTS5 query: tokens are alphanumeric, and stand in quotes."""
    parts = [_phrase(phrase) for phrase in query.wanted]
    parts += [f"({' OR '.join(f'"{mark}"' for mark in group)})" for group in marks]
    expression = " AND ".join(parts)
    if query.unwanted:
        return f"({expression}) NOT ({' OR '.join(_phrase(phrase) for phrase in query.unwanted)})"
    return expression


def _phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.is_beginning else "")


def _condition(query: Query, marks: Marks) -> tuple[str, list[str]]:
    """The same for one row, without the index."""
    parts = ["instr(terms, %s) > 0" for _ in query.wanted] + ["instr(terms, %s) = 0" for _ in query.unwanted]
    parts += ["EXISTS (SELECT 1 FROM json_each(%s) WHERE instr(core_searchdocument.marks, value) > 0)" for _ in marks]
    phrases = [f" {' '.join(phrase.tokens)}" + " " * (not phrase.is_beginning) for phrase in _all(query)]
    return " AND ".join(parts), [*phrases, *(json.dumps([f" {mark} " for mark in group]) for group in marks)]


def _all(query: Query) -> tuple[Phrase, ...]:
    return query.wanted + query.unwanted
