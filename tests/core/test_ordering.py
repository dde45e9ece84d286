"""The order of lists stays 1, 2, 3, … whatever happens, and however many do it at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import reversion
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reversion.models import Version

from apps.brands.models import CustomLink
from apps.core.ordering import close_gaps, keeping_order, move_row, move_step


def make_links(count):
    return [CustomLink.objects.create(title=f"{n}", url=f"https://example.com/{n}") for n in range(count)]


def order():
    rows = list(CustomLink.objects.values_list("position", "title"))
    assert [position for position, _title in rows] == list(range(1, len(rows) + 1))
    return [title for _position, title in rows]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.just(0), st.just(0)),
        st.tuples(st.just("delete"), st.integers(0, 50), st.just(0)),
        st.tuples(st.sampled_from(["before", "after"]), st.integers(0, 50), st.integers(0, 50)),
        st.tuples(st.sampled_from(["up", "down"]), st.integers(0, 50), st.just(0)),
        st.tuples(st.just("save"), st.integers(0, 50), st.just(0)),
    ),
    max_size=15,
)


def expected_after(titles, kind, one, other):
    """What a step does to the plain list of titles, written down a second time and more simply."""
    if kind == "add":
        return [*titles, "new"]
    if not titles or kind == "save":
        return titles
    at = one % len(titles)
    row, rest = titles[at], titles[:at] + titles[at + 1 :]
    if kind == "delete":
        return rest
    if kind in {"up", "down"}:
        place = max(0, at - 1) if kind == "up" else at + 1
    else:
        target = titles[other % len(titles)]
        if target == row:
            return titles
        place = rest.index(target) + (kind == "after")
    return [*rest[:place], row, *rest[place:]]


def do(kind, one, other, counter):
    rows = list(CustomLink.objects.all())
    if kind == "add":
        CustomLink.objects.create(title=f"n{next(counter)}", url="https://example.com/new")
    if not rows or kind == "add":
        return
    row = rows[one % len(rows)]
    if kind == "delete":
        row.delete()
    elif kind == "save":
        row.save()
    elif kind in {"up", "down"}:
        move_step(row=row, rows=CustomLink.objects.all(), up=kind == "up")
    else:
        move_row(row=row, **{kind: rows[other % len(rows)]})


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_keeps_every_other_row_where_it_was(steps):
    CustomLink.objects.all().delete()
    make_links(4)
    titles, counter = order(), iter(range(1000))
    for kind, one, other in steps:
        do(kind, one, other, counter)
        wanted, titles = expected_after(titles, kind, one, other), order()
        assert [title for title, want in zip(titles, wanted, strict=True) if want != "new"] == [
            want for want in wanted if want != "new"
        ]


@pytest.mark.django_db
def test_it_does_not_undo_a_move_when_an_older_copy_is_saved():
    first, second = make_links(2)
    move_row(row=second, before=first)
    first.title = "renamed"
    first.save()
    assert order() == ["1", "renamed"]


@pytest.mark.django_db
def test_it_puts_rows_without_a_place_at_the_end():
    make_links(2)
    CustomLink.objects.bulk_create([CustomLink(title="b"), CustomLink(title="c")])
    close_gaps(CustomLink)
    assert order() == ["0", "1", "b", "c"]


@pytest.mark.django_db
def test_it_keeps_the_order_through_a_block_that_changes_it():
    rows = make_links(4)
    with keeping_order(CustomLink):
        CustomLink.objects.filter(pk=rows[3].pk).update(position=1)
        CustomLink.objects.filter(pk=rows[1].pk).delete()
        CustomLink.objects.create(title="back", url="/", position=1)
    assert order() == ["back", "0", "2", "3"]


@pytest.mark.django_db
def test_it_refuses_both_neighbours_or_none():
    one, two = make_links(2)
    with pytest.raises(ValueError):
        move_row(row=one)
    with pytest.raises(ValueError):
        move_row(row=one, before=two, after=two)


@pytest.mark.django_db
def test_it_leaves_the_order_when_a_row_is_gone():
    one, two, three = make_links(3)
    CustomLink.objects.filter(pk=two.pk).delete()
    move_row(row=two, before=one)
    move_row(row=three, before=two)
    assert order() == ["0", "2"]


@pytest.mark.django_db
def test_it_needs_few_queries_for_long_lists(django_assert_max_num_queries):
    rows = make_links(300)
    with django_assert_max_num_queries(12):
        move_row(row=rows[-1], before=rows[0])
    with django_assert_max_num_queries(12):
        move_step(row=rows[150], rows=CustomLink.objects.all(), up=True)
    order()


@pytest.mark.django_db
def test_it_keeps_the_place_of_a_reverted_row():
    with reversion.create_revision():
        rows = make_links(3)
        for row in rows:
            reversion.add_to_revision(row)
    move_row(row=rows[0], after=rows[2])
    with keeping_order(CustomLink):
        Version.objects.get_for_object(rows[0]).first().revert()
    assert order() == ["1", "2", "0"]


@pytest.mark.django_db(transaction=True)
def test_it_stays_gapless_when_many_work_at_once():
    """Real connections: moves, adds, deletes and plain saves of the same list, all at the same time."""
    rows = make_links(12)

    def work(number):
        try:
            for step in range(6):
                row = rows[(number * 5 + step * 3) % 9]
                if number == 0:
                    CustomLink.objects.create(title=f"a{step}", url=f"/a{step}")
                elif number == 1 and step < 3:
                    rows[9 + step].delete()
                elif number == 2:
                    copy = CustomLink.objects.get(pk=row.pk)
                    copy.description = f"{step}"
                    copy.save()
                elif number == 3:
                    move_step(row=row, rows=CustomLink.objects.all(), up=step % 2 == 0)
                else:
                    move_row(row=row, after=rows[(step * 7 + number) % 9])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    titles = order()
    assert sorted(titles) == sorted([str(n) for n in range(9)] + [f"a{n}" for n in range(6)])


@pytest.mark.django_db(transaction=True)
def test_it_is_not_undone_by_a_form_that_was_read_before_the_move():
    first, second = make_links(2)
    if connection.vendor == "sqlite":
        stale = CustomLink.objects.get(pk=second.pk)
    else:
        with transaction.atomic():
            stale = CustomLink.objects.get(pk=second.pk)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: (move_row(row=second, before=first), connections.close_all())).result()
    stale.save()
    assert order() == ["1", "0"]
