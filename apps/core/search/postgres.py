"""The index on PostgreSQL: a `tsvector` of our own tokens under a GIN index.

GIN knows no order: it gives all documents of a word before the newest can be told, and all tokens of a beginning before
it looks at anything else. So common words are looked for in a window of the newest documents, which costs a microsecond
a document; GIN gets what is left, and of beginnings that fit very many documents only what it can bear.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import QueryCanceled

from apps.core.search.queries import Marks, Phrase, Query

Row = tuple[str, int, int, int]

WINDOW = 5_000  # documents: 4 ms
LARGEST_WINDOW = 50_000  # 40 ms
BROAD = 20_000  # documents that a condition may fit before it is too dear to read them all
MOST_WORDS = 50  # that a beginning stands for
TIMEOUT = 3_000  # ms
_INDEX = "core_searchdocument_terms"
_MOST_POSITIONS = 255  # of one token: PostgreSQL keeps no more
_NEWEST = 2**62
_SETTINGS = {
    "enable_seqscan": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "32MB",  # a page of the table that does not fit in is read and checked whole
}


def stored(tokens: Sequence[str], marks: Sequence[str]) -> str:
    """The `tsvector` of a document. Marks have no position, so that no phrase holds one."""
    positions: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, start=1):
        positions.setdefault(token, []).append(str(position))
    lexemes = [f"'{token}':{','.join(places[:_MOST_POSITIONS])}" for token, places in positions.items()]
    return " ".join([*lexemes, *(f"'{mark}'" for mark in marks)])


def find(query: Query, marks: Marks, limit: int, before: int | None) -> list[Row]:
    """Kind, object, group and id of the newest documents that match; those that were found until time was up."""
    place = _Place(limit, _NEWEST if before is None else before)
    rows: list[Row] = []
    try:
        with _bounded(), connection.cursor() as cursor:
            expected = _expected(cursor, _asked(query, marks))
            if expected.counts[_expression(query, marks)] * WINDOW > expected.every * limit / 4:
                rows = _in_windows(cursor, _expression(query, marks), place)
            if len(rows) < limit:
                rows = _in_index(cursor, query, marks, place, expected)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    return rows


def groups_since(query: Query, marks: Marks, groups: Iterable[int], since: int) -> set[int]:
    """Those of `groups` of which a document matches that is as new as `since` or newer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH recent AS MATERIALIZED (
                SELECT group_id, terms FROM core_searchdocument WHERE group_id = ANY(%s) AND id >= %s
            )
            SELECT DISTINCT group_id FROM recent WHERE terms @@ %s::tsquery
            """,
            [list(groups), since, _expression(query, marks)],
        )
        return {group for (group,) in cursor.fetchall()}


def rescope(group_id: int, kind: str, marks: Sequence[str]) -> None:
    """Give the documents of a group other marks."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_searchdocument SET
                marks = %s,
                terms = ts_delete(terms, string_to_array(btrim(marks), ' ')) || array_to_tsvector(%s)
            WHERE group_id = %s AND kind = %s
            """,
            [f" {' '.join(marks)} ", list(marks), group_id, kind],
        )


@contextmanager
def bulk_load() -> Iterator[None]:
    """Drop the index, and build it anew when the block ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [_INDEX])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {_INDEX}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(definition)
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute("ANALYZE core_searchdocument")


# Looking --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    limit: int
    before: int


@dataclass(frozen=True)
class _Expected:
    """By the planner's statistics: how many documents each expression fits, and how many there are."""

    counts: Mapping[str, float]
    every: float


@contextmanager
def _bounded() -> Iterator[None]:
    """Settings for one search. They end with its transaction; within another one they are put back.

    An error rolls back the transaction or its savepoint, and them with it.
    """
    settings = _SETTINGS | {"statement_timeout": str(TIMEOUT)}
    is_within = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        values: tuple[str, ...] = ()
        if is_within:
            cursor.execute(f"SELECT {', '.join('current_setting(%s)' for _ in settings)}", list(settings))
            values = cursor.fetchone()
        _set(cursor, settings)
        yield
        if is_within:
            _set(cursor, dict(zip(settings, values, strict=True)))


def _set(cursor: CursorWrapper, settings: Mapping[str, str]) -> None:
    pairs = [part for pair in settings.items() for part in pair]
    cursor.execute(f"SELECT {', '.join('set_config(%s, %s, true)' for _ in settings)}", pairs)


def _in_windows(cursor: CursorWrapper, expression: str, place: _Place) -> list[Row]:
    """A full page from the newest documents, or the few that are there."""
    rows = _in_window(cursor, expression, place, WINDOW)
    if rows and len(rows) < place.limit:
        needed = WINDOW * place.limit * 3 // (len(rows) * 2)
        if needed <= LARGEST_WINDOW:
            rows = _in_window(cursor, expression, place, needed)
    return rows


def _in_window(cursor: CursorWrapper, expression: str, place: _Place, size: int) -> list[Row]:
    cursor.execute(
        """
        SELECT kind, object_id, group_id, id FROM (
            SELECT * FROM core_searchdocument WHERE id < %s ORDER BY id DESC LIMIT %s
        ) newest WHERE terms @@ %s::tsquery ORDER BY id DESC LIMIT %s
        """,
        [place.before, size, expression, place.limit],
    )
    return list(cursor.fetchall())


