"""Results come newest first, page by page, as documents or as groups."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.core.search import postgres
from apps.core.search.services import Document, bulk_load, index_many, search, search_groups

Put = Callable[..., None]


def _fill(count: int, *, group_size: int = 1, text: str = "common word") -> None:
    index_many(
        Document("message", number, (number + group_size - 1) // group_size, ("d1",), text)
        for number in range(1, count + 1)
    )


def test_it_pages_through_all_documents_newest_first(db: None) -> None:
    _fill(25)
    seen: list[int] = []
    before = None
    while hits := search(text="common", scopes=["d1"], limit=10, before=before):
        seen += [hit.object_id for hit in hits]
        before = hits[-1].position
    assert seen == list(range(25, 0, -1))


def test_it_keeps_the_place_of_a_document_whose_text_changes(put: Put) -> None:
    put(1, "word")
    put(2, "word")
    put(1, "word, corrected")
    assert [hit.object_id for hit in search(text="word", scopes=None)] == [2, 1]


def test_it_shows_each_group_once_with_its_newest_hit(put: Put) -> None:
    put(1, "chair", group=7)
    put(2, "chair", group=8)
    put(3, "chair again", group=7)
    put(4, "table", group=8)
    page = search_groups(text="chair", scopes=["d1"])
    assert [(hit.group_id, hit.object_id) for hit in page.hits] == [(7, 3), (8, 2)]
    assert page.next is None


def test_it_shows_no_group_again_on_a_later_page(put: Put) -> None:
    for number in range(1, 61):
        put(number, "chair", group=number % 12 + 1)  # each group five times, in turns
    put(61, "chair", group=3)
    seen: list[int] = []
    before = None
    while True:
        page = search_groups(text="chair -table", scopes=["d1"], limit=5, before=before)
        seen += [hit.group_id for hit in page.hits]
        before = page.next
        if before is None:
            break
    assert seen == [3, 1, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2]


def test_it_shows_a_group_by_the_hit_that_may_be_seen(put: Put) -> None:
    put(1, "chair", group=7, scopes=["d1"])
    put(2, "chair", group=7, scopes=["d2"])
    newest = search(text="chair", scopes=None)[0].position
    assert [hit.object_id for hit in search_groups(text="chair", scopes=["d1"], before=newest).hits] == [1]
    assert search_groups(text="chair", scopes=["d1", "d2"], before=newest).hits == []


def test_it_looks_at_a_bounded_number_of_hits_and_says_that_there_is_more(put: Put) -> None:
    put(9_999, "common word", group=9_999)
    _fill(300, group_size=300)
    page = search_groups(text="common", scopes=["d1"], limit=2)
    assert len(page.hits) == 1
    found: list[int] = []
    while page.next is not None:
        page = search_groups(text="common", scopes=["d1"], limit=2, before=page.next)
        found += [hit.group_id for hit in page.hits]
    assert found == [9_999]


def test_it_takes_the_last_of_several_texts_of_one_object(db: None) -> None:
    assert index_many([Document("message", 1, 1, (), "first"), Document("message", 1, 1, (), "second")]) == 2
    assert search(text="first", scopes=None) == []
    assert len(search(text="second", scopes=None)) == 1


def test_it_loads_many_documents_at_once(db: None) -> None:
    with bulk_load():
        _fill(2_500)
    assert len(search(text="common", scopes=["d1"], limit=3_000)) == 2_500
    _fill(10, text="another text")
    assert len(search(text="another", scopes=["d1"])) == 10


# PostgreSQL: what the newest documents do not hold is looked for in the index ----------------------------------------

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's planner")


@pytest.fixture
def small_windows(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand documents behave like two million."""
    monkeypatch.setattr(postgres, "WINDOW", 10)
    monkeypatch.setattr(postgres, "LARGEST_WINDOW", 50)
    monkeypatch.setattr(postgres, "BROAD", 100)
    index_many(
        Document("message", number, number, (f"d{number % 2}", f"c{number % 500}"), _text(number))
        for number in range(1, 2_001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_searchdocument")


def _text(number: int) -> str:
    words = ["printer" if number % 2 else "computer", "needle" * (number == 77), "oldfashioned" * (number < 900)]
    return " ".join([*words, f"number{number}"])


@on_postgresql
@pytest.mark.parametrize(
    ("text", "scopes", "found"),
    [
        ("needle", None, [77]),
        ("need", ["d1"], [77]),
        ("need", ["d0"], []),
        ("print need", ["d1"], [77]),
        ("print", ["c77"], [1577, 1077, 577, 77]),
        ("print old", ["c77"], [577, 77]),
        ("print comp", None, []),
        ("comp", ["d1"], []),
        ("oldfash", None, [899, 898, 897, 896]),
        ("print oldfash", ["d1", "d0"], [899, 897, 895, 893]),
        ("oldfash -printer", None, [898, 896, 894, 892]),
        ("printer", None, [1999, 1997, 1995, 1993]),
    ],
)
def test_it_finds_old_documents_through_the_index(
    small_windows: None, text: str, scopes: list[str] | None, found: list[int]
) -> None:
    assert [hit.object_id for hit in search(text=text, scopes=scopes, limit=4)] == found


@on_postgresql
def test_it_gives_up_when_time_is_up(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "TIMEOUT", 50)
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE core_searchdocument")
            assert search(text="common", scopes=None) == []
    finally:
        other.close()
    assert search(text="common", scopes=None) == []


@on_postgresql
def test_it_leaves_the_settings_of_the_transaction_alone(put: Put) -> None:
    put(1, "word")
    with transaction.atomic(), connection.cursor() as cursor:
        search(text="other", scopes=None)
        cursor.execute("SELECT current_setting('enable_seqscan'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("on", "0")