def _in_index(cursor: CursorWrapper, query: Query, marks: Marks, place: _Place, expected: _Expected) -> list[Row]:
    """All documents, with the help of the index.

    Marks that most documents have only slow it down, so they are checked on what the rest finds. Beginnings that fit
    very many documents are checked so, too. Where the rest finds very much as well, they stand for all words only
    among the newest documents, and for the common words among the others.
    """
    expression = _expression(query, marks)
    beginnings = [phrase for phrase in query.wanted if phrase.is_beginning]
    exact = _expression(_without(query, beginnings), marks)
    broad = [phrase for phrase in beginnings if expected.counts[_last(phrase)] > BROAD]
    telling = tuple(group for group in marks if expected.counts[_any(group)] < expected.every / 2)
    if not broad:
        return _by(cursor, _expression(query, telling), expression, place)
    others = _without(query, broad)
    rest = _expression(others, telling)
    is_enough = bool(others.wanted or telling)
    if is_enough and _count_of(cursor, exact if broad == beginnings else rest, expected) <= BROAD:
        return _by(cursor, rest, expression, place)
    common = _expression(query, telling, {phrase: _common_words(cursor, phrase.tokens[-1]) for phrase in broad})
    rows = _in_window(cursor, expression, place, LARGEST_WINDOW) + _by(cursor, common, expression, place)
    return sorted(set(rows), key=lambda row: row[3], reverse=True)[: place.limit]


def _without(query: Query, phrases: Sequence[Phrase]) -> Query:
    return replace(query, wanted=tuple(phrase for phrase in query.wanted if phrase not in phrases))


def _by(cursor: CursorWrapper, found_by: str, expression: str, place: _Place) -> list[Row]:
    """What the index finds by one expression, and of that what fits the other; OFFSET keeps the two apart."""
    cursor.execute(
        """
        SELECT kind, object_id, group_id, id FROM (
            SELECT * FROM core_searchdocument WHERE terms @@ %s::tsquery AND id < %s OFFSET 0
        ) found WHERE terms @@ %s::tsquery ORDER BY id DESC LIMIT %s
        """,
        [found_by, place.before, expression, place.limit],
    )
    return list(cursor.fetchall())


def _asked(query: Query, marks: Marks) -> list[str]:
    """What must be known to choose how to look: how much the query fits, and each part of it."""
    beginnings = [phrase for phrase in query.wanted if phrase.is_beginning]
    whole = [_expression(query, marks), _expression(_without(query, beginnings), marks)]
    return [*whole, *(_last(phrase) for phrase in beginnings), *(_any(group) for group in marks)]


def _expected(cursor: CursorWrapper, expressions: Iterable[str]) -> _Expected:
    asked = [text for text in dict.fromkeys(expressions) if text]
    every = "SELECT 1 FROM core_searchdocument"
    each = " UNION ALL ".join([*[f"{every} WHERE terms @@ %s::tsquery"] * len(asked), every])
    cursor.execute(f"EXPLAIN (FORMAT JSON) {each}", asked)
    (plan,) = cursor.fetchone()[0]
    *counts, total = [found["Plan Rows"] for found in plan["Plan"]["Plans"]]
    return _Expected(dict(zip(asked, counts, strict=True)), total)


def _count_of(cursor: CursorWrapper, expression: str, expected: _Expected) -> float:
    if expression not in expected.counts:
        expected = _expected(cursor, [expression])
    return expected.counts[expression]


def _common_words(cursor: CursorWrapper, beginning: str) -> list[str]:
    """The word itself and the common ones among those that begin like it, from the planner's statistics."""
    cursor.execute(
        """
        SELECT word FROM pg_stats, unnest(most_common_elems::text::text[]) AS word
        WHERE schemaname = current_schema() AND tablename = 'core_searchdocument' AND attname = 'terms'
        AND starts_with(word, %s) LIMIT %s
        """,
        [beginning, MOST_WORDS],
    )
    return [beginning, *(word for (word,) in cursor.fetchall())]


# Expressions: tokens are alphanumeric, and stand in quotes ------------------------------------------------------------


def _expression(query: Query, marks: Marks, endings: Mapping[Phrase, list[str]] | None = None) -> str:
    """The `tsquery`; `endings` are the words that the last token of a phrase stands for."""
    parts = [f"({_phrase(phrase, (endings or {}).get(phrase))})" for phrase in query.wanted]
    parts += [f"!({_phrase(phrase)})" for phrase in query.unwanted]
    parts += [_any(group) for group in marks]
    return " & ".join(parts)


def _phrase(phrase: Phrase, endings: Iterable[str] | None = None) -> str:
    *tokens, last = [f"'{token}'" for token in phrase.tokens]
    end = _any(endings) if endings else last + (":*" if phrase.is_beginning else "")
    return " <-> ".join([*tokens, end])


def _last(phrase: Phrase) -> str:
    return f"'{phrase.tokens[-1]}':*"


def _any(words: Iterable[str]) -> str:
    return f"({' | '.join(f"'{word}'" for word in words)})"
